# needs: http
import httpx, os, asyncio
def handler(event, context):
    with httpx.Client(transport=httpx.HTTPTransport(retries=2)) as client:  # <- recreated
        client.get(os.environ["URL"]).text
    with httpx.Client(mounts={"all://x": httpx.HTTPTransport()}) as client:  # <- recreated x8
        client.get(os.environ["URL"]).text
    return asyncio.run(main())
async def main():
    t = httpx.AsyncHTTPTransport(retries=1)  # <- recreated
    async with httpx.AsyncClient(transport=t) as c:
        return (await c.get(os.environ["URL"])).text
