# needs: http
import os
from concurrent.futures import ThreadPoolExecutor
import requests

pool = ThreadPoolExecutor(1)

def handler(event, context):
    return [answer.text for answer in pool.map(requests.get, [os.environ["URL"]])]  # <- reconnected
