"""Connections that are replaced after a long idle gap: real servers hang up, the clock is ahead."""

import pytest

from tests.auto.databases import postgres_server, program, redis_server
from tests.auto.servers import serving

CLOCK = """\
import itertools, os, time
real, gaps = time.time, itertools.count()
time.time = lambda: real() + GAP * next(gaps)  # so much later, whenever somebody asks
"""
HTTP = """\
import http.client, httpx, urllib3
pool = urllib3.PoolManager()
web = httpx.Client()
def handler(event, context):
    url = os.environ["URL"]
    answers = [pool.request("GET", url).status, web.get(url).status_code]
    for kept in pool.pools._container.values():
        hang_up(kept.pool.queue[-1].sock)
    hang_up(web._transport._pool._connections[0]._connection._network_stream._sock)
    return answers
def hang_up(sock):
    sock.shutdown(2)  # as the other side does it
"""
DATABASES = """\
import redis, sqlalchemy
engine = sqlalchemy.create_engine(os.environ["ENGINE"], pool_pre_ping=True)
cache = redis.Redis(port=int(os.environ["REDIS"]))
other = redis.Redis(port=int(os.environ["REDIS"]))
def handler(event, context):
    with engine.connect() as connection:
        at = connection.execute(sqlalchemy.text("select pg_backend_pid()")).scalar()
    cache.client_setname("kept")
    for client in other.client_list():
        if client["name"] == "kept":
            other.client_kill_filter(_id=client["id"])
    with sqlalchemy.create_engine(os.environ["ENGINE"]).connect() as killer:
        killer.execute(sqlalchemy.text(f"select pg_terminate_backend({at})"))
    return 1
"""

POOL = """\
import psycopg
from psycopg_pool import ConnectionPool
def begun(**check):
    pool = ConnectionPool(os.environ["DSN"], min_size=1, max_size=1, **check)
    pool.wait()
    return pool
pool = begun(check=ConnectionPool.check_connection)
unchecked = begun()
killer = psycopg.connect(os.environ["DSN"], autocommit=True)
def handler(event, context):
    return [answer(pool), answer(unchecked)]
def answer(pool):
    try:
        with pool.connection() as connection:
            at = connection.execute("select pg_backend_pid()").fetchone()[0]
    except psycopg.OperationalError as error:
        pool.wait()
        return type(error).__name__
    killer.execute("select pg_terminate_backend(%s, 1000)", [at])
    return 1
"""


def written(function, body: str, gap: int) -> list[str]:
    """Writes the handler; its lines."""
    source = CLOCK.replace("GAP", str(gap)) + body
    function.write("app.py", source)
    return source.splitlines()


def stale(ran) -> list[tuple[str, int]]:
    """Line and count of the findings of the kind."""
    return [(site, count) for kind, site, count in ran.found() if kind == "stale"]


@pytest.mark.parametrize("gap", [60, 0])
def test_http(function, gap):
    """The line that made the client, once for each gap; and nothing where there is no gap."""
    lines = written(function, HTTP, gap)
    with serving() as url:
        ran = function.run(4, URL=url)

    made = [
        lines.index(line) + 1 for line in ("pool = urllib3.PoolManager()", "web = httpx.Client()")
    ]
    assert [result["answer"] for result in ran.results] == [[200, 200]] * 4
    assert stale(ran) == ([(f"app.py:{number}", 3) for number in made] if gap else [])
    assert ran.stderr == ""


@pytest.mark.skipif(
    program("redis-server") is None or program("initdb") is None,
    reason="needs redis-server and PostgreSQL (tests/system_packages.sh installs them)",
)
def test_databases(function):
    """An engine that pings before use, and a redis client."""
    lines = written(function, DATABASES, 60)
    with redis_server() as redis, postgres_server() as postgres:
        engine = f"postgresql+psycopg://postgres@127.0.0.1:{postgres}/postgres"
        ran = function.run(4, REDIS=str(redis), ENGINE=engine)

    made = [n for n, line in enumerate(lines, 1) if line.startswith(("engine =", "cache ="))]
    assert [result.get("answer") for result in ran.results] == [1] * 4, ran.results
    assert stale(ran) == [(f"app.py:{number}", 3) for number in made]
    assert ran.stderr == ""


@pytest.mark.skipif(
    program("initdb") is None, reason="needs PostgreSQL (tests/system_packages.sh installs it)"
)
@pytest.mark.parametrize("gap", [60, 0])
def test_pools_of_psycopg(function, gap):
    """One that checks before use, and one that learns from the error when it gets it back."""
    lines = written(function, POOL, gap)
    with postgres_server() as port:
        ran = function.run(4, DSN=f"host=127.0.0.1 port={port} user=postgres dbname=postgres")

    assert [result.get("answer") for result in ran.results] == [
        [1, 1],
        [1, "AdminShutdown"],
        [1, 1],
        [1, "AdminShutdown"],
    ], ran.results
    number = 1 + next(n for n, line in enumerate(lines) if "pool = ConnectionPool" in line)
    assert stale(ran) == ([(f"app.py:{number}", 5)] if gap else [])
    assert "lambda-reuse" not in ran.stderr  # the pool warns there
