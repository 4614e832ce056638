# needs: mysql postgres
import os

import psycopg
import psycopg2
import pymysql

connections = {}

def mysql():
    return pymysql.connect(
        host="127.0.0.1", port=int(os.environ["MYSQL"]), user="function", password="secret"
    )

def connect():
    dsn = os.environ["DSN"]
    return [psycopg.connect(dsn), psycopg2.connect(dsn), mysql()]

def handler(event, context):
    tenant = event["tenant"]
    if tenant not in connections:
        connections[tenant] = connect()
    for connection in connections[tenant]:
        connection.cursor().execute("select 1")
