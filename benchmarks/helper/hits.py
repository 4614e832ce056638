"""What a hit costs, beside the caches people use today.

All candidates take turns, so that a machine that slows down slows all of them down; each figure is
the median of its turns. What is not installed is left out.
"""

import functools
import statistics
import time
import timeit
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple

ROUNDS = 31
CALLS = 20_000
LIMITS_NS = {"resource": 130, "resource, max_age": 220, "resource, one key": 350}


def optional(name: str) -> ModuleType | None:
    """A module, where it is installed."""
    try:
        return import_module(name)
    except ImportError:
        return None


class Hit(NamedTuple):
    """A call that hits, written as its user would: `statement` calls `call`."""

    call: Callable[..., Any]
    statement: str = "call()"


def candidates() -> dict[str, Hit]:
    """Name -> a call that hits."""
    from lambda_reuse import resource

    keyed = resource(name="keyed")(lambda key: key)
    keyed_timed = resource(name="keyed, timed", max_age=300)(lambda key: key)
    lru = functools.lru_cache(lambda key: key)
    found = {
        "functools.cache": Hit(functools.cache(lambda: 1)),
        "functools.lru_cache, one key": Hit(lru, "call('a')"),
        "resource": Hit(resource(name="plain")(lambda: 1)),
        "resource, max_age": Hit(resource(name="timed", max_age=300)(lambda: 1)),
        "resource, one key": Hit(keyed, "call('a')"),
        "resource, one key, max_age": Hit(keyed_timed, "call('a')"),
    }
    cachetools = optional("cachetools")
    if cachetools is not None:
        ttl = cachetools.TTLCache(8, 300)
        found["cachetools.cached(TTLCache)"] = Hit(cachetools.cached(ttl)(lambda: 1))
    if optional("aws_lambda_powertools") and optional("boto3"):
        found["Powertools get_parameter"] = powertools_parameter()
    return found


def powertools_parameter() -> Hit:
    """Powertools' cached parameter, with the value already there."""
    from aws_lambda_powertools.utilities.parameters import SSMProvider

    class Fixed(SSMProvider):
        def __init__(self) -> None:
            super().__init__(boto3_client=object())

        def _get(self, name: str, **_options: Any) -> str:
            return "value of " + name

    provider = Fixed()
    return Hit(provider.get, "call('/orders/tax', max_age=300)")


def measured(hits: dict[str, Hit]) -> dict[str, float]:
    """Name -> median nanoseconds a call, the loop's share included, as timeit has it."""
    timers = {
        name: timeit.Timer(hit.statement, globals={"call": hit.call}) for name, hit in hits.items()
    }
    times: dict[str, list[float]] = {name: [] for name in hits}
    for _ in range(ROUNDS):
        for name, timer in timers.items():
            times[name].append(timer.timeit(CALLS) / CALLS * 1e9)
    return {name: statistics.median(turns) for name, turns in times.items()}


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
