# needs: http
import requests, os
sessions = {}
n = 0
def handler(event, context):
    global n
    n += 1
    t = event["tenant"]
    if n > 2 or t not in sessions:
        sessions[t] = requests.Session()  # <- reconnected x3
    return sessions[t].get(os.environ["URL"]).text
