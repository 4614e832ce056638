# needs: http
import gc
import os
import requests

session = None
def handler(event, context):
    global session
    for url in (("http://127.0.0.1:9/", os.environ["URL"]) if event["n"] % 2 else (os.environ["URL"],)):
        gc.collect()  # what was closed is gone when the next one is made
        try:
            session = session or requests.Session()
            answer = session.get(url, timeout=1).text
        except requests.ConnectionError:
            session.close()
            session = None
    return answer
