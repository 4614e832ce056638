import threading
from concurrent.futures import ThreadPoolExecutor

import boto3

pool = ThreadPoolExecutor(3)
own = threading.local()
lock = threading.Lock()

def region(barrier):
    barrier.wait()
    if not hasattr(own, "client"):
        with lock:
            own.client = boto3.client("sns")
    return own.client.meta.region_name

def handler(event, context):
    barrier = threading.Barrier(3)
    return list(pool.map(region, [barrier] * 3))
