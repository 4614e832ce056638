"""Resources without parameters: when they are built, why, and what is counted."""

import traceback

import pytest
from lambda_reuse import container, resource

from tests.helper.parts import DownError, Factory, counted, numbers


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
