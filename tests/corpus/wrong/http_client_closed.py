# needs: http
import http.client
import os
from contextlib import closing
from urllib.parse import urlsplit

HOST = urlsplit(os.environ["URL"]).netloc
kept = http.client.HTTPConnection(HOST)

def handler(event, context):
    kept.request("GET", "/")
    answer = kept.getresponse().read().decode()
    kept.close()  # <- reconnected
    with closing(http.client.HTTPConnection(HOST)) as other:  # <- reconnected
        other.request("GET", "/")
        return answer + other.getresponse().read().decode()
