"""redis-py: clients, by their pools of connections.

Tested with redis-py 5 to 8. A client's uses are the connections that it opens.
"""

import sys

from . import builds, databases, spy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any

NAME = "redis"


def observe(module: "ModuleType") -> None:
    """Place the spies."""
    spy.version_of(module, 4, 5, 6, 7, 8)
    connections = sys.modules["redis.connection"]
    for name in ("ConnectionPool", "BlockingConnectionPool"):
        spy.place(getattr(connections, name), "reset", _made, NAME)
    spy.place(connections.Connection, "_connect", _connects, NAME)
    for parser in _parsers():
        spy.place(parser, "on_connect", _connected, NAME)


def _parsers() -> "list[type]":
    """The parsers that are told of a new connection, before they read from it."""
    found = []
    for module in ("redis._parsers.base", "redis._parsers.hiredis", "redis.connection"):
        for value in list(vars(sys.modules.get(module, sys)).values()):
            is_own = isinstance(value, type) and value.__module__ == module
            if is_own and "on_connect" in value.__dict__ and hasattr(value, "on_disconnect"):
                found.append(value)
    return [parser for parser in found if "Connection" not in parser.__name__]


def _made(pool: "Any", frame: "FrameType") -> None:
    if frame.f_code.co_name == "__init__":
        settings = getattr(pool, "connection_kwargs", {})
        names = ("host", "port", "db", "username", "path", "client_name")
        key = builds.digest([repr(settings.get(name)) for name in names])
        databases.keeper_made(pool, frame, ("redis.client", "Redis client"), key)


def _connects(_connection: "Any", _frame: "FrameType") -> None:
    databases.starts()


def _connected(_parser: "Any", frame: "FrameType") -> None:
    at: "Any" = frame
    for _ in range(10):
        if at is None:
            return
        pool = at.f_locals.get("self") if at.f_code.co_name == "get_connection" else None
        if pool is not None:
            databases.connected(pool)
            return
        at = at.f_back
