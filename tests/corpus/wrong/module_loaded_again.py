# needs: aws
import importlib, sys

def handler(event, context):
    sys.modules.pop("clients", None)
    import clients
    return clients.sqs.meta.region_name
# --- clients.py
import boto3
sqs = boto3.client("sqs")  # <- recreated
