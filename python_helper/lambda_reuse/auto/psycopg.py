"""psycopg: connections that the user's line opens by itself, and pools of them.

Tested with psycopg 3 and psycopg_pool 3. Pools connect in threads or tasks of their own: that time
is the pool's.
"""

import sys

from . import builds, databases, sites, spy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any

NAME = "psycopg"
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
    if frame.f_code.co_name == "connect":
        builds.begin(frame)


def _ends(connection: "Any", frame: "FrameType") -> None:
    at: "Any" = frame
    for _ in range(sites.MAX_DEPTH):
        if at is None or builds.within() is None:
            return
        if at.f_code.co_name == "connect":
            build = builds.end(at)
            if build is not None:
                key = builds.digest(repr(sorted(at.f_locals.get("params", {}).items())))
                databases.single(connection, at, key, build.took_us())
                return
        at = at.f_back
