# needs: redis
import os

import redis

pool = redis.ConnectionPool(port=int(os.environ["REDIS"]))

def handler(event, context):
    return redis.Redis(connection_pool=pool).ping()
