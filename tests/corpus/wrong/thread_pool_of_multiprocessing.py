# needs: aws http
import os
from multiprocessing.pool import ThreadPool

import boto3
import requests

pool = ThreadPool(1)

def handler(event, context):
    url = os.environ["URL"]
    found = [answer.text for answer in pool.map(requests.get, [url])]  # <- reconnected
    found += [answer.text for answer in pool.imap_unordered(requests.get, [url])]  # <- reconnected
    client = pool.apply(boto3.client, ("sns",))  # <- recreated
    return [*found, client.meta.region_name, pool.apply(len, ("abc",))]
