import cachetools

cache = cachetools.TTLCache(maxsize=10, ttl=60)  # <- monotonic_ttl x1

def handler(event, context):
    cache["n"] = event["n"]
    return len(cache)
