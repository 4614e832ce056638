# needs: aws
import boto3

clients = {}

def client(name, tenant):
    if (name, tenant) not in clients:
        keys = {"aws_access_key_id": f"key-{tenant}", "aws_secret_access_key": "secret"}
        clients[name, tenant] = boto3.client(name, **keys)
    return clients[name, tenant]

def handler(event, context):
    account = client("sts", event["tenant"]).get_caller_identity()["Account"]
    tax = client("ssm", event["tenant"]).get_parameter(Name="/tax")["Parameter"]["Value"]
    return [account, tax]
