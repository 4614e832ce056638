import boto3

def handler(event, context):
    sns = boto3.client("sns")  # <- recreated
    return sns.meta.region_name
