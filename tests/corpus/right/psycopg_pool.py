# needs: postgres
import os
from psycopg_pool import ConnectionPool

pool = ConnectionPool(os.environ["DSN"], min_size=1, max_size=1, open=True)

def handler(event, context):
    with pool.connection() as c:
        return c.execute("select 1").fetchone()[0]
