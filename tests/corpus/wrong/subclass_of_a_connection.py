# needs: http
import http.client
import os
from urllib.parse import urlsplit

class Quick(http.client.HTTPConnection):
    timeout = 2

def handler(event, context):
    connection = Quick(urlsplit(os.environ["URL"]).netloc)  # <- reconnected
    connection.request("GET", "/")
    return connection.getresponse().read().decode()
