# needs: http
import asyncio, os
import aiohttp

async def main():
    async with aiohttp.ClientSession() as session:  # <- recreated
        async with session.get(os.environ["URL"]) as answer:
            return await answer.text()

def handler(event, context):
    return asyncio.run(main())
