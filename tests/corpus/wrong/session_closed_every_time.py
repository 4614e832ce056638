# needs: http
import os

import requests

session = requests.Session()

def handler(event, context):
    with session:  # <- reconnected
        return session.get(os.environ["URL"]).status_code
