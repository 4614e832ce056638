import boto3

async def notify():
    return boto3.client("sns").meta.region_name  # <- recreated

async def handler(event, context):
    return await notify()
