import boto3

def handler(event, context):
    for _ in range(3):
        boto3.client("sns")  # <- recreated x14
