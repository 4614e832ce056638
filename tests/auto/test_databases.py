"""Databases, real ones: connections and engines that are made again, and those that are kept."""

import pytest

from tests.auto.databases import postgres_server, program, redis_server


@pytest.fixture(scope="module")
def redis():
    if program("redis-server") is None:
        pytest.skip("there is no redis-server (tests/system_packages.sh installs it)")
    with redis_server() as port:
        yield {"REDIS": str(port)}


@pytest.fixture(scope="module")
def postgres():
    if program("initdb") is None:
        pytest.skip("there is no PostgreSQL (tests/system_packages.sh installs it)")
    with postgres_server() as port:
        yield {"DSN": f"host=127.0.0.1 port={port} user=postgres dbname=postgres"}


def test_redis(function, redis):
    """A client in the handler, one at module level, and one that nothing uses."""
    function.write(
        "app.py",
        """\
        import os, redis
        port = int(os.environ["REDIS"])
        kept = redis.Redis(port=port)
        unused = redis.Redis(port=port, db=1)
        def handler(event, context):
            made = redis.Redis(port=port)
            from_url = redis.from_url(f"redis://127.0.0.1:{port}/2")
            kept.incr("n")
            made.incr("n")
            return from_url.ping()
        """,
    )

    ran = function.run(4, **redis)

    assert [result.get("answer") for result in ran.results] == [True] * 4
    assert ran.found() == [
        ("recreated", "app.py:6", 3),
        ("recreated", "app.py:7", 3),
        ("unused", "app.py:4", 1),
    ]
    waste = {slot["call_site"]: slot["recreated_us"] for slot in ran.slots}
    assert waste["app.py:6"] > 0


def test_psycopg(function, postgres):
    """A connection an invocation; one that is kept; one that was cut off and is opened again."""
    function.write(
        "app.py",
        """\
        import os, psycopg
        DSN = os.environ["DSN"]
        kept = psycopg.connect(DSN, autocommit=True)
        cut = psycopg.connect(DSN, autocommit=True)
        def handler(event, context):
            global cut
            with psycopg.connect(DSN) as connection:
                connection.execute("select 1")
            kept.execute("select pg_terminate_backend(%s)", [cut.info.backend_pid])
            try:
                cut.execute("select 1")
            except psycopg.OperationalError:
                cut = psycopg.connect(DSN, autocommit=True)
            return kept.execute("select 1").fetchone()
        """,
    )

    ran = function.run(4, **postgres)

    assert [result.get("answer") for result in ran.results] == [[1]] * 4, ran.results
    assert ran.found() == [("reconnected", "app.py:7", 3)]


def test_psycopg_pools_and_engines_are_not_counted_twice(function, postgres):
    """What a pool opens is the pool's affair; an engine in the handler is the engine's."""
    function.write(
        "app.py",
        """\
        import os, psycopg_pool, sqlalchemy
        DSN = os.environ["DSN"]
        PORT = DSN.split("port=")[1].split()[0]
        URL = f"postgresql+psycopg://postgres@127.0.0.1:{PORT}/postgres"
        pool = psycopg_pool.ConnectionPool(DSN, min_size=1, open=True)
        kept = sqlalchemy.create_engine(URL)
        def handler(event, context):
            with pool.connection() as connection:
                connection.execute("select 1")
            with kept.connect() as connection:
                connection.execute(sqlalchemy.text("select 1"))
            engine = sqlalchemy.create_engine(URL)
            with engine.connect() as connection:
                return connection.execute(sqlalchemy.text("select 1")).scalar()
        """,
    )

    ran = function.run(4, **postgres)

    assert [result.get("answer") for result in ran.results] == [1] * 4, ran.results
    assert ran.found() == [("recreated", "app.py:12", 3)]


def test_sqlalchemy_without_a_pool(function):
    """NullPool opens a connection for each use: by the line that makes the engine."""
    function.write(
        "app.py",
        """\
        import sqlalchemy
        from sqlalchemy.pool import NullPool
        bare = sqlalchemy.create_engine("sqlite://", poolclass=NullPool)
        kept = sqlalchemy.create_engine("sqlite://")
        def handler(event, context):
            with bare.connect() as connection:
                connection.execute(sqlalchemy.text("select 1"))
            with kept.connect() as connection:
                return connection.execute(sqlalchemy.text("select 1")).scalar()
        """,
    )

    ran = function.run(4)

    assert [result.get("answer") for result in ran.results] == [1] * 4
    assert ran.found() == [("reconnected", "app.py:3", 3)]


def test_errors_look_as_they_always_looked(function):
    """Refused connections of every driver: with and without observers the same."""
    function.write(
        "app.py",
        """\
        import psycopg, pymongo, pymysql, redis, sqlalchemy
        def handler(event, context):
            n = event["n"]
            if n == 0: psycopg.connect("host=127.0.0.1 port=9")
            if n == 1: psycopg.connect("host='")
            if n == 2: pymysql.connect(host="127.0.0.1", port=9)
            if n == 3: redis.Redis(port=9).ping()
            if n == 4: sqlalchemy.create_engine("postgresql+psycopg://a@127.0.0.1:9/b").connect()
            if n == 5: sqlalchemy.create_engine("nothing://")
            if n == 6: pymongo.MongoClient("mongodb://")
            if n == 7: pymongo.MongoClient("127.0.0.1", 9, serverSelectionTimeoutMS=10).a.b.count()
        """,
    )
    events = [{"n": n} for n in range(8) for _ in range(2)]

    observed, plain = function.run(events), function.run(events, mode="bare")

    assert all(result.get("traceback") for result in plain.results)
    assert lines(observed) == lines(plain)


def lines(ran) -> list[list[str]]:
    """The frames of each traceback; addresses of objects aside."""
    return [
        [line for line in result["traceback"].splitlines() if line.startswith("  File")]
        for result in ran.results
    ]


def test_pymongo(function):
    """A client an invocation; it connects in threads of its own, to nobody here."""
    function.write(
        "app.py",
        """\
        import pymongo
        kept = pymongo.MongoClient("127.0.0.1", 9)
        def handler(event, context):
            made = pymongo.MongoClient("127.0.0.1", 9)
            made.close()
        """,
    )

    ran = function.run(3)

    assert ran.found() == [("recreated", "app.py:4", 2)]
