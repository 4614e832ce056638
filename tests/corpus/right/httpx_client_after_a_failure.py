# needs: http
import httpx, os
client = None
def get(url):
    global client
    if client is None:
        client = httpx.Client()
    try:
        return client.get(url).text
    except httpx.TransportError:
        client.close()
        client = None
        return "failed"
def handler(event, context):
    return get("http://127.0.0.1:9/" if event["n"] in (2, 3) else os.environ["URL"])
