# needs: aws
import boto3

bucket = boto3.resource("s3").Bucket("prices")

def handler(event, context):
    return bucket.Object("list").get()["Body"].read().decode()  # <- refetched
