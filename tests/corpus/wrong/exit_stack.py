# needs: http redis
import contextlib, os
import httpx, redis

@contextlib.contextmanager
def resources():
    with contextlib.ExitStack() as stack:
        web = stack.enter_context(httpx.Client())  # <- recreated
        cache = stack.enter_context(redis.Redis(port=int(os.environ["REDIS"])))  # <- recreated
        yield web, cache

def handler(event, context):
    with resources() as (web, cache):
        cache.incr("n")
        return web.get(os.environ["URL"]).text
