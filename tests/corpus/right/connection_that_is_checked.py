# needs: postgres
import os

import psycopg2

connection = None

def healthy():
    global connection
    if connection is None or connection.closed:
        connection = psycopg2.connect(os.environ["DSN"])
        connection.autocommit = True
    return connection

def handler(event, context):
    try:
        with healthy().cursor() as cursor:
            cursor.execute("select pg_terminate_backend(pg_backend_pid())")
    except psycopg2.OperationalError:
        pass
    with healthy().cursor() as cursor:
        cursor.execute("select 1")
        return cursor.fetchone()
