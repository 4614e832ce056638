import functools
import boto3

make = functools.partial(boto3.client, "sqs")

def work(make, event, context):
    return make().meta.region_name  # <- recreated

handler = functools.partial(work, make)
