import boto3

client = None

def handler(event, context):
    global client
    client = boto3.client("sns")  # <- recreated
    return client.meta.region_name
