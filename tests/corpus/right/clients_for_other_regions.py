import boto3

REGIONS = ("us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1")

def handler(event, context):
    return boto3.client("sns", region_name=REGIONS[event["n"]]).meta.region_name
