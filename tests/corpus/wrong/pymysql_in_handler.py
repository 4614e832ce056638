# needs: mysql
import os

import pymysql

def handler(event, context):
    connection = pymysql.connect(  # <- reconnected
        host="127.0.0.1", port=int(os.environ["MYSQL"]), user="function", password="secret"
    )
    with connection, connection.cursor() as cursor:
        cursor.execute("select 1")
        return cursor.fetchone()
