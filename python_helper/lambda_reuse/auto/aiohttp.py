"""aiohttp: the connectors that keep its sessions' connections.

Tested with aiohttp 3. A session without a connector of the user's own makes one, which ends with
it. A connector's uses are the connections that it opens, and their time is its own.
"""

import time

from . import builds, databases, sites, spy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any

NAME = "aiohttp"
_starts: "dict[int, int]" = {}
"""Frame that connects -> when it began."""


def observe(module: "ModuleType") -> None:
    """Place the spies."""
    spy.version_of(module, 3)
    connector: "Any" = module.BaseConnector
    made = connector.connect.__globals__["Connection"]
    spy.place(connector, "__init__", _made, NAME)
    spy.place(module.TCPConnector, "_create_connection", _connects, NAME)
    spy.place(made, "__init__", _connected, NAME)


def _made(connector: "Any", frame: "FrameType") -> None:
    if sites.is_through(frame, ("aiobotocore",)):
        return  # a client's, which is counted
    found = frame.f_locals
    key = builds.digest([repr(found.get(name)) for name in ("limit", "limit_per_host", "ssl")])
    databases.keeper_made(
        connector, frame, ("http.session", "aiohttp session"), key, closed="closed"
    )


def _connects(connector: "Any", frame: "FrameType") -> None:
    if len(_starts) >= builds.MAX_KEYS:
        _starts.clear()  # of connections that failed
    _starts[id(frame)] = time.perf_counter_ns()
    databases.attempts(databases.keepers.of(connector))


def _connected(_connection: "Any", frame: "FrameType") -> None:
    start_ns = _starts.pop(id(frame), None)
    if start_ns is not None:
        us = (time.perf_counter_ns() - start_ns) // 1000
        databases.connected(frame.f_locals.get("self"), us)
