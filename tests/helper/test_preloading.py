"""preload: several builds at once, in init."""

import threading

import pytest
from lambda_reuse import preload, resource

from tests.conftest import MS
from tests.helper.parts import DownError, Factory, numbers, page_on_disk


def test_at_the_same_time():
    """All are built together, each recorded as a phase under its own name."""
    together = threading.Barrier(3)

    def make(name):
        @resource(name=name)
        def get():
            together.wait(10_000 * MS)
            return name

        return get

    resources = [make(name) for name in "abc"]

    assert preload(*resources) == []
    assert [get() for get in resources] == ["a", "b", "c"]
    assert numbers("a") == {"hits": 1, "first": 1, "builds_in_init": 1}
    assert len(page_on_disk().phases) == 3
    assert {phase.name for phase in page_on_disk().phases} == {resources[0].__qualname__[:40]}


def test_one_that_fails():
    """The others are built; its error is met at its first use, which tries again."""
    factory = Factory()
    factory.error = DownError("down")
    broken = resource(factory.build)
    fine = resource(lambda: 1)

    assert preload(broken, fine) == [broken.__qualname__]
    assert fine.cache_info().currsize == 1
    with pytest.raises(DownError, match="down"):
        broken()
    assert broken.cache_info().reasons["error"] == 1
    assert page_on_disk().phases[0].failed + page_on_disk().phases[1].failed == 1


def test_one_that_fails_and_is_remembered(clock):
    """With retry_after the first use raises the error of the preload."""
    factory = Factory()
    factory.error = DownError("down")
    broken = resource(retry_after=60, clock=clock)(factory.build)
    preload(broken)
    with pytest.raises(DownError, match="down"):
        broken()
    assert len(factory.calls) == 1


def test_an_overall_limit():
    """What takes longer goes on, and its first use waits for it instead of building again."""
    go_on = threading.Event()
    factory = Factory()

    @resource
    def slow():
        go_on.wait(10_000 * MS)
        return factory()

    @resource
    def quick():
        return 1

    late = preload(slow, quick, timeout=20 * MS)
    threading.Timer(20 * MS, go_on.set).start()

    assert late == [slow.__qualname__]
    assert slow() == "value 1"
    assert len(factory.calls) == 1


def test_a_key():
    """One key of a keyed resource is preloaded by a function that asks for it."""
    get = resource(lambda key: key)
    assert preload(lambda: get("a")) == []
    assert get.peek("a") == "a"


def test_a_circle():
    """Two that need each other do not wait for ever, though each has its own thread."""

    @resource
    def one():
        return two()

    @resource
    def two():
        return one()

    late = preload(one, two, timeout=10_000 * MS)
    assert set(late) == {one.__qualname__, two.__qualname__}
    with pytest.raises(RecursionError):
        one()


def test_what_cannot_be_preloaded():
    """Refused before anything is built."""

    @resource
    async def awaited():
        return 1

    with pytest.raises(TypeError, match="preload takes functions, not 3"):
        preload(3)
    with pytest.raises(TypeError, match="awaited is async: await it in the loop"):
        preload(awaited)
