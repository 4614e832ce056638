# needs: http redis
import asyncio, os
import httpx
import redis.asyncio as redis

loop = asyncio.new_event_loop()
client = httpx.AsyncClient()
cache = redis.Redis(port=int(os.environ["REDIS"]))

async def main():
    await cache.incr("n")
    return (await client.get(os.environ["URL"])).text

def handler(event, context):
    return loop.run_until_complete(main())
