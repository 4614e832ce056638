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
_disposed = builds.Owners()
"""Engine -> the keeper that its pool was, until `dispose` gave it a new one."""
_known = builds.Owners()
"""A pool's records of connections that have been connected: once more means that one was lost."""


def observe(module: "ModuleType") -> None:
    """Place the spies, and listen to all pools for new connections."""
    spy.version_of(module, 1, 2)
    base = sys.modules["sqlalchemy.engine.base"]
    pools = sys.modules["sqlalchemy.pool.base"]
    spy.place(base.Engine, "__init__", _made, NAME)
    spy.place(pools._ConnectionRecord, "_ConnectionRecord__connect", _connects, NAME)
    spy.place(sys.modules["sqlalchemy.pool.impl"].QueuePool, "recreate", _disposes, NAME)
    sys.modules["sqlalchemy.event"].listen(pools.Pool, "connect", _connected)


def _made(engine: "Any", frame: "FrameType") -> None:
    found = frame.f_locals
    if frame.f_code.co_name != "create_engine" or "pool" not in found:
        return
    pool = found["pool"]
    keeps = type(pool).__name__ not in ("NullPool", "AsyncAdaptedNullPool")
    named = ("db.engine", "SQLAlchemy engine")
    settings = sorted(
        (name, builds.written(value)) for name, value in found.get("cparams", {}).items()
    )
    key = builds.digest(repr(found["u"]), *settings)
    databases.keeper_made(pool, frame, named, key, keeps=keeps, alive=engine)


def _disposes(pool: "Any", frame: "FrameType") -> None:
    keeper = databases.keepers.of(pool)
    if keeper is not None and frame.f_code.co_name == "dispose":
        databases.closes(pool, frame)
        _disposed.put(frame.f_locals["self"], keeper)


def _keeps(pool: "Any") -> "Any":
    """The pool, known by what its engine's pool was before."""
    if databases.keepers.of(pool) is None:
        for engine, keeper in _disposed.living():
            if engine.pool is pool:
                databases.keepers.put(pool, keeper)
    return pool


def _connects(_record: "Any", _frame: "FrameType") -> None:
    databases.starts()


def _connected(_connection: "Any", record: "Any") -> None:
    if state.is_on(NAME):
        try:
            is_again = _known.of(record) is not None
            databases.connected(_keeps(record._ConnectionRecord__pool), is_again=is_again)
            _known.put(record, True)
        except Exception as error:
            state.switch_off(NAME, error)
