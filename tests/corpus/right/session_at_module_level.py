# needs: http
import os

import requests

session = requests.Session()

def handler(event, context):
    return session.get(os.environ["URL"]).text
