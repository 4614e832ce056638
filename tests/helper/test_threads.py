"""Threads: not one count lost, one build at a time, on every Python the helper runs on."""

import sys
import threading

import pytest
from lambda_reuse import counters, resource

from tests.conftest import MS
from tests.helper.parts import VERSIONS, DownError, Factory, interpreter, numbers, run

HITS = """
import sys, threading
from lambda_reuse import page, page_format, resource

sys.setswitchinterval(1e-6)
THREADS, CALLS = 16, {calls}
plain = resource(name="plain")(lambda: 1)
timed = resource(name="timed", max_age=9e9)(lambda: 1)
keyed = resource(name="keyed")(lambda _key: 1)
shared = [resource(name="shared")(lambda: 1) for _ in range(2)]
for get in (plain, timed, *shared):
    get()
keyed("a")
start = threading.Barrier(THREADS)

def work(number):
    start.wait()
    for _ in range(CALLS):
        plain()
        timed()
        keyed("a")
        shared[number % 2]()

threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
found = page_format.read(open(page.path, "rb").read())
counts = dict((slot.name, slot.counters) for slot in found.slots)
hits = [counts[name][0] - THREADS * CALLS for name in ("plain", "timed", "keyed", "shared")]
print(hits, counts["shared"][1], [get.cache_info().hits - THREADS * CALLS // 2 for get in shared])
"""


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_no_hit_is_lost(tmp_path, version):
    """16 threads that are switched as often as can be count every one of their hits.

    100 000 calls a thread where nothing is locked; fewer where everything is.
    """
    python = interpreter(version)
    if python is None:
        pytest.skip(f"there is no Python {version} here")
    calls = 10_000 if version == "3.9" else 100_000

    answer = run(HITS.format(calls=calls), tmp_path, python)

    # The second of the two shared ones is built again by the same line: no first miss.
    assert answer == "[0, 0, 0, 0] 1 [0, 0]\n"


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_stampede_builds_once(monkeypatch, is_whole):
    """64 threads that ask at once: one builds, the others wait, and count as hits."""
    monkeypatch.setattr(counters, "increment_is_atomic", lambda: is_whole)
    factory = Factory()
    together = threading.Barrier(64)
    enough = threading.Event()

    @resource(name="slow")
    def slow():
        enough.wait(20 * MS)
        return factory()

    values = []

    def ask():
        together.wait()
        values.append(slow())

    threads = [threading.Thread(target=ask) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert values == ["value 1"] * 64
    assert numbers("slow") == {"hits": 63, "first": 1, "builds_in_init": 1}


def test_keys_do_not_wait_for_each_other():
    """Two keys are built at the same time."""
    both = threading.Barrier(2)

    @resource
    def get(key):
        both.wait(10_000 * MS)
        return key

    threads = [threading.Thread(target=get, args=(key,)) for key in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert get.peek("a") == "a"
    assert get.peek("b") == "b"


def test_waiting_for_a_failing_build():
    """Each of those that waited makes its own attempt; with retry_after they share the error."""
    for options, attempts in (({}, 4), ({"retry_after": 60}, 1)):
        factory = Factory()
        factory.error = DownError()
        together = threading.Barrier(4)
        get = resource(**options)(lambda factory=factory: factory())
        errors = []

        def ask(get=get, together=together, errors=errors):
            together.wait()
            try:
                get()
            except DownError as error:
                errors.append(error)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(errors) == 4
        assert len(factory.calls) == attempts


def test_the_old_value_serves_while_a_refresh_is_under_way():
    """Only the one who refreshes waits."""
    is_building, go_on = threading.Event(), threading.Event()
    values = iter(["old", "new"])

    @resource
    def get():
        value = next(values)
        if value == "new":
            is_building.set()
            go_on.wait(10_000 * MS)
        return value

    get()
    thread = threading.Thread(target=get.refresh)
    thread.start()
    is_building.wait(10_000 * MS)
    during = get()
    go_on.set()
    thread.join()

    assert [during, get()] == ["old", "new"]


@pytest.mark.parametrize(
    ("name", "version", "has_lock", "expected"),
    [
        ("cpython", (3, 9, 18), None, False),
        ("cpython", (3, 10, 0), None, True),
        ("cpython", (3, 13, 0), True, True),
        ("cpython", (3, 13, 0), False, False),
        ("pypy", (3, 11, 0), None, False),
    ],
)
def test_where_adding_is_whole(monkeypatch, name, version, has_lock, expected):
    """CPython since 3.10, with its global lock."""
    monkeypatch.setattr(sys.implementation, "name", name)
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: has_lock, raising=False)
    if has_lock is None:
        monkeypatch.delattr(sys, "_is_gil_enabled")
    assert counters.increment_is_atomic() is expected


@pytest.mark.parametrize("options", [{}, {"max_age": 60}])
def test_the_way_under_the_lock(monkeypatch, options):
    """Where adding is not whole, everything counts as elsewhere."""
    monkeypatch.setattr(counters, "increment_is_atomic", lambda: False)
    plain = resource(name="plain", **options)(lambda: 1)
    keyed = resource(name="keyed", **options)(lambda _key: 1)
    for _ in range(3):
        plain()
        keyed("a")
    assert numbers("plain") == numbers("keyed") == {"hits": 2, "first": 1, "builds_in_init": 1}


@pytest.mark.parametrize("keys", [(), ("a",)])
def test_the_awaited_way_under_the_lock(monkeypatch, keys):
    """And where it is awaited."""
    import asyncio

    monkeypatch.setattr(counters, "increment_is_atomic", lambda: False)

    @resource(name="plain")
    async def plain():
        return 1

    @resource(name="keyed")
    async def keyed(key):
        return 1

    get = keyed if keys else plain

    async def main():
        return [await get(*keys) for _ in range(3)]

    asyncio.run(main())
    assert numbers(get.__name__) == {"hits": 2, "first": 1, "builds_in_init": 1}
