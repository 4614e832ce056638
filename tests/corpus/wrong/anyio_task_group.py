import anyio, boto3
async def main():
    async with anyio.create_task_group() as tg:
        tg.start_soon(anyio.to_thread.run_sync, boto3.client, "sns")  # <- recreated
        tg.start_soon(anyio.to_thread.run_sync, boto3.client, "sqs")  # <- recreated
def handler(event, context):
    anyio.run(main)
    return 1
