# needs: postgres
import os

import psycopg2

def handler(event, context):
    connection = psycopg2.connect(os.environ["DSN"])  # <- reconnected
    with connection.cursor() as cursor:
        cursor.execute("select 1")
        return cursor.fetchone()
