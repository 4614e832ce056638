import functools

import boto3

def with_client(service):
    def decorate(function):
        made = []

        @functools.wraps(function)
        def wrapper(event, context):
            if not made:
                made.append(boto3.client(service))
            return function(event, context, made[0])

        return wrapper

    return decorate

@with_client("sns")
def handler(event, context, sns):
    return sns.meta.region_name
