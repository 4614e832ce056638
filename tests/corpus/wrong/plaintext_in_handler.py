# needs: aws
import boto3

kms = boto3.client("kms")
key = kms.create_key()["KeyMetadata"]["KeyId"]
sealed = kms.encrypt(KeyId=key, Plaintext=b"text")["CiphertextBlob"]

def handler(event, context):
    return kms.decrypt(CiphertextBlob=sealed)["Plaintext"].decode()  # <- refetched
