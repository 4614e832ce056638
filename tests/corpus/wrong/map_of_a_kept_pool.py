import boto3
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(2)
def handler(event, context):
    return [c.meta.region_name for c in pool.map(boto3.client, ["sns", "sqs"])]  # <- recreated x8
