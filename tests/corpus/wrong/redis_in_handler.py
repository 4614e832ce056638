# needs: redis
import os

import redis

def handler(event, context):
    client = redis.Redis(port=int(os.environ["REDIS"]))  # <- recreated
    return client.ping()
