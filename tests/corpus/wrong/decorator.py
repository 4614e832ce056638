import functools

import boto3

def with_client(function):
    @functools.wraps(function)
    def wrapper(event, context):
        return function(event, context, boto3.client("sns"))  # <- recreated

    return wrapper

@with_client
def handler(event, context, sns):
    return sns.meta.region_name
