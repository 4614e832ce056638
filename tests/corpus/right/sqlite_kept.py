import contextlib
import sqlite3
import threading

import sqlalchemy

engine = sqlalchemy.create_engine("sqlite://", creator=lambda: sqlite3.connect(":memory:"))
other = sqlalchemy.create_engine("sqlite://", poolclass=sqlalchemy.pool.StaticPool)
kept = threading.local()
files = {}

def lazily():
    if not hasattr(kept, "connection"):
        kept.connection = sqlite3.connect(":memory:")
    return kept.connection

def of_file(name):
    if name not in files:
        files[name] = sqlite3.connect(f"file:{name}?mode=memory", uri=True)
    return files[name]

def handler(event, context):
    try:
        sqlite3.connect(f"/nowhere/{event['n']}/x.db")
    except sqlite3.OperationalError as error:
        answers = [str(error)]
    for one in (engine, other):
        with one.connect() as connection, one.connect() as second:
            answers.append(connection.execute(sqlalchemy.text("select 1")).scalar())
    for scratch in (":memory:", b":memory:", "", "file::memory:?cache=private", "file:x?mode=memory"):
        with contextlib.closing(sqlite3.connect(scratch, uri=True)) as own:
            answers.append(own.execute("select 3").fetchone()[0])
    return [*answers, lazily().total_changes, of_file(event["tenant"]).total_changes]
