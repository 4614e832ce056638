# needs: http
import asyncio
import os

import httpx

loop = asyncio.new_event_loop()
client = httpx.AsyncClient()

async def ask():
    return (await client.get(os.environ["URL"])).text

def handler(event, context):
    return loop.run_until_complete(ask())
