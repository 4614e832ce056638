# needs: http
import httpx, os
def handler(event, context):
    with httpx.Client(headers={"x-request-id": str(event["n"])}) as client:  # <- recreated
        return client.get(os.environ["URL"]).text
