# needs: http
import httpx, os
clients = {}
def client(tenant):
    if tenant not in clients:
        clients[tenant] = httpx.Client(headers={"Authorization": tenant})
    return clients[tenant]
def handler(event, context):
    return client(event["tenant"]).get(os.environ["URL"]).text
