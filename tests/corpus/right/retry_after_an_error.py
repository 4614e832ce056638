import boto3
from botocore.exceptions import EndpointConnectionError

client = None

def handler(event, context):
    global client
    client = client or boto3.client("ssm", endpoint_url="http://127.0.0.1:9")
    try:
        client.describe_parameters()
    except EndpointConnectionError:
        client = None
    return event["n"]
