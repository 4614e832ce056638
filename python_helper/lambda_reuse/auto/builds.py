"""What is being built, and by which line of the user's: what all observers share.

A line that counts (`lines`) is made when something is built for the first time: until then nothing
of the helper's counting is loaded, which a function without anything to observe does not need.
"""

import os
import time
from _thread import RLock, get_ident
from _weakref import ref

from lambda_reuse import invocation

from . import sites

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable, Optional

    from .lines import Line

MAX_SITES = 40
"""Slots for observed lines: the page has 63, and those of the function's author go first."""
MAX_KEYS = 256
"""Keys that distinguish one line's builds: clients for many tenants come from one line."""
STALE = "stale.connection"
LONG_IDLE_S = 30.0
"""An idle gap after which the other side may have hung up, in seconds."""
MAX_OPEN = 16
"""Builds under way in one thread."""

_SALT = os.urandom(16)
_lock = RLock()
_lines: "dict[tuple[str, str, str, str], Line]" = {}


def digest(*parts: object) -> int:
    """A hash that distinguishes things within this process, and says nothing outside it."""
    try:
        return hash((_SALT, parts))
    except TypeError:
        return hash((_SALT, repr(parts)))


def written(value: object) -> str:
    """A value in writing; for an object that would only say where it lies, its type."""
    text = repr(value)
    return type(value).__name__ if " at 0x" in text else text


def line(kind: str, what: str, site: "Optional[tuple[str, str]]") -> "Optional[Line]":
    """The line of this site for this thing; None where there is no site, or no room for it."""
    if site is None:
        return None
    name = (kind, what, *site)
    found = _lines.get(name)
    if found is None:
        with _lock:
            found = _lines.get(name)
            if found is None and len(_lines) < MAX_SITES:
                from .lines import Line

                found = _lines[name] = Line(name, MAX_KEYS)
    return found


def replaced(place: "tuple[str, str]", took_us: int, idle_s: float) -> None:
    """A connection had to be opened in place of one that had been there, idle for so long."""
    if idle_s < LONG_IDLE_S or invocation.in_init():
        return
    found = line(STALE, "kept connection", place)
    if found is not None:
        found.counters.built(took_us, in_init=False)


class Build:
    """A build under way: begun in a frame of the library's, ended in the same one."""

    __slots__ = ("facts", "frame", "outer", "start_ns")

    def __init__(self, frame: int, outer: "Optional[Build]", facts: "dict[str, Any]") -> None:
        self.frame = frame
        self.outer = outer
        self.facts = facts
        self.start_ns = time.perf_counter_ns()

    def took_us(self) -> int:
        """Microseconds since it began."""
        return (time.perf_counter_ns() - self.start_ns) // 1000


_open: "dict[int, list[Build]]" = {}  # thread -> builds, the innermost last


def begin(frame: "FrameType", **facts: "Any") -> None:
    """A build begins in this frame; `facts` are handed back at its end."""
    builds = _open.setdefault(get_ident(), [])
    _drop_dead(builds, frame)
    if len(builds) < MAX_OPEN:
        builds.append(Build(id(frame), builds[-1] if builds else None, facts))


def end(frame: "FrameType") -> "Optional[Build]":
    """The build that began in this frame is complete; None where none did."""
    builds = _open.get(get_ident(), [])
    for at in range(len(builds) - 1, -1, -1):
        if builds[at].frame == id(frame):
            found = builds[at]
            del builds[at:]
            if not builds:
                _open.pop(get_ident(), None)
            return found
    return None


def within() -> "Optional[Build]":
    """The innermost build under way in this thread."""
    builds = _open.get(get_ident())
    return builds[-1] if builds else None


def _drop_dead(builds: "list[Build]", frame: "Optional[FrameType]") -> None:
    """Forget builds that have raised: their frames are not on the stack any more."""
    if not builds:
        return
    alive = set()
    for _ in range(sites.MAX_DEPTH):
        if frame is None:
            break
        alive.add(id(frame))
        frame = frame.f_back
    builds[:] = [build for build in builds if build.frame in alive]


class Owners:
    """Which line built an object, and what for: kept as long as the object lives."""

    def __init__(self) -> None:
        self._owners: "dict[int, tuple[Any, Any]]" = {}

    def put(self, obj: "Any", owner: "Any") -> None:
        """Remember the owner of `obj`."""
        at = id(obj)
        owners = self._owners

        def gone(dead: "Any", at: int = at) -> None:
            if at in owners and owners[at][0] is dead:
                del owners[at]

        owners[at] = (ref(obj, gone), owner)

    def living(self) -> "list[tuple[Any, Any]]":
        """(object, owner) of all that are alive."""
        found = [(known(), owner) for known, owner in list(self._owners.values())]
        return [(obj, owner) for obj, owner in found if obj is not None]

    def take(self, obj: "Any") -> "Any":
        """The owner, which is forgotten then, or None."""
        owner = self.of(obj)
        self._owners.pop(id(obj), None)
        return owner

    def of(self, obj: "Any") -> "Any":
        """The owner, or None."""
        found = self._owners.get(id(obj))
        return found[1] if found is not None and found[0]() is obj else None


def at_end(call: "Callable[[], None]") -> None:
    """Call this at the end of every invocation."""
    invocation.at_end.append(call)
