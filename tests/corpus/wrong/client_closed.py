# needs: aws
from contextlib import closing

import boto3

kept = boto3.client("sns")

def handler(event, context):
    kept.list_topics()
    kept.close()  # <- reconnected
    with closing(boto3.client("sqs")) as sqs:  # <- recreated
        return len(sqs.list_queues())
