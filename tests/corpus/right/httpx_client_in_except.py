# needs: http
import httpx, os
client = httpx.Client()
def get(url):
    global client
    try:
        return client.get(url).text
    except httpx.TransportError:
        client.close()
        client = httpx.Client()
        return client.get(os.environ["URL"]).text
def handler(event, context):
    return get("http://127.0.0.1:9/" if event["n"] in (2, 3) else os.environ["URL"])
