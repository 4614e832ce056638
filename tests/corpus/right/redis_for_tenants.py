# needs: redis
import redis, os
clients = {}
def handler(event, context):
    t = event["tenant"]
    if t not in clients:
        clients[t] = redis.Redis(port=int(os.environ["REDIS"]), decode_responses=t == "a")
    return clients[t].ping()
