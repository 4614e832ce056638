# needs: http
import os

import anyio.to_thread
import requests

async def answer():
    return (await anyio.to_thread.run_sync(requests.get, os.environ["URL"])).text  # <- reconnected

async def main():
    return [await answer()]

def handler(event, context):
    return anyio.run(main)
