# needs: http
import os
import urllib.request

def handler(event, context):
    return urllib.request.urlopen(os.environ["URL"]).read().decode()  # <- reconnected
