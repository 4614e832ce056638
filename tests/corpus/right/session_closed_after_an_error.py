# needs: http
import os

import requests

session = requests.Session()

def handler(event, context):
    try:
        answer = session.get(os.environ["URL"])
        if event["n"] > 1:
            raise requests.ConnectionError("the answer was cut off")
        return answer.status_code
    except requests.ConnectionError:
        session.close()
        return session.get(os.environ["URL"]).status_code
