import asyncio
from pymongo import AsyncMongoClient

async def main():
    client = AsyncMongoClient("mongodb://127.0.0.1:9/x", serverSelectionTimeoutMS=5)  # <- recreated
    name = client["orders"].name
    await client.close()
    return name

def handler(event, context):
    return asyncio.run(main())
