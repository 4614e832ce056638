import boto3

def handler(event, context):
    return boto3.client("sns", region_name=event["region"]).meta.region_name  # <- recreated x3
