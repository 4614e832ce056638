"""watch: other libraries' caches and pools, counted without being replaced."""

import asyncio
import functools
import types

import pytest
from lambda_reuse import invocation, lifecycle, testing, watch, watching

from tests.conftest import MS
from tests.helper.parts import DownError, counted, numbers, page_on_disk, run


def invoke(*calls):
    """One invocation in which this is called."""
    return testing.simulate(lambda *_: [call() for call in calls], [None])


class TestCaches:
    """Functions with cache_info()."""

    def test_lru_cache(self):
        """The function stays what it is; what it counts is on the page after each invocation."""

        @functools.lru_cache(maxsize=2)
        def tax(country):
            return country

        assert watch(tax) is tax
        invoke(lambda: tax("de"), lambda: tax("de"))
        name = tax.__qualname__
        assert numbers(name) == {"hits": 1, "first": 1}
        slot = page_on_disk().slots[0]
        assert slot.kind == "lru_cache"
        assert slot.call_site.startswith("test_watching.py:")

        invoke(lambda: tax("fr"), lambda: tax("it"), lambda: tax("it"))
        assert numbers(name) == {"hits": 2, "first": 2, "evicted": 1}

    def test_counted_before_it_was_watched(self):
        """Use during the init counts too."""
        tax = functools.cache(lambda: 1)
        tax()
        tax()
        watch(tax, name="tax")
        assert counted("tax") == {"hits": 1, "first": 1}

    def test_cleared(self):
        """What fills the cache again after a clear is forced."""
        tax = watch(functools.cache(lambda key: key), name="tax")
        invoke(lambda: tax("a"), lambda: tax("a"), lambda: tax("b"))
        tax.cache_clear()
        invoke(lambda: tax("a"))
        invoke(lambda: tax("c"))
        assert numbers("tax") == {"hits": 1, "first": 2, "forced": 1} | {"forced": 2}

    def test_functions_that_raise(self):
        """A miss that left nothing behind in a cache with room is an error."""

        @functools.lru_cache(maxsize=8)
        def tax():
            raise DownError

        watch(tax, name="tax")

        def failing():
            with pytest.raises(DownError):
                tax()

        invoke(failing, failing)
        assert numbers("tax") == {"error": 2}

    def test_watched_twice(self):
        """One object is counted once."""
        tax = functools.cache(lambda: 1)
        watch(tax, name="tax")
        watch(tax, name="tax again")
        invoke(tax)
        assert [slot.name for slot in page_on_disk().slots] == ["tax", "(invocations)"]

    def test_cachetools(self):
        """cachetools.cached with info=True has counters; without, that is what is said."""
        cachetools = pytest.importorskip("cachetools")
        cached = cachetools.cached(cachetools.LRUCache(8), info=True)(lambda key: key)
        watch(cached, name="cached")
        invoke(lambda: cached(1), lambda: cached(1))
        assert numbers("cached") == {"hits": 1, "first": 1}
        assert page_on_disk().slots[0].kind == "cache"

        with pytest.raises(TypeError, match="add info=True to cachetools"):
            watch(cachetools.cached({})(lambda key: key), name="uncounted")

    def test_cachetools_alike(self):
        """The same, wherever cachetools is not installed."""
        alike = types.SimpleNamespace(cache={}, cache_key=hash, cache_lock=None)
        with pytest.raises(TypeError, match="add info=True to cachetools"):
            watch(alike, name="uncounted")

    def test_async_lru(self):
        """async_lru's counters are functools'."""
        async_lru = pytest.importorskip("async_lru")

        @async_lru.alru_cache
        async def tax():
            return 1

        watch(tax, name="tax")

        async def main():
            return [await tax(), await tax()]

        invoke(lambda: asyncio.run(main()))
        assert numbers("tax") == {"hits": 1, "first": 1}
        assert page_on_disk().slots[0].kind == "async_lru"


class Pool:
    """Counters as urllib3's connection pools have them."""

    def __init__(self):
        self.num_requests = self.num_connections = 0


class TestPools:
    """Pools of connections: a use that needed no new connection is a hit."""

    def test_urllib3(self):
        """A connection after the first one replaces it: `invalid`."""
        pool = watch(Pool(), name="warehouse")

        def use(requests, connections):
            pool.num_requests += requests
            pool.num_connections += connections

        invoke(lambda: use(3, 1))
        invoke(lambda: use(3, 0))
        invoke(lambda: use(2, 1))
        assert numbers("warehouse") == {"hits": 6, "first": 1, "invalid": 1}

    def test_urllib3_itself(self):
        """Against a real server on loopback."""
        urllib3 = pytest.importorskip("urllib3")
        import http.server
        import threading

        class Answer(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                pool = urllib3.HTTPConnectionPool("127.0.0.1", server.server_port)
                watch(pool, name="server")
                invoke(*[lambda: pool.request("GET", "/").status] * 4)
                pool.close()
            finally:
                server.shutdown()
                thread.join()
        assert numbers("server") == {"hits": 3, "first": 1}

    def test_psycopg(self):
        """Its pools know how long connecting took: that becomes the build's time."""
        pool = types.SimpleNamespace(name="pool-1", stats={})
        pool.get_stats = lambda: pool.stats
        watch(pool)
        pool.stats = {"requests_num": 5, "connections_num": 1, "connections_ms": 30}
        watching._look()
        pool.stats = {"requests_num": 9, "connections_num": 2, "connections_ms": 50}
        invoke()
        assert counted("pool-1") == {
            "hits": 7, "first": 1, "invalid": 1, "builds_in_init": 1, "init_us": 30000,
            "builds_in_invocations": 1, "invocations_us": 20000,
        }  # fmt: skip

    def test_psycopg_counters_set_back(self):
        """After pop_stats() all that the counters say is new."""
        pool = types.SimpleNamespace(name="pool-1", stats={"requests_num": 5})
        pool.get_stats = lambda: pool.stats
        watch(pool)
        pool.stats = {"requests_num": 2, "connections_num": 1, "connections_ms": 10}
        watching._look()
        assert numbers("pool-1") == {"hits": 6, "first": 1, "builds_in_init": 1}
        pool.stats = {"requests_num": 3, "connections_num": 1, "connections_ms": 10}
        watching._look()
        assert numbers("pool-1") == {"hits": 7, "first": 1, "builds_in_init": 1}

    def test_psycopg_itself(self):
        """A real pool, over connections that need no database."""
        psycopg_pool = pytest.importorskip("psycopg_pool")

        class Connection:
            """As much of a connection as a pool looks at."""

            closed = autocommit = False

            def __init__(self):
                idle = types.SimpleNamespace(transaction_status=0, status=0)
                self.pgconn = self.info = idle

            @classmethod
            def connect(cls, *_arguments, **_options):
                return cls()

            def close(self):
                self.closed = True

        with psycopg_pool.ConnectionPool("", connection_class=Connection, min_size=1) as pool:
            pool.wait(10_000 * MS)
            watch(pool, name="db")

            def use():
                pool.putconn(pool.getconn())

            invoke(use, use, use)
        assert numbers("db") == {"hits": 2, "first": 1, "builds_in_init": 1}

    def test_sqlalchemy(self):
        """Engines and pools, also those that do not pool, are seen through their events."""
        sqlalchemy = pytest.importorskip("sqlalchemy")
        engine = sqlalchemy.create_engine(
            "sqlite://", poolclass=sqlalchemy.pool.QueuePool, pool_size=1
        )
        none = sqlalchemy.create_engine("sqlite://", poolclass=sqlalchemy.pool.NullPool)
        watch(engine, name="pooled")
        watch(none.pool, name="not pooled")

        def use(engine):
            with engine.connect() as connection:
                return connection.execute(sqlalchemy.text("select 1")).scalar()

        invoke(*[lambda: use(engine)] * 3, *[lambda: use(none)] * 3)
        assert numbers("pooled") == {"hits": 2, "first": 1}
        assert numbers("not pooled") == {"first": 3}

    def test_sqlalchemy_alike(self, monkeypatch):
        """The same, wherever SQLAlchemy is not installed: an async engine has one inside."""
        listeners = {}

        class QueuePool:
            pass

        QueuePool.__module__ = "sqlalchemy.pool.impl"
        module = types.ModuleType("sqlalchemy")
        module.event = types.SimpleNamespace(
            listen=lambda _pool, what, count: listeners.__setitem__(what, count)
        )
        monkeypatch.setitem(__import__("sys").modules, "sqlalchemy", module)
        engine = types.SimpleNamespace(sync_engine=types.SimpleNamespace(pool=QueuePool()))
        watch(engine, name="pooled")

        def use():
            listeners["checkout"](1, 2, 3)

        invoke(lambda: listeners["connect"](1, 2), use, use)
        assert numbers("pooled") == {"hits": 1, "first": 1}


def page_on_disk_or_none():
    from lambda_reuse import page

    return page.path


class TestRefusals:
    """What cannot be watched."""

    def test_no_counters(self):
        """A TypeError that says what to do."""
        with pytest.raises(TypeError, match=r"this dict keeps no counters.*make it a @resource"):
            watch({}, name="cache")

    def test_no_name(self):
        """Something without a name of its own is given one."""
        with pytest.raises(TypeError, match=r"give it a name: watch\(..., name=...\)"):
            watch(Pool())


def test_a_broken_pool():
    """What raises when it is asked does not fail the invocation."""

    class Broken:
        def cache_info(self):
            raise DownError

    watch(Broken(), name="broken")
    assert invoke(lambda: 1) == [[1]]


def test_fork_restore_and_fresh_container():
    """What was counted before belongs to the parent, to the snapshot, or to another container."""
    tax = watch(functools.cache(lambda key: key), name="tax")
    for change in (lifecycle.after_fork, lifecycle.after_restore, lifecycle.forget):
        tax("a")
        tax("a")
        change()
        tax("a")
        invocation.begin()
        invocation.end()
        assert numbers("tax") == {"hits": 1}


def test_at_exit(tmp_path):
    """Where no invocation ends, the end of the process is the last look."""
    program = (
        "import functools; from lambda_reuse import watch;"
        "f = watch(functools.cache(lambda: 1), name='f'); f(); f()"
    )
    run(program, tmp_path, AWS_LAMBDA_RUNTIME_API="x")
    from lambda_reuse import page_format

    path = next((tmp_path / ".lambda-reuse").iterdir())
    slots = page_format.read(path.read_bytes()).slots
    assert slots[0].counters[:2] == (1, 1)
