# needs: aws
import boto3

sts = boto3.client("sts")

def handler(event, context):
    role = "arn:aws:iam::123456789012:role/reader"
    answer = sts.assume_role(RoleArn=role, RoleSessionName="prices")  # <- refetched
    return len(answer["Credentials"]["AccessKeyId"]) > 0
