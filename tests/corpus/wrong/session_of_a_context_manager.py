# needs: postgres
import os, re
from sqlalchemy import create_engine, text
from sqlalchemy.orm import sessionmaker, Session
from contextlib import contextmanager

URL = "postgresql+psycopg://postgres@127.0.0.1:%s/postgres" % re.search(r"port=(\d+)", os.environ["DSN"])[1]

@contextmanager
def session():
    engine = create_engine(URL, pool_pre_ping=True)  # <- recreated
    made = sessionmaker(bind=engine)()
    try:
        yield made
        made.commit()
    finally:
        made.close()
        engine.dispose()

def handler(event, context):
    with session() as s:
        return s.execute(text("select 1")).scalar()
