# needs: aws
from concurrent.futures import ThreadPoolExecutor
import threading
import boto3

local = threading.local()
pool = ThreadPoolExecutor(3)

def ssm():
    if not hasattr(local, "ssm"):
        local.ssm = boto3.session.Session().client("ssm")
    return local.ssm

def region(n):
    return ssm().meta.region_name

def handler(event, context):
    return list(pool.map(region, range(6)))[0]
