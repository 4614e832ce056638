import boto3

sns = None

def handler(event, context):
    global sns
    if sns is None:
        sns = boto3.client("sns")
    return sns.meta.region_name
