# needs: http
import os

import anyio.to_thread
import boto3
import requests

async def answer():
    return (await anyio.to_thread.run_sync(requests.get, os.environ["URL"])).text  # <- reconnected

async def main():
    client = await anyio.to_thread.run_sync(boto3.client, "sns")  # <- recreated
    return [await answer(), client.meta.region_name]

def handler(event, context):
    return anyio.run(main)
