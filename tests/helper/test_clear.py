"""What `cache_clear` and the end of values leave behind: nothing."""

import asyncio
import contextlib
import gc
import threading
import weakref

import pytest
from lambda_reuse import resource

from tests.conftest import MS
from tests.helper.parts import DownError


class Argument:
    """A key that shows whether it is alive."""


def alive(get, count, *, clear=False):
    """How many of so many arguments are alive after their calls."""
    references = []
    for _ in range(count):
        argument = Argument()
        references.append(weakref.ref(argument))
        with contextlib.suppress(DownError):
            get(argument)
    del argument
    if clear:
        get.cache_clear()
    gc.collect()
    return sum(reference() is not None for reference in references)


def value_of(_argument):
    return "value"


def failing(_argument):
    raise DownError


@pytest.mark.parametrize("options", [{}, {"max_age": 60}, {"check": bool}])
def test_keys_go_with_their_values(options):
    """As with lru_cache: so many keys as there may be values, and none after a clear."""
    assert alive(resource(max_keys=10, **options)(value_of), 100) == 10
    assert alive(resource(max_keys=1, **options)(value_of), 100) == 1
    assert alive(resource(max_keys=10, **options)(value_of), 100, clear=True) == 0
    unbounded = resource(max_keys=None, **options)(value_of)
    assert [alive(unbounded, 1500, clear=True) for _ in range(3)] == [0, 0, 0]


def test_keys_of_failed_builds():
    """Not kept; for as long as the error is remembered, so many as there may be values."""
    assert alive(resource(max_keys=None)(failing), 100) == 0
    assert alive(resource(max_keys=3, retry_after=60)(failing), 100) == 3
    assert alive(resource(max_keys=None, retry_after=60)(failing), 100, clear=True) == 0


def test_values_are_let_go():
    """Of a resource without arguments and of an async one."""

    async def connect():
        return Argument()

    for get in (resource(Argument), resource(connect)):
        value = asyncio.run(get()) if get.__name__ == "connect" else get()
        reference = weakref.ref(value)
        del value
        get.cache_clear()
        gc.collect()
        assert reference() is None


class Secret:
    """A secret that is rotated while it is fetched."""

    def __init__(self):
        self.current = "old"
        self.is_fetching, self.go_on = threading.Event(), threading.Event()

    def fetch(self):
        value = self.current
        if value == "old":
            self.is_fetching.set()
            self.go_on.wait(10_000 * MS)
        return value

    def fetch_one(self, _name):
        return self.fetch()


@pytest.mark.parametrize("keys", [(), ("a",)], ids=["plain", "keyed"])
@pytest.mark.parametrize("options", [{}, {"max_age": 60}], ids=["for ever", "timed"])
@pytest.mark.parametrize("how", ["call", "refresh"])
def test_cleared_while_it_is_built(keys, options, how):
    """What was begun before the clear is not kept; who asked before gets it, who asks later not."""
    secret = Secret()
    closed, before = [], []
    get = resource(close=closed.append, **options)(secret.fetch_one if keys else secret.fetch)
    ask = get if how == "call" else get.refresh
    thread = threading.Thread(target=lambda: before.append(ask(*keys)))
    thread.start()
    secret.is_fetching.wait(10_000 * MS)
    secret.current = "new"
    get.cache_clear()

    assert get(*keys) == "new"
    secret.go_on.set()
    thread.join()
    assert before == ["old"]
    assert get(*keys) == get.peek(*keys) == "new"
    assert get.cache_info().reasons["forced"] == 1
    assert closed == []


def test_who_waits_for_a_build_that_is_cleared():
    """Builds again: it may not get what was begun before the clear."""
    secret = Secret()
    get = resource(secret.fetch)
    values = []
    threads = [threading.Thread(target=lambda: values.append(get())) for _ in range(4)]
    for thread in threads:
        thread.start()
    secret.is_fetching.wait(10_000 * MS)
    secret.current = "new"
    get.cache_clear()
    secret.go_on.set()
    for thread in threads:
        thread.join()
    assert sorted(values) == ["new", "new", "new", "old"]


def test_cleared_while_it_is_awaited():
    """The same in a loop."""
    state = {"current": "old"}

    @resource
    async def secret():
        value = state["current"]
        await asyncio.sleep(20 * MS if value == "old" else 0)
        return value

    async def main():
        first, second = asyncio.create_task(secret()), asyncio.create_task(secret())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        state["current"] = "new"
        secret.cache_clear()
        return [await secret(), await first, await second, await secret()]

    assert asyncio.run(main()) == ["new", "old", "new", "new"]
    assert secret.cache_info().reasons["forced"] == 1
