import sys

import boto3

# what a layer has: its registry keeps the clients
sys.path.append("/opt/python")
registry = type(sys)("company_clients")
exec(
    """
import boto3
_clients = {}
def client(tenant):
    if tenant not in _clients:
        _clients[tenant] = boto3.client("sns")
    return _clients[tenant]
""",
    registry.__dict__,
)
sys.modules["company_clients"] = registry
client = registry.client
registry.table = list(range(5000))

def handler(event, context):
    return client(event["tenant"]).meta.region_name
