# needs: http
import httpx, os
transport = httpx.HTTPTransport(retries=2)
def handler(event, context):
    return httpx.Client(transport=transport).get(os.environ["URL"]).text
