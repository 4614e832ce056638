# needs: aws
import boto3

def assumed(role):
    c = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]  # <- recreated  # <- refetched
    return boto3.Session(
        aws_access_key_id=c["AccessKeyId"], aws_secret_access_key=c["SecretAccessKey"], aws_session_token=c["SessionToken"])

def handler(event, context):
    return assumed("arn:aws:iam::123456789012:role/x").client("sqs").meta.region_name
