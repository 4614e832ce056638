# needs: http
import os

import requests

def handler(event, context):
    return requests.get(os.environ["URL"]).text  # <- reconnected
