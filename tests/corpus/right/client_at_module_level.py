# needs: aws
import boto3

ssm = boto3.client("ssm")

def handler(event, context):
    return len(ssm.describe_parameters()["Parameters"]) > 0
