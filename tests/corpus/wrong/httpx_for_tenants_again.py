# needs: http
import httpx, os
clients = {}
n = 0
def client(tenant):
    global n
    n += 1
    if n > 2 or tenant not in clients:
        clients[tenant] = httpx.Client(headers={"Authorization": tenant})  # <- recreated x3
    return clients[tenant]
def handler(event, context):
    return client(event["tenant"]).get(os.environ["URL"]).text
