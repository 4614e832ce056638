import boto3

s3 = boto3.client("s3")

def handler(event, context):
    return sorted(s3.generate_presigned_post("prices", "list"))
