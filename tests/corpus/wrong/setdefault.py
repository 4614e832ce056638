# needs: aws
import boto3
clients = {}

def client(name):
    return clients.setdefault(name, boto3.client(name))  # <- recreated

def handler(event, context):
    return client("sqs").meta.region_name
