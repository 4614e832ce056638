# needs: postgres
import os

import sqlalchemy

def connect():
    import psycopg
    return psycopg.connect(os.environ["DSN"])

engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=connect)

def handler(event, context):
    with engine.connect() as connection:
        answer = connection.execute(sqlalchemy.text("select 1")).scalar()
    engine.dispose()  # <- reconnected
    return answer
