"""redis-py: clients, by their pools of connections; those of `redis.asyncio` as well.

Tested with redis-py 5 to 8. A client's uses are the connections that it opens. An asynchronous pool
looks nothing up while it is made, so what it is for is what the library's client hands to it; pools
that the user's line makes by itself are counted without telling them apart, and are no waste.
"""

import sys
import time

from . import builds, databases, spy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any

NAME = "redis"
SETTINGS = ("host", "port", "db", "username", "path", "client_name")
"""The parameters that distinguish servers."""
_stopwatch = databases.Stopwatch()
_known = builds.Owners()
"""Connections that have been connected: once more means that the server has hung up."""


def observe(module: "ModuleType") -> None:
    """Place the spies."""
    spy.version_of(module, 4, 5, 6, 7, 8)
    connections = sys.modules["redis.connection"]
    for name in ("ConnectionPool", "BlockingConnectionPool"):
        spy.place(getattr(connections, name), "reset", _made, NAME)
    spy.place(connections.ConnectionPool, "disconnect", databases.closes, NAME)
    spy.place(connections.Connection, "_connect", _connects, NAME)
    for parser in _parsers():
        spy.place(parser, "on_connect", _connected, NAME)
    asynchronous = sys.modules.get("redis.asyncio.connection")
    if asynchronous is not None:
        spy.place(asynchronous.ConnectionPool, "__init__", _asynchronous_made, NAME)
        spy.place(asynchronous.ConnectionPool, "disconnect", databases.closes, NAME)
        spy.place(asynchronous.Connection, "_connect", _asynchronous_connects, NAME)
        client = sys.modules["redis.asyncio.client"].Redis
        if "aclose" in client.__dict__:  # from 5.0.1 on, and perhaps in a task of its own
            spy.place(client, "aclose", _asynchronous_closes, NAME)


def _parsers() -> "list[type]":
    """The parsers that get a new connection, before they read from it."""
    found = []
    for module in ("redis._parsers.base", "redis._parsers.hiredis", "redis.connection"):
        for value in list(vars(sys.modules.get(module, sys)).values()):
            is_own = isinstance(value, type) and value.__module__ == module
            if is_own and "on_connect" in value.__dict__ and hasattr(value, "on_disconnect"):
                found.append(value)
    return [parser for parser in found if "Connection" not in parser.__name__]


def _made(pool: "Any", frame: "FrameType") -> None:
    if frame.f_code.co_name == "__init__":
        key = _key(getattr(pool, "connection_kwargs", {}))
        databases.keeper_made(pool, frame, ("redis.client", "Redis client"), key)


def _asynchronous_made(pool: "Any", frame: "FrameType") -> None:
    name = frame.f_globals.get("__name__", "")
    settings = frame.f_locals.get("kwargs") if name.startswith("redis.asyncio.") else None
    key = _key(settings) if settings is not None else builds.digest(time.perf_counter_ns())
    databases.keeper_made(pool, frame, ("redis.client", "Redis async client"), key)


def _key(settings: "dict[str, Any]") -> int:
    return builds.digest([repr(settings.get(name)) for name in SETTINGS])


def _connects(_connection: "Any", frame: "FrameType") -> None:
    databases.starts()
    databases.attempts(databases.keepers.of(_pool_of(frame)))


def _asynchronous_connects(connection: "Any", frame: "FrameType") -> None:
    _stopwatch.starts(connection)
    databases.attempts(databases.keepers.of(_pool_of(frame)))


def _asynchronous_closes(client: "Any", frame: "FrameType") -> None:
    if client.auto_close_connection_pool:
        databases.closes(client.connection_pool, frame)


def _connected(_parser: "Any", frame: "FrameType") -> None:
    connection = frame.f_locals.get("self")
    us = _stopwatch.took_us(connection)
    pool = _pool_of(frame)
    if pool is not None:
        databases.connected(pool, us, is_again=_known.of(connection) is not None)
        _known.put(connection, True)


def _pool_of(frame: "Any") -> "Any":
    """The pool that this connection is made for."""
    for _ in range(16):
        if frame is None:
            return None
        if frame.f_code.co_name == "get_connection":
            return frame.f_locals.get("self")
        frame = frame.f_back
    return None
