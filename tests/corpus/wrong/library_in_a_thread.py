# needs: aws
import asyncio
import boto3

async def main():
    client = await asyncio.to_thread(boto3.client, "sqs")  # <- recreated
    return client.meta.region_name

def handler(event, context):
    return asyncio.run(main())
