# needs: postgres
import os

import sqlalchemy

engines = {}

def engine(tenant):
    if tenant not in engines:
        server = dict(part.split("=") for part in os.environ["DSN"].split())
        engines[tenant] = sqlalchemy.create_engine(
            "postgresql+psycopg://", connect_args={**server, "application_name": tenant}
        )
    return engines[tenant]

def handler(event, context):
    with engine(event["tenant"]).connect() as connection:
        return connection.execute(sqlalchemy.text("select 1")).scalar()
