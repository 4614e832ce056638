# needs: postgres
import os
from psycopg_pool import ConnectionPool
pools = {}
def handler(event, context):
    t = event["tenant"]
    if t not in pools:
        pools[t] = ConnectionPool(os.environ["DSN"], min_size=1, max_size=1, open=True)
    with pools[t].connection() as c:
        return c.execute("select 1").fetchone()
import atexit
atexit.register(lambda: [p.close() for p in pools.values()])
