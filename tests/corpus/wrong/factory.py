import boto3

def client(service):
    return boto3.client(service)  # <- recreated x8

def handler(event, context):
    return [client("sns").meta.region_name, client("sqs").meta.region_name]
