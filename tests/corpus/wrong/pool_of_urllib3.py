# needs: http
import os
from urllib.parse import urlsplit
import urllib3

def handler(event, context):
    host = urlsplit(os.environ["URL"]).netloc
    pool = urllib3.connection_from_url("http://" + host)  # <- reconnected
    return pool.request("GET", "/").data.decode()
