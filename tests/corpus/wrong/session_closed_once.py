# needs: http
import os

import requests

session = requests.Session()

def handler(event, context):
    if event["n"] == 1:
        session.close()  # <- reconnected x1
    if event["n"] > 1:
        session.headers["Connection"] = "close"  # from here on it is the server that hangs up
    return session.get(os.environ["URL"]).status_code
