# needs: http
import os

import httpx

def handler(event, context):
    with httpx.Client() as client:  # <- recreated
        return client.get(os.environ["URL"]).text
