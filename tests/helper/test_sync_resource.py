"""A resource whose factory is called: find, check, build, replace, close."""

import asyncio

import pytest
from lambda_reuse.counters import Counters
from lambda_reuse.options import Options
from lambda_reuse.sync_resource import SyncResource

from tests.helper.parts import DownError, Factory, Value, numbers


def own(factory, **options) -> SyncResource:
    return SyncResource(factory, Options(**options), Counters("table", "resource", "app.py:1"))


def test_it_is_built_once():
    """Later calls get the same value and are counted as hits."""
    factory = Factory()
    table = own(factory.build)

    assert [table.get(), table.get(), table.get()] == ["value 1"] * 3
    assert numbers("table") == {"hits": 2, "first": 1, "builds_in_init": 1}


def test_each_key_is_built_once_and_the_one_not_used_for_longest_makes_room():
    """What it made room for is closed."""
    closed: list[str] = []
    factory = Factory()
    table = own(factory.build_for, max_keys=2, close=closed.append)
    for key in ("a", "b", "a", "c", "a", "b"):
        table.get(key)

    assert factory.calls == [("a",), ("b",), ("c",), ("b",)]
    assert closed == ["value 2", "value 3"]
    assert numbers("table") == {"hits": 2, "first": 3, "evicted": 1, "builds_in_init": 4}


def test_an_old_value_is_replaced_and_closed(clock):
    """Closed once, after the new one was built."""
    values: list[Value] = []

    def make():
        values.append(Value())
        return values[-1]

    table = own(make, max_age=60, close=Value.close, clock=clock)
    table.get()
    clock.now += 60
    table.get()

    assert [value.closed for value in values] == [1, 0]


def test_an_unhealthy_value_is_closed_before_the_next_is_built():
    """A `check` that raises says no."""

    def check(value):
        if not value.is_healthy:
            raise DownError

    table = own(Value, check=lambda value: check(value) or True, close=Value.close)
    first = table.get()
    same = table.get() is first
    first.is_healthy = False
    second = table.get()

    assert same
    assert (second is first, first.closed, second.closed) == (False, 1, 0)
    assert numbers("table") == {"hits": 1, "first": 1, "invalid": 1, "builds_in_init": 2}


def test_a_build_that_fails_keeps_nothing():
    factory = Factory()
    factory.error = DownError()
    table = own(factory.build)
    with pytest.raises(DownError):
        table.get()
    factory.error = None

    assert table.get() == "value 2"
    assert numbers("table") == {"first": 1, "error": 1, "failed": 1, "builds_in_init": 1}


def test_a_factory_that_needs_itself_is_refused():
    def make():
        return table.get()

    table = own(make)

    with pytest.raises(RecursionError, match="needs itself"):
        table.get()


def test_refresh_replaces_and_peek_only_looks(clock):
    table = own(Factory().build, max_age=60, clock=clock)
    seen = [table.peek(), table.get(), table.refresh(), table.peek()]
    clock.now += 60

    assert seen == [None, "value 1", "value 2", "value 2"]
    assert table.peek() is None
    assert numbers("table") == {"first": 1, "forced": 1, "builds_in_init": 2}


def test_a_refresh_that_fails_leaves_what_there_is():
    factory = Factory()
    table = own(factory.build)
    table.get()
    factory.error = DownError()
    with pytest.raises(DownError):
        table.refresh()

    assert table.get() == "value 1"


def test_clearing_closes_and_the_next_miss_was_asked_for():
    closed: list[str] = []
    table = own(Factory().build, close=closed.append)
    table.get()
    table.cache_clear()
    info = table.cache_info()
    table.get()

    assert (closed, info.misses, info.currsize) == (["value 1"], 0, 0)
    assert numbers("table") == {"first": 1, "forced": 1, "builds_in_init": 2}


def test_an_error_in_closing_is_said_and_passes_by(capsys):
    def close(value):
        raise DownError

    table = own(Factory().build, close=close)
    table.get()

    assert table.refresh() == "value 2"
    assert "closing an old value of " in capsys.readouterr().err


def test_after_a_restore_the_value_is_checked_before_its_next_use(clock):
    """Its connection is from another life."""
    checked: list[str] = []
    table = own(
        Factory().build,
        check=lambda value: checked.append(value) or True,
        check_every=60,
        clock=clock,
    )
    table.get()
    table.get()
    before = list(checked)
    table.after_restore()
    table.get()

    assert (before, checked) == ([], ["value 1"])


def test_forgetting_begins_as_in_a_new_container():
    closed: list[str] = []
    table = own(Factory().build, close=closed.append)
    table.get()
    table.forget()

    assert closed == ["value 1"]
    assert table.get() == "value 2"


def test_a_factory_that_gives_something_to_await_is_awaited_from_then_on():
    """Of a lambda that cannot be known before; the call is not repeated."""
    calls: list[int] = []

    async def connect():
        return "connection"

    table = own(lambda: calls.append(1) or connect())

    async def use():
        return [await table.get(), await table.get(), table.peek()]

    assert asyncio.run(use()) == ["connection"] * 3
    assert calls == [1]
    assert table.cache_info().builds == 1
    table.cache_clear()
    assert table.cache_info().builds == 0


def test_an_argument_that_is_no_key_is_named():
    with pytest.raises(TypeError, match="argument 1 cannot be a key"):
        own(Factory().build_for).get([])
