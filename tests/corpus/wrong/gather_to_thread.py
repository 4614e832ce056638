import asyncio, boto3
def handler(event, context):
    async def main():
        await asyncio.gather(asyncio.to_thread(boto3.client, "sns"), asyncio.to_thread(boto3.client, "sqs"))  # <- recreated x8
    asyncio.run(main())
    return 1
