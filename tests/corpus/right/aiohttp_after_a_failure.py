# needs: http
import aiohttp, os, asyncio
loop = asyncio.new_event_loop()
s = None
async def main(url):
    global s
    if s is None: s = aiohttp.ClientSession()
    try:
        async with s.get(url) as r: return await r.text()
    except aiohttp.ClientConnectorError:
        await s.close(); s = None
        return "x"
def handler(event, context):
    return loop.run_until_complete(main("http://127.0.0.1:9/" if event["n"] in (2, 3) else os.environ["URL"]))
import atexit; atexit.register(lambda: loop.run_until_complete(s.close()))
