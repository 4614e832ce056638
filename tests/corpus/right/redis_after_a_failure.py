# needs: redis
import redis, os
r = None
def handler(event, context):
    global r
    if r is None:
        r = redis.Redis(port=9 if event["n"] < 3 else int(os.environ["REDIS"]), socket_timeout=1)
    try:
        return r.ping()
    except redis.ConnectionError:
        r = None
        return False
