# needs: postgres
import importlib.metadata
import os

def gone(name):
    raise importlib.metadata.PackageNotFoundError(name)

importlib.metadata.version = gone  # as in a zip whose dist-info was cut off

import psycopg

def connections():
    while True:
        yield psycopg.connect(os.environ["DSN"])  # <- reconnected

pool = connections()

def handler(event, context):
    with next(pool) as connection:
        return connection.execute("select 1").fetchone()[0]
