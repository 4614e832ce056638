"""psycopg: connections that the user's line opens by itself, and pools of them.

Tested with psycopg 3 and psycopg_pool 3. Pools connect in threads or tasks of their own: that time
is the pool's.
"""

import sys
import time

from . import builds, databases, sites, spy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any, Optional

NAME = "psycopg"
CO_COROUTINE = 0x80
_tasks: "dict[int, int]" = {}
"""Coroutine that connects, by its frame -> when it began: many may connect at once."""
LOST = ("connections_lost", "returns_bad")
"""A pool's statistics of connections that were found broken before and after their use."""
_replaced = builds.Owners()
"""Pool -> how many of those have been replaced."""


def observe(module: "ModuleType") -> None:
    """Place the spies of this module."""
    if module.__name__ == "psycopg_pool":
        _observe_pools(module)
        return
    spy.version_of(module, 0, 3)  # it reads its version from a dist-info that may be gone
    for connection in (module.Connection, module.AsyncConnection):
        spy.place(connection, "_get_connection_params", _begins, NAME, is_on_class=True)
    spy.place(module.BaseConnection, "__init__", _ends, NAME)


def _observe_pools(module: "ModuleType") -> None:
    spy.version_of(module, 0, 3)
    base = sys.modules["psycopg_pool.base"].BasePool
    spy.place(base, "__init__", _pool_made, NAME)
    spy.place(base, "_set_connection_expiry_date", _pool_connected, NAME)


def _pool_made(pool: "Any", frame: "FrameType") -> None:
    found = frame.f_locals
    key = builds.digest(repr((found.get("conninfo"), found.get("kwargs"))))
    databases.keeper_made(pool, frame, ("db.pool", "psycopg pool"), key, closed="closed")


def _pool_connected(pool: "Any", frame: "FrameType") -> None:
    found = frame.f_locals
    if "t0" in found and "t1" in found:
        us = int((found["t1"] - found["t0"]) * 1_000_000)
        databases.connected(pool, us, is_again=_is_again(pool))


def _is_again(pool: "Any") -> bool:
    """Whether the connection takes the place of one that was lost."""
    lost = sum(map(pool._stats.__getitem__, LOST))  # `pop_stats` lets them start again
    replaced = _replaced.of(pool) or 0
    _replaced.put(pool, min(lost, replaced + 1))
    return bool(lost > replaced)


def _begins(_class: "Any", frame: "FrameType") -> None:
    if frame.f_code.co_name != "connect":
        return
    if not frame.f_code.co_flags & CO_COROUTINE:
        builds.begin(frame)
        return
    if len(_tasks) >= builds.MAX_KEYS:
        _tasks.clear()  # of connections that failed
    _tasks[id(frame)] = time.perf_counter_ns()


def _ends(connection: "Any", frame: "FrameType") -> None:
    at: "Any" = frame
    for _ in range(sites.MAX_DEPTH):
        if at is None or not (_tasks or builds.within()):
            return
        us = _took_us(at) if at.f_code.co_name == "connect" else None
        if us is not None:
            key = builds.digest(repr(sorted(at.f_locals.get("params", {}).items())))
            databases.single(connection, at, key, us)
            return
        at = at.f_back


def _took_us(connect: "FrameType") -> "Optional[int]":
    """Microseconds since this function began to connect; None where it did not."""
    start_ns = _tasks.pop(id(connect), None)
    if start_ns is not None:
        return (time.perf_counter_ns() - start_ns) // 1000
    build = builds.end(connect)
    return None if build is None else build.took_us()
