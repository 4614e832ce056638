"""A connection that may have died while the container was frozen: asked before it is used."""

import sqlite3

from lambda_reuse import resource


def is_alive(connection):
    return connection.execute("select 1").fetchone() == (1,)


@resource(check=is_alive, close=sqlite3.Connection.close)
def database():
    connection = sqlite3.connect(":memory:")
    connection.execute("create table orders (item text)")
    return connection


def handler(event, context):
    if event.get("break"):
        database().close()  # as a server does that has waited too long
    database().execute("insert into orders values ('lamp')")
    return {"orders": database().execute("select count(*) from orders").fetchone()[0]}
