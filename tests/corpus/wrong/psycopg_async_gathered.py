# needs: postgres
import asyncio
import os

import psycopg

async def main():
    a, b = await asyncio.gather(psycopg.AsyncConnection.connect(os.environ["DSN"]), psycopg.AsyncConnection.connect(os.environ["DSN"]))  # <- reconnected x9
    await a.close(); await b.close()
    return 1
def handler(event, context):
    return asyncio.run(main())
