# needs: redis
import asyncio, os
import redis.asyncio as redis

async def main():
    client = redis.Redis(port=int(os.environ["REDIS"]))  # <- recreated
    try:
        await client.set("a", "1")
        return (await client.get("a")).decode()
    finally:
        await client.aclose()

def handler(event, context):
    return asyncio.run(main())
