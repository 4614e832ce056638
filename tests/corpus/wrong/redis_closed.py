# needs: redis
import asyncio
import os

import redis
import redis.asyncio

port = int(os.environ["REDIS"])
cache, other = redis.Redis(port=port), redis.asyncio.Redis(port=port)
loop = asyncio.new_event_loop()

async def ping():
    async with other:  # <- reconnected
        return await other.ping()

def handler(event, context):
    answer = cache.ping()
    cache.close()  # <- reconnected
    return answer and loop.run_until_complete(ping())
