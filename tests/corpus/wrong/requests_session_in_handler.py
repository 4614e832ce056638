# needs: http
import os

import requests

def handler(event, context):
    session = requests.Session()  # <- reconnected
    return session.get(os.environ["URL"]).text
