# needs: http
import os
import ssl
import urllib3

context = ssl.create_default_context()
pool = urllib3.PoolManager(ssl_context=context)

def handler(event, context):
    return pool.request("GET", os.environ["URL"]).data.decode()
