# needs: aws
import asyncio
import boto3

async def one(name):
    return await asyncio.to_thread(lambda: boto3.client(name).meta.region_name)  # <- recreated x8

async def main():
    return await asyncio.gather(one("sns"), one("sqs"))

def handler(event, context):
    return asyncio.run(main())[0]
