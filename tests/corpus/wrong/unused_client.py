# needs: aws
import boto3

ssm = boto3.client("ssm")
sqs = boto3.client("sqs")  # <- unused x1

def handler(event, context):
    return len(ssm.describe_parameters()["Parameters"]) > 0
