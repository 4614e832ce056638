import boto3
from lambda_reuse import resource

@resource
def table():
    return boto3.resource("dynamodb").Table("orders")

def handler(event, context):
    return table().name
