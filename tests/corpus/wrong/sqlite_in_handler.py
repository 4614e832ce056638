import contextlib
import os
import sqlite3
from sqlite3 import connect

kept = sqlite3.connect(os.path.join(os.environ["TMPDIR"], "kept.db"), check_same_thread=False)

def totals():
    with contextlib.closing(connect(os.path.join(os.environ["TMPDIR"], "totals.db"))) as scratch:  # <- reconnected
        return scratch.execute("select 1").fetchone()[0]

def handler(event, context):
    connection = sqlite3.connect(os.path.join(os.environ["TMPDIR"], "prices.db"))  # <- reconnected
    tenant = connect(f"file:{os.environ['TMPDIR']}/{event['tenant']}.db", uri=True)  # <- reconnected x3
    connection.close()
    return [totals(), tenant.total_changes, kept.execute("select 2").fetchone()[0]]
