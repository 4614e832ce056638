"""SQLAlchemy: engines, and the connections of pools that keep none.

Tested with SQLAlchemy 2; 1.4 has the same names. Drivers under it are not counted besides.
"""

import sys

from . import builds, databases, spy, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any

NAME = "sqlalchemy"
_known = builds.Owners()
"""A pool's records of connections that have been connected: once more means that one was lost."""


def observe(module: "ModuleType") -> None:
    """Place the spies, and listen to all pools for new connections."""
    spy.version_of(module, 1, 2)
    base = sys.modules["sqlalchemy.engine.base"]
    pools = sys.modules["sqlalchemy.pool.base"]
    spy.place(base.Engine, "__init__", _made, NAME)
    spy.place(pools._ConnectionRecord, "_ConnectionRecord__connect", _connects, NAME)
    sys.modules["sqlalchemy.event"].listen(pools.Pool, "connect", _connected)


def _made(_engine: "Any", frame: "FrameType") -> None:
    found = frame.f_locals
    if frame.f_code.co_name != "create_engine" or "pool" not in found:
        return
    pool = found["pool"]
    keeps = type(pool).__name__ not in ("NullPool", "AsyncAdaptedNullPool")
    named = ("db.engine", "SQLAlchemy engine")
    databases.keeper_made(pool, frame, named, builds.digest(repr(found.get("u"))), keeps=keeps)


def _connects(_record: "Any", _frame: "FrameType") -> None:
    databases.starts()


def _connected(_connection: "Any", record: "Any") -> None:
    if state.is_on(NAME):
        try:
            is_again = _known.of(record) is not None
            databases.connected(record._ConnectionRecord__pool, is_again=is_again)
            _known.put(record, True)
        except Exception as error:
            state.switch_off(NAME, error)
