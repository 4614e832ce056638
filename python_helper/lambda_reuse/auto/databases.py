"""What the observers of databases share: what keeps connections, and single ones."""

import sys
import time
from _thread import get_ident
from _weakref import ref

from lambda_reuse import invocation

from . import builds, executors, sites

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Optional

    from .lines import Line

CONNECTION = "db.connection"
CUT_OFF = 2
"""psycopg2's `closed` of a connection that was not closed by its user."""
CREATING = ("sqlalchemy.pool.base", "__connect")
THROUGH = ("django", "peewee", "psycopg_pool", "sqlalchemy", "sqlmodel", "tortoise")
"""Libraries that open connections of drivers for reasons of their own."""


class Keeper:
    """What keeps connections: an engine's pool, a client."""

    def __init__(self, line: "Line", *, is_waste: "Any", keeps: bool = True) -> None:
        self.line = line
        self.is_waste = is_waste
        self.keeps = keeps
        self.connections = 0
        """Opened since it was made, or closed."""
        self.to_reopen = 0
        self.closed_by: "Any" = None
        """The user's line that has closed so many connections, which may be needed again."""


keepers = builds.Owners()
_attempting: "set[int]" = set()
"""Lines whose pools or clients were connecting when last seen, and may have failed to."""
_starts: "dict[int, int]" = {}
_last: "dict[tuple[int, int], Any]" = {}
"""(line, key) -> the last connection, as long as it lives."""


def keeper_made(
    obj: "Any",
    frame: "FrameType",
    named: "tuple[str, str]",
    key: int,
    *,
    keeps: bool = True,
    alive: "Any" = None,
    closed: str = "",
) -> None:
    """A pool or client was made by the user's line; `named` are its kind and what it is.

    `alive`: what lives as long as the function keeps it, and its attribute that tells that it is
    closed.
    """
    line = builds.line(*named, sites.find(frame))
    if line is not None:
        is_waste = line.built(
            *(key, 0),
            is_excused=has_failed(line),
            obj=obj if alive is None else alive,
            closed=closed,
        )
        keepers.put(obj, Keeper(line, is_waste=is_waste, keeps=keeps))


def attempts(keeper: "Optional[Keeper]") -> None:
    """A pool or client begins to connect."""
    if keeper is not None:
        _attempting.add(id(keeper.line))


def succeeds(keeper: Keeper) -> None:
    """It has connected."""
    _attempting.discard(id(keeper.line))


def has_failed(line: "Line") -> bool:
    """Whether what this line made before could not connect: making another one is no waste."""
    found = id(line) in _attempting
    _attempting.discard(id(line))
    return found


class Stopwatch:
    """When connections of asynchronous clients begin to connect: many at once in one thread."""

    def __init__(self) -> None:
        self._starts = builds.Owners()

    def starts(self, connection: "Any") -> None:
        """Note that this connection begins to connect."""
        self._starts.put(connection, time.perf_counter_ns())

    def took_us(self, connection: "Any") -> "Optional[int]":
        """Microseconds since this connection began to connect; None where it did not."""
        start_ns = self._starts.take(connection)
        return None if start_ns is None else (time.perf_counter_ns() - start_ns) // 1000


def starts() -> None:
    """Note that this thread begins to connect."""
    _starts[get_ident()] = time.perf_counter_ns()


def took_us() -> int:
    """Microseconds since this thread began to connect."""
    start_ns = _starts.pop(get_ident(), None)
    return 0 if start_ns is None else (time.perf_counter_ns() - start_ns) // 1000


def connected(obj: "Any", us: "Optional[int]" = None, *, is_again: bool = False) -> None:
    """A pool or client has a new connection, after `us` microseconds where this thread's begin,
    which `starts` has noted, is not that of the connection.

    `is_again`: in place of one that the pool had. Its time is that of whoever makes a new pool each
    time. A pool that keeps no connections is one that the line which made it opens again and again.
    """
    keeper: "Optional[Keeper]" = keepers.of(obj)
    us = took_us() if us is None else us
    if keeper is None:
        return
    succeeds(keeper)
    keeper.connections += 1
    keeper.line.used()
    if keeper.to_reopen:
        keeper.to_reopen -= 1
        _again(keeper, keeper.closed_by, us)
        return
    if is_again and keeper.keeps:
        builds.replaced(keeper.line.place, us, invocation.idle_s)
    if keeper.is_waste or keeper.keeps:
        keeper.line.add_time(us, keeper.is_waste)
        return
    _again(keeper, keeper.line.place, us, is_expected=False)


def _again(keeper: Keeper, place: "Any", us: int, *, is_expected: bool = True) -> None:
    """A line that could keep the connection has it opened again."""
    line = builds.line(CONNECTION, "database connection", place)
    if line is not None:
        key = builds.digest(id(keeper))
        if is_expected:
            line.expect(key)
        line.built(key, us)


def closes(obj: "Any", frame: "FrameType") -> None:
    """The connections of a pool or client are closed: waste, should an invocation need them again.

    Where an exception is being handled there is a reason to.
    """
    keeper: "Optional[Keeper]" = keepers.of(obj)
    if keeper is None or invocation.in_init() or sys.exc_info()[0] is not None:
        return
    if keeper.connections:
        keeper.closed_by = sites.find(frame)
        keeper.to_reopen, keeper.connections = keeper.connections, 0


def single(connection: "Any", frame: "FrameType", key: int, us: int) -> None:
    """A connection was opened by itself: by the user's line, not by a pool.

    `connection`: None where it cannot be lost.
    """
    if sites.is_through(frame, THROUGH) or _is_for_a_pool(frame):
        return
    line = builds.line(CONNECTION, "database connection", executors.line_of(frame))
    if line is None:
        return
    before = _last.get((id(line), key))
    is_lost = before is not None and _is_lost(before())
    closed = "_closed" if hasattr(connection, "_force_close") else "closed"
    line.built(key, us, is_excused=is_lost, obj=connection, closed=closed)
    if is_lost:
        builds.replaced(line.place, us, invocation.idle_s)
    if connection is not None and len(_last) < builds.MAX_KEYS:
        _last[id(line), key] = ref(connection)


def _is_for_a_pool(frame: "Optional[FrameType]") -> bool:
    """Whether an engine connects, by a `creator` that is the function's own."""
    for _ in range(sites.MAX_DEPTH if CREATING[0] in sys.modules else 0):
        if frame is None:
            break
        if (frame.f_globals.get("__name__"), frame.f_code.co_name) == CREATING:
            return True
        frame = frame.f_back
    return False


def _is_lost(connection: "Any") -> bool:
    """Whether the connection before was cut off, and not closed: by its driver's word."""
    if getattr(connection, "broken", False):
        return True
    if type(connection).__module__.startswith("psycopg2"):
        return bool(connection.closed == CUT_OFF)
    is_pymysql = hasattr(connection, "_force_close")
    return is_pymysql and connection._sock is None and not connection._closed
