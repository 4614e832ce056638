"""Whatever gives an awaitable is an async resource, however it was written."""

import asyncio
import functools
import types
from unittest.mock import AsyncMock

import pytest
from lambda_reuse import lifecycle, preload, resource
from lambda_reuse.counters import Counters
from lambda_reuse.options import Options
from lambda_reuse.sync_resource import SyncResource

from tests.helper.parts import DownError, numbers


async def connect(host):
    await asyncio.sleep(0)
    return {"host": host}


class Connect:
    async def __call__(self):
        return {"host": "object"}

    async def method(self):
        return {"host": "method"}


class Connecting:
    """An object that can be awaited."""

    def __await__(self):
        yield from asyncio.sleep(0).__await__()
        return {"host": "awaitable"}


def traced(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)

    return inner


@types.coroutine
def old_style():
    yield from asyncio.sleep(0).__await__()
    return {"host": "old"}


def made_by_future():
    future = asyncio.get_running_loop().create_future()
    future.set_result({"host": "future"})
    return future


KINDS = {
    "partial": functools.partial(connect, "p"),
    "partial of a partial": functools.partial(functools.partial(connect), host="p"),
    "object": Connect(),
    "method": Connect().method,
    "partial of a method": functools.partial(Connect().method),
    "lambda": lambda: connect("l"),
    "wrapper": traced(functools.partial(connect, "w")),
    "cached": functools.lru_cache(Connecting),
    "class": Connecting,
    "old style": old_style,
    "future": made_by_future,
    "task": lambda: asyncio.ensure_future(connect("t")),
    "mock": AsyncMock(return_value={"host": "mock"}),
}


@pytest.mark.parametrize("options", [{}, {"max_age": 60}], ids=["plain", "timed"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_kind(kind, options):
    """Awaited once, found afterwards, in each of two loops; never a coroutine for a value."""
    get = resource(name="kind", **options)(KINDS[kind])

    async def thrice():
        return [await get(), await get(), get.peek(), *await asyncio.gather(get(), get())]

    for _ in range(2):
        first, *others = asyncio.run(thrice())
        assert isinstance(first, dict)
        assert all(other is first for other in others)
    assert numbers("kind") == {"hits": 6, "first": 1, "loop_changed": 1, "builds_in_init": 2}
    assert get.cache_info()[:2] == (6, 2)
    get.cache_clear()
    assert get.cache_info().currsize == 0


@pytest.mark.parametrize("kind", ["lambda", "wrapper", "class"])
def test_known_by_its_result(kind):
    """refresh, errors, fork and restore: an async resource in all."""
    get = resource(name="kind", check=lambda _value: True)(KINDS[kind])

    async def main():
        first = await get()
        second = await get.refresh()
        lifecycle.after_restore()
        return [first is second, await get() is second, get.peek() is second]

    assert asyncio.run(main()) == [False, True, True]
    lifecycle.after_fork()
    lifecycle.forget()
    assert get.cache_info().currsize == 0


def test_keys_known_by_their_results():
    """A value for each key; one that is not awaited among them is a value as well."""
    get = resource(name="kind")(lambda host: connect(host) if host != "plain" else host)

    async def main():
        plain = await get("a"), await get("plain"), await get("plain")
        return [plain[0]["host"], plain[1:], await get("a") is plain[0]]

    assert asyncio.run(main()) == ["a", ("plain", "plain"), True]
    assert numbers("kind") == {"hits": 2, "first": 2, "builds_in_init": 2}


def test_the_first_tasks_at_once():
    """Tasks that ask before it is known that they have to wait share the build all the same."""
    calls = []

    def factory():
        calls.append(1)
        return connect("l")

    get = resource(name="kind")(factory)

    async def main():
        return await asyncio.gather(*[get() for _ in range(5)])

    values = asyncio.run(main())
    assert all(value is values[0] for value in values)
    assert numbers("kind") == {"hits": 4, "first": 1, "builds_in_init": 1}


def test_a_result_that_nobody_needs_any_more():
    """The first call is awaited after another one has built: its coroutine is closed, unawaited."""
    get = resource(name="kind")(lambda: connect("l"))

    async def main():
        first, second = get(), get()
        value = await second
        return await first is value

    assert asyncio.run(main())


def test_a_failing_await():
    """The error passes, and the next call tries again."""
    errors = [DownError("down")]

    async def ask():
        if errors:
            raise errors.pop()
        return 1

    get = resource(name="kind")(lambda: ask())  # noqa: PLW0108

    async def main():
        with pytest.raises(DownError):
            await get()
        return await get()

    assert asyncio.run(main()) == 1
    assert numbers("kind") == {"first": 1, "error": 1, "failed": 1, "builds_in_init": 1}


def test_stale_while_error():
    """Also where it is found late that the factory is async."""
    clock = [0.0]
    answers = [1]

    async def ask():
        return answers.pop()

    get = resource(max_age=1, stale_while_error=True, clock=lambda: clock[0])(lambda: ask())  # noqa: PLW0108

    async def main():
        await get()
        clock[0] = 2.0
        return await get()

    assert asyncio.run(main()) == 1


def test_an_async_close():
    """Values are closed in their loop, as where the factory says that it is async."""
    closed = []

    async def close(value):
        closed.append(value["host"])

    get = resource(close=close)(lambda: connect("l"))

    async def main():
        await get()
        await get.refresh()

    asyncio.run(main())
    assert closed == ["l"]


def test_what_is_not_async_after_all():
    """An async check needs an async factory; the first build says so."""

    async def check(_value):
        return True

    get = resource(check=check)(lambda: 1)
    with pytest.raises(TypeError, match=r"check is async and .*<lambda>\(\) is not"):
        get()


@pytest.mark.filterwarnings("error")
def test_eager_and_preload():
    """Where there is no loop: refused, or left to the first use; nothing is left unawaited."""
    with pytest.raises(TypeError, match="eager needs a running loop"):
        resource(eager=True)(lambda: connect("l"))
    with pytest.raises(TypeError, match="is async: await it"):
        preload(resource(functools.partial(connect, "p")))
    get = resource(lambda: connect("l"))
    assert len(preload(get)) == 1
    assert asyncio.run(get())["host"] == "l"


def test_generators_are_still_refused():
    """Also behind a partial."""

    def yielding():
        yield 1

    with pytest.raises(TypeError, match="yields"):
        resource(functools.partial(yielding))


def test_two_threads_that_learn_it_at_once_share_the_resource():
    """Whoever comes second finds the asynchronous resource that the first has made."""
    options = Options()
    inner = SyncResource(
        lambda: asyncio.sleep(0, "value"), options, Counters("table", "resource", "")
    )

    assert inner._become_async() is inner._become_async()
