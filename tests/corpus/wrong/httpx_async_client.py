# needs: http
import asyncio, os
import httpx

async def fetch(url):
    async with httpx.AsyncClient(timeout=5) as client:  # <- recreated
        answers = await asyncio.gather(client.get(url), client.get(url))
        return [a.text for a in answers]

def handler(event, context):
    return asyncio.run(fetch(os.environ["URL"]))
