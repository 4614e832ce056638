# invocations: 7
# needs: aws
from functools import lru_cache
import boto3

@lru_cache
def client(request_id):
    return boto3.client("sqs")  # <- recreated

def handler(event, context):
    return client(event["n"]).meta.region_name
