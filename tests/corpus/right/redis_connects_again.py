# needs: redis
import os
import redis

client = None

def connect():
    return redis.Redis(port=int(os.environ["REDIS"]) if not broken else 9, socket_connect_timeout=1)

broken = False

def handler(event, context):
    global client, broken
    for attempt in range(2):
        try:
            if client is None:
                broken = attempt == 0 and event["n"] in (0, 2)
                client = connect()
            return client.ping()
        except redis.ConnectionError:
            client = None
    return 0
