import anyio, boto3, asyncio
loop = asyncio.new_event_loop()
async def main():
    await anyio.to_thread.run_sync(boto3.client, "sns")  # <- recreated
def handler(event, context):
    loop.run_until_complete(main())
    return 1
