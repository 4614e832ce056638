"""The path of a hit: what may be used without asking, and when the slow path is asked."""

import asyncio
from types import SimpleNamespace

import pytest
from lambda_reuse import hit_path
from lambda_reuse.entry import Entry
from lambda_reuse.keys import Parameters
from lambda_reuse.options import Options


class Slow:
    """Stands for the slow path; answers with the call's arguments."""

    def __init__(self) -> None:
        self.calls: list[tuple] = []

    def __call__(self, *arguments):
        self.calls.append(arguments)
        return ("slow", *arguments)

    async def awaited(self, *arguments):
        return self(*arguments)


class Count:
    """Stands for a count under a lock, of the hits in a list."""

    def __init__(self, hits: list[int]) -> None:
        self.hits = hits

    def __call__(self) -> None:
        self.hits[0] += 1


def entry_of(value: object, options: Options) -> Entry:
    entry = Entry(None)
    entry.fill(value, options)
    return entry


def cache_of(options: Options, **values: object) -> SimpleNamespace:
    """Entries by their keys, as a cache has those with a value."""
    return SimpleNamespace(full={(key,): entry_of(value, options) for key, value in values.items()})


@pytest.fixture(params=["added", "counted"])
def hits(request):
    """The resource's part of the page, and how a hit is counted there."""
    found = [0]
    return found, Count(found) if request.param == "counted" else None


def test_a_value_for_ever(hits):
    """Nothing but the value is looked at; None is one."""
    (found, count), slow = hits, Slow()
    get, expose = hit_path.plain(slow, count)
    before = get()
    expose(found, entry_of(None, Options()))
    within = [get(), get()]
    expose(None, None)
    after = get()

    assert (before, within, after) == (("slow",), [None, None], ("slow",))
    assert (found, len(slow.calls)) == ([2], 2)


def test_a_value_for_a_time(hits, clock):
    (found, count), slow = hits, Slow()
    get, expose = hit_path.timed(slow, count, clock)
    expose(found, entry_of("value", Options(max_age=60, clock=clock)))
    answers = []
    for now in (1_000_000, 1_000_059.9, 1_000_060, 999_999):
        clock.now = now
        answers.append(get())

    assert answers == ["value", "value", ("slow",), ("slow",)]
    assert found == [2]


def plain(a, b="x"):
    return a, b


def one(key):
    return key


def by_name(*, key):
    return key


def test_values_by_key(hits):
    """Positions, names and defaults lead to one value."""
    (found, count), slow, options = hits, Slow(), Options()
    get, expose = hit_path.keyed(slow, count, None, Parameters(plain))
    cache = SimpleNamespace(full={("a", "x"): entry_of("value", options)})
    expose(found, cache)
    answers = [get("a", "x"), get("a"), get(b="x", a="a"), get("b")]

    assert answers == ["value"] * 3 + [("slow", ("b", "x"), ("b",), {})]
    assert found == [3]
    assert cache.full["a", "x"].used == 3


def test_a_key_without_a_value_is_the_slow_paths(hits):
    """It was taken out while others looked."""
    (found, count), slow, options = hits, Slow(), Options()
    get, expose = hit_path.keyed(slow, count, None, Parameters(one))
    cache = cache_of(options, a="value")
    expose(found, cache)
    cache.full["a",].empty("invalid")

    assert get("a")[0] == get(key="a")[0] == "slow"
    assert found == [0]


def test_values_by_key_for_a_time(hits, clock):
    (found, count), slow = hits, Slow()
    options = Options(max_age=60, clock=clock)
    get, expose = hit_path.keyed(slow, count, clock, Parameters(one))
    expose(found, cache_of(options, a="value"))
    fresh = [get("a"), get(key="a")]
    clock.now += 60
    old = [get("a")[0], get(key="a")[0]]
    expose(None, None)

    assert (fresh, old, get("a")[0]) == (["value"] * 2, ["slow"] * 2, "slow")
    assert found == [2]


def test_a_key_by_name_only(hits):
    (found, count), slow, options = hits, Slow(), Options()
    get, expose = hit_path.keyed(slow, count, None, Parameters(by_name))
    expose(found, cache_of(options, a="value"))

    assert (get(key="a"), get(key="b")[0]) == ("value", "slow")
    assert found == [1]


@pytest.mark.parametrize("clock", [None, lambda: 0.0])
def test_an_argument_that_is_no_key_is_named(clock):
    get, expose = hit_path.keyed(Slow(), None, clock, Parameters(one))
    expose([0], cache_of(Options()))

    with pytest.raises(TypeError, match="argument 1 cannot be a key"):
        get([])


def test_an_awaited_value_belongs_to_its_loop(hits):
    """In another one, and before there is one, the slow path is asked."""
    (found, count), slow = hits, Slow()
    get, expose = hit_path.awaited(slow.awaited, count, None)
    entry = entry_of("value", Options())

    async def in_its_loop():
        first = await get()
        expose(found, asyncio.get_running_loop(), entry)
        return [first, await get(), await get()]

    within = asyncio.run(in_its_loop())
    elsewhere = asyncio.run(get())
    expose(None, None, None)

    assert within == [("slow",), "value", "value"]
    assert elsewhere == asyncio.run(get()) == ("slow",)
    assert found == [2]


def test_an_awaited_value_for_a_time(hits, clock):
    (found, count), slow = hits, Slow()
    get, expose = hit_path.awaited(slow.awaited, count, clock)

    async def use():
        options = Options(max_age=60, clock=clock)
        expose(found, asyncio.get_running_loop(), entry_of("value", options))
        answers = [await get()]
        clock.now += 60
        return [*answers, await get()]

    assert asyncio.run(use()) == ["value", ("slow",)]
    assert found == [1]


def test_awaited_values_by_key(hits, clock):
    """A hit is given to the same key in the same loop, until its time is over."""
    (found, count), slow = hits, Slow()
    get, expose = hit_path.awaited_keyed(slow.awaited, count, clock, Parameters(one))

    async def use():
        cache = cache_of(Options(max_age=60, clock=clock), a="value")
        answers = [(await get("a"))[0]]
        expose(found, asyncio.get_running_loop(), cache)
        answers += [await get("a"), await get(key="a"), (await get("b"))[0]]
        with pytest.raises(TypeError, match="cannot be a key"):
            await get([])
        used = cache.full["a",].used
        clock.now += 60
        answers.append((await get("a"))[0])
        expose(None, None, None)
        return [*answers, (await get("a"))[0]], used

    assert asyncio.run(use()) == (["slow", "value", "value", "slow", "slow", "slow"], 2)
    assert found == [2]
