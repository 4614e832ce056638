# needs: postgres
import os
from psycopg_pool import ConnectionPool

def handler(event, context):
    with ConnectionPool(os.environ["DSN"], min_size=1, max_size=1) as pool:  # <- recreated
        with pool.connection() as c:
            return c.execute("select 1").fetchone()[0]
