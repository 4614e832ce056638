"""What a hit costs, beside the caches people use today.

All candidates take turns, so that a machine that slows down slows all of them down; each figure is
the median of its turns. What is not installed is left out.
"""

import functools
import statistics
import time
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

ROUNDS = 31
CALLS = 20_000
LIMITS_NS = {"resource": 130, "resource, max_age": 220, "resource, one key": 350}


def optional(name: str) -> ModuleType | None:
    """A module, where it is installed."""
    try:
        return import_module(name)
    except ImportError:
        return None


def candidates() -> dict[str, Callable[[], Any]]:
    """Name -> a call that hits."""
    from lambda_reuse import resource

    keyed = resource(name="keyed")(lambda key: key)
    keyed_timed = resource(name="keyed, timed", max_age=300)(lambda key: key)
    lru = functools.lru_cache(lambda key: key)
    found: dict[str, Callable[[], Any]] = {
        "functools.cache": functools.cache(lambda: 1),
        "functools.lru_cache, one key": functools.partial(lru, "a"),
        "resource": resource(name="plain")(lambda: 1),
        "resource, max_age": resource(name="timed", max_age=300)(lambda: 1),
        "resource, one key": functools.partial(keyed, "a"),
        "resource, one key, max_age": functools.partial(keyed_timed, "a"),
    }
    cachetools = optional("cachetools")
    if cachetools is not None:
        ttl = cachetools.TTLCache(8, 300)
        found["cachetools.cached(TTLCache)"] = cachetools.cached(ttl)(lambda: 1)
    if optional("aws_lambda_powertools") and optional("boto3"):
        found["Powertools get_parameter"] = powertools_parameter()
    return found


def powertools_parameter() -> Callable[[], Any]:
    """Powertools' cached parameter, with the value already there."""
    from aws_lambda_powertools.utilities.parameters import SSMProvider

    class Fixed(SSMProvider):
        def __init__(self) -> None:
            super().__init__(boto3_client=object())

        def _get(self, name: str, **_options: Any) -> str:
            return "value of " + name

    provider = Fixed()
    return lambda: provider.get("/orders/tax", max_age=300)


def measured(calls: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Name -> median nanoseconds a call, the loop's share (5 ns) included, as timeit has it."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    for _ in range(ROUNDS):
        for name, call in calls.items():
            times[name].append(turn(call) / CALLS)
    return {name: statistics.median(turns) for name, turns in times.items()}


def turn(call: Callable[[], Any]) -> int:
    """Nanoseconds for CALLS calls."""
    start = time.perf_counter_ns()
    for _ in range(CALLS):
        call()
    return time.perf_counter_ns() - start


async def awaited() -> float:
    """Nanoseconds of an awaited hit."""
    from lambda_reuse import resource

    @resource
    async def session() -> int:
        return 1

    await session()
    turns = []
    for _ in range(ROUNDS):
        start = time.perf_counter_ns()
        for _ in range(CALLS):
            await session()
        turns.append((time.perf_counter_ns() - start) / CALLS)
    return statistics.median(turns)
