from services import notify

def handler(event, context):
    return notify()
# --- services.py
import boto3

def notify():
    return boto3.client("sns").meta.region_name  # <- recreated
