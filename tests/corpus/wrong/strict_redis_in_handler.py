# needs: redis
import os

import redis

def handler(event, context):
    return redis.StrictRedis(port=int(os.environ["REDIS"])).ping()  # <- recreated
