import threading
from concurrent.futures import ThreadPoolExecutor

import boto3

lock = threading.Lock()

def region(_):
    with lock:
        return boto3.client("sns").meta.region_name  # <- recreated x9

def handler(event, context):
    with ThreadPoolExecutor(2) as pool:
        barrier = threading.Barrier(2)
        return list(pool.map(lambda n: (barrier.wait(), region(n))[1], range(2)))
