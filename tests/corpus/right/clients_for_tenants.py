import boto3

clients = {}

def handler(event, context):
    tenant = event["tenant"]
    if tenant not in clients:
        session = boto3.Session(aws_access_key_id=tenant, aws_secret_access_key="s")
        clients[tenant] = session.client("dynamodb")
    return clients[tenant].meta.region_name
