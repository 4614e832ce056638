"""Resources without parameters: when they are built, why, and what is counted."""

import threading
import traceback

import pytest
from lambda_reuse import container, resource

from tests.conftest import MS
from tests.helper.parts import DownError, Factory, Value, counted, numbers


def test_a_value_is_built_once():
    """The first call is a miss for the reason `first`, every later one a hit."""
    factory = Factory()

    @resource
    def table():
        return factory()

    assert [table(), table(), table()] == ["value 1"] * 3
    assert numbers(table.__qualname__) == {"hits": 2, "first": 1, "builds_in_init": 1}


def test_none_is_a_value():
    """A factory that returns None is not called again."""
    calls = []

    @resource
    def nothing():
        calls.append(1)

    assert [nothing(), nothing()] == [None, None]
    assert len(calls) == 1
    assert nothing.cache_info()[:4] == (1, 1, 1, 1)


def test_the_function_looks_as_before():
    """Name, documentation, annotations, attributes and the function itself are kept."""

    def table() -> int:
        """The table."""
        return 1

    table.mark = 7
    made = resource(table)

    assert made.__name__ == "table"
    assert made.__qualname__ == table.__qualname__
    assert made.__doc__ == "The table."
    assert made.__module__ == __name__
    assert made.__annotations__ == {"return": int}
    assert made.mark == 7
    assert made.__wrapped__ is table


def test_time_of_builds_is_split(monkeypatch):
    """What is built before the first invocation counts as init, the rest as invocations."""
    from lambda_reuse import invocation

    times = iter([0, 5_000_000, 10_000_000, 17_000_000])
    monkeypatch.setattr("time.perf_counter_ns", lambda: next(times))

    @resource(name="early")
    def early():
        return 1

    @resource(name="late")
    def late():
        return 2

    early()
    invocation.begin("id")
    late()

    assert counted("early") == {"first": 1, "builds_in_init": 1, "init_us": 5000}
    assert counted("late") == {"first": 1, "builds_in_invocations": 1, "invocations_us": 7000}
    assert late.cache_info().build_ms == 7.0


class TestMaxAge:
    """`max_age`: seconds by wall clock."""

    def test_it_expires(self, clock):
        """A value is used while it is younger than max_age, and then built again."""
        factory = Factory()
        token = resource(max_age=10, clock=clock, name="token")(factory.build)

        assert token() == "value 1"
        clock.now += 9.999
        assert token() == "value 1"
        clock.now += 0.001
        assert token() == "value 2"
        assert numbers("token") == {"hits": 1, "first": 1, "expired": 1, "builds_in_init": 2}

    def test_a_clock_set_back(self, clock):
        """A value of the future is not trusted."""
        factory = Factory()
        token = resource(max_age=10, clock=clock)(factory.build)

        token()
        clock.now -= 1

        assert token() == "value 2"

    def test_zero(self, clock):
        """A max_age of 0 builds every time: how a setting switches reuse off."""
        factory = Factory()
        token = resource(max_age=0, clock=clock)(factory.build)

        assert [token(), token()] == ["value 1", "value 2"]


class TestCheck:
    """`check`: asked before a value is used."""

    def test_every_use(self):
        """Without check_every each use is checked."""
        asked = []
        connection = resource(check=lambda _: asked.append(1) or True)(Value)

        assert connection() is connection() is connection()
        assert len(asked) == 2

    def test_a_broken_value_is_replaced(self):
        """A value that fails its check is closed before the next one is built: reason `invalid`."""
        order = []

        def build():
            order.append("build")
            return Value()

        def close(value):
            order.append("close")
            value.close()

        connection = resource(check=lambda v: v.is_healthy, close=close, name="db")(build)
        first = connection()
        first.is_healthy = False
        second = connection()

        assert second is not first
        assert first.closed == 1
        assert order == ["build", "close", "build"]
        assert numbers("db") == {"first": 1, "invalid": 1, "builds_in_init": 2}

    def test_a_check_that_raises(self):
        """What a check raises says no, and goes no further."""
        factory = Factory()

        def check(value):
            raise DownError

        connection = resource(check=check)(factory.build)

        assert [connection(), connection()] == ["value 1", "value 2"]

    def test_check_every(self, clock):
        """Between two checks a value is used without one."""
        asked = []
        connection = resource(
            check=lambda _: asked.append(clock.now) or True, check_every=5, clock=clock
        )(Value)

        for now in (0, 4.9, 5, 6, 9.9, 10.1):
            clock.now = now
            connection()

        assert asked == [5, 10.1]

    def test_check_and_max_age(self, clock):
        """Whichever ends first: an old value is not checked but replaced, reason `expired`."""
        asked = []
        connection = resource(
            check=lambda _: asked.append(1) or True, check_every=5, max_age=7, clock=clock
        )(Value)
        first = connection()
        clock.now += 6
        assert connection() is first
        clock.now += 1
        assert connection() is not first
        assert asked == [1]
        assert connection.cache_info().reasons["expired"] == 1

    def test_a_value_cleared_while_it_is_checked(self):
        """It is not used any more, nor closed twice."""
        closed = []

        def check(value):
            connection.cache_clear()
            return True

        connection = resource(check=check, check_every=60, close=closed.append)(lambda: "value")
        connection()
        from lambda_reuse import lifecycle

        lifecycle.after_restore()  # asks for the check in spite of check_every

        assert connection() == "value"
        assert closed == ["value"]
        assert connection() == "value"
        assert connection.cache_info().reasons["forced"] == 1


class TestClose:
    """`close`: called with a value that has been replaced."""

    def test_after_the_new_one_is_there(self, clock):
        """An expired value is closed when the new one is built, once."""
        connection = resource(max_age=1, close=lambda v: v.close(), clock=clock)(Value)
        first = connection()
        assert first.closed == 0
        clock.now += 1
        connection()
        assert first.closed == 1

    def test_what_it_raises(self, capsys):
        """An error while closing is told, without its text, and hurts nobody."""

        def close(value):
            raise DownError("postgres://user:secret@host")

        connection = resource(close=close)(Value)
        connection()
        connection.cache_clear()

        reported = capsys.readouterr().err
        assert "closing an old value of Value() failed with DownError" in reported
        assert "secret" not in reported


class TestErrors:
    """Factories that raise."""

    def test_they_pass_unchanged(self):
        """The very error, with the factory's own frames, and nothing is kept."""
        error = KeyError("no such table")

        @resource(name="table")
        def table():
            raise error

        with pytest.raises(KeyError) as caught:
            table()

        assert caught.value is error
        assert traceback.extract_tb(caught.tb)[-1].name == "table"
        assert numbers("table") == {"first": 1, "failed": 1}

    def test_the_next_attempt(self):
        """It is made at once, for the reason `error`."""
        factory = Factory()
        factory.error = DownError()
        table = resource(name="table")(factory.build)
        with pytest.raises(DownError):
            table()
        factory.error = None

        assert table() == "value 2"
        assert numbers("table") == {"first": 1, "error": 1, "failed": 1, "builds_in_init": 1}

    def test_retry_after(self, clock):
        """Until then an equal error is raised without an attempt; each call is a miss."""
        factory = Factory()
        factory.error = DownError("down")
        table = resource(retry_after=60, clock=clock, name="table")(factory.build)
        depths = []
        for _ in range(3):
            with pytest.raises(DownError, match="down") as caught:
                table()
            depths.append(len(traceback.extract_tb(caught.tb)))
        assert len(factory.calls) == 1
        assert depths[1] == depths[2]  # raising it again does not make it longer
        assert numbers("table") == {"first": 1, "error": 2, "failed": 1}

        factory.error = None
        clock.now += 60
        assert table() == "value 2"
        assert len(factory.calls) == 2

    def test_what_ends_the_process_is_not_remembered(self, clock):
        """KeyboardInterrupt is no answer of a factory."""
        factory = Factory()
        factory.error = KeyboardInterrupt()
        table = resource(retry_after=60, clock=clock)(factory.build)
        with pytest.raises(KeyboardInterrupt):
            table()
        factory.error = None

        assert table() == "value 2"

    def test_stale_while_error(self, clock):
        """The old value goes on while builds fail; with retry_after without an attempt each."""
        factory = Factory()
        closed = []
        token = resource(
            max_age=10,
            retry_after=5,
            stale_while_error=True,
            close=closed.append,
            clock=clock,
            name="token",
        )(factory.build)
        token()
        clock.now += 10
        factory.error = DownError()

        assert [token(), token(), token()] == ["value 1"] * 3
        assert len(factory.calls) == 2
        assert numbers("token") == {
            "hits": 2, "first": 1, "expired": 1, "builds_in_init": 1, "failed": 1,
        }  # fmt: skip

        clock.now += 5
        assert token() == "value 1"
        factory.error = None
        clock.now += 5
        assert token() == "value 4"
        assert closed == ["value 1"]
        assert token.cache_info().reasons["error"] == 2

    def test_stale_but_interrupted(self, clock):
        """A stale value does not swallow what ends the process."""
        factory = Factory()
        token = resource(max_age=10, stale_while_error=True, clock=clock)(factory.build)
        token()
        clock.now += 10
        factory.error = KeyboardInterrupt()
        with pytest.raises(KeyboardInterrupt):
            token()

    def test_nothing_stale(self, clock):
        """Without an old value the error passes."""
        factory = Factory()
        factory.error = DownError()
        token = resource(max_age=10, stale_while_error=True, retry_after=9, clock=clock)(
            factory.build
        )
        for _ in range(2):
            with pytest.raises(DownError):
                token()

    def test_a_broken_value_is_not_stale(self, clock):
        """What failed its check is not handed out, whatever happens."""
        factory = Factory()
        connection = resource(
            max_age=10, check=lambda _: False, stale_while_error=True, clock=clock
        )(factory.build)
        connection()
        factory.error = DownError()
        with pytest.raises(DownError):
            connection()


class TestAbilities:
    """cache_info, cache_clear, peek, refresh."""

    def test_cache_info(self, clock):
        """It begins as functools' does, and tells reasons, builds and failures."""
        factory = Factory()
        token = resource(max_age=1, clock=clock)(factory.build)
        assert token.cache_info()[:4] == (0, 0, 1, 0)
        token()
        token()
        clock.now += 1
        token()
        info = token.cache_info()

        assert info[:4] == (1, 2, 1, 1)
        assert (info.builds, info.failed) == (2, 0)
        assert {reason for reason, count in info.reasons.items() if count} == {"first", "expired"}

    def test_cache_clear(self):
        """The value is closed, the counts begin at 0, the page's go on: reason `forced`."""
        factory = Factory()
        closed = []
        table = resource(close=closed.append, name="table")(factory.build)
        table()
        table()
        table.cache_clear()
        table.cache_clear()

        assert closed == ["value 1"]
        assert table.cache_info()[:4] == (0, 0, 1, 0)
        assert table() == "value 2"
        assert table.cache_info()[:4] == (0, 1, 1, 1)
        assert numbers("table") == {"hits": 1, "first": 1, "forced": 1, "builds_in_init": 2}

    def test_clear_before_the_first(self):
        """What was never built is not forced to be built again."""
        table = resource(name="table")(lambda: 1)
        table.cache_clear()
        table()
        assert numbers("table") == {"first": 1, "builds_in_init": 1}

    def test_clear_forgets_a_failure(self, clock):
        """After it, an attempt is made at once."""
        factory = Factory()
        factory.error = DownError()
        table = resource(retry_after=60, clock=clock, name="table")(factory.build)
        with pytest.raises(DownError):
            table()
        factory.error = None
        table.cache_clear()

        assert table() == "value 2"
        assert numbers("table") == {"first": 1, "forced": 1, "failed": 1, "builds_in_init": 1}

    def test_peek(self, clock):
        """It sees what a call would find, and changes nothing."""
        factory = Factory()
        token = resource(max_age=1, clock=clock)(factory.build)
        assert token.peek() is None
        token()
        assert token.peek() == "value 1"
        clock.now += 1
        assert token.peek() is None
        assert len(factory.calls) == 1
        assert token.cache_info()[:2] == (0, 1)

    def test_refresh(self):
        """It builds at once; the old value is closed, and stays where the build fails."""
        factory = Factory()
        closed = []
        table = resource(close=closed.append, name="table")(factory.build)
        table()
        assert table.refresh() == "value 2"
        assert closed == ["value 1"]
        factory.error = DownError()
        with pytest.raises(DownError):
            table.refresh()
        assert table() == "value 2"
        assert numbers("table") == {
            "hits": 1, "first": 1, "forced": 2, "builds_in_init": 2, "failed": 1,
        }  # fmt: skip

    def test_eager(self):
        """It is built where it is defined."""
        factory = Factory()
        table = resource(eager=True, name="table")(factory.build)
        assert len(factory.calls) == 1
        assert table() == "value 1"
        assert numbers("table") == {"hits": 1, "first": 1, "builds_in_init": 1}

    def test_eager_and_failing(self):
        """The definition does not fail; the first call tries again and lets the error pass."""
        factory = Factory()
        factory.error = DownError()
        table = resource(eager=True)(factory.build)
        with pytest.raises(DownError):
            table()
        assert len(factory.calls) == 2


class TestCircles:
    """A resource that needs itself would wait for ever."""

    def test_itself(self):
        """It is refused, and the error passes through the factory."""

        @resource
        def table():
            return table()

        with pytest.raises(RecursionError, match=r"table\(\) needs itself while it is being built"):
            table()

    def test_through_another(self):
        """So is a circle of two."""

        @resource
        def one():
            return two()

        @resource
        def two():
            return one()

        with pytest.raises(RecursionError, match="needs itself"):
            one()

    def test_across_threads(self):
        """And a circle that two threads make together, each of them waiting for the other."""
        both = threading.Barrier(2)
        errors = []

        @resource
        def one():
            both.wait()
            return two()

        @resource
        def two():
            both.wait()
            return one()

        def use(what):
            try:
                what()
            except (RecursionError, threading.BrokenBarrierError) as error:
                both.abort()
                errors.append(type(error))

        threads = [threading.Thread(target=use, args=(what,)) for what in (one, two)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10_000 * MS)

        assert not any(thread.is_alive() for thread in threads)
        assert RecursionError in errors

    def test_one_needs_another(self):
        """A chain is no circle."""

        @resource
        def one():
            return two() + 1

        @resource
        def two():
            return 1

        assert one() == 2


def test_nothing_secret_reaches_the_page(tmp_path):
    """No value, argument or key is in any file that the helper writes."""

    @resource(max_keys=4)
    def password(user, *, realm):
        return "value-hunter2"

    password("key-alice", realm="key-realm")
    with pytest.raises(DownError):
        resource(lambda: (_ for _ in ()).throw(DownError("error-hunter2")))()

    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"password" in written
    for secret in (b"hunter2", b"alice", b"key-realm"):
        assert secret not in written


def test_container_is_seen_by_the_factory():
    """A factory may ask which invocation it is built in."""
    number = resource(lambda: container.invocation)
    assert number() == 0
