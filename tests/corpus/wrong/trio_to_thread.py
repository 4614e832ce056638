import trio, boto3
async def main():
    await trio.to_thread.run_sync(boto3.client, "sns")  # <- recreated
def handler(event, context):
    trio.run(main)
    return 1
