# needs: aws
import io
import boto3

s3 = boto3.resource("s3")
client = boto3.client("s3")

def handler(event, context):
    a = s3.Object("prices", "list").get()["Body"].read()  # <- refetched
    buffer = io.BytesIO()
    client.download_fileobj("prices", "list", buffer)  # <- refetched
    return (a + buffer.getvalue()).decode()
