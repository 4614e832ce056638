# needs: postgres
import os

import psycopg
import sqlalchemy

engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(os.environ["DSN"]))
engine.dispose()  # in init

def handler(event, context):
    try:
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text("select 1"))
            raise TimeoutError(event["n"])
    except TimeoutError:
        engine.dispose()
    with engine.connect() as connection:
        return connection.execute(sqlalchemy.text("select 1")).scalar()
