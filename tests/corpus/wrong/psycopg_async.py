# needs: postgres
import asyncio, os
import psycopg

async def main():
    async with await psycopg.AsyncConnection.connect(os.environ["DSN"]) as c:  # <- reconnected
        cur = await c.execute("select 1")
        return (await cur.fetchone())[0]

def handler(event, context):
    return asyncio.run(main())
