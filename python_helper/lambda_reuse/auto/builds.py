"""What was built, by which line of the user's, and whether the same line had built it before.

A build inside an invocation is waste (`recreated`) where the same line has built the same thing
before, in this process: same service, region, endpoint, credentials and so on, told apart by a
salted hash. Nothing else of it is kept. Not waste are: what init builds; the first build; one that
replaces what was lost to an error; one for another thread, as long as the thread that built the
last one lives. Where more is built than can be told apart, less is counted, never more.

The counts go to the page, in a slot for each line and thing. Observed builds are no look-ups: they
are in neither hits nor misses.
"""

import os
import sys
import time
from _thread import RLock, get_ident
from _weakref import ref

from lambda_reuse import invocation, registry
from lambda_reuse.tally import AT, Tally

from . import sites

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable, Optional

MAX_SITES = 40
"""Slots for observed lines: the page has 63, and those of the function's author go first."""
MAX_KEYS = 256
"""Things that one line's builds are told apart by: clients for many tenants come from one line."""
MAX_OPEN = 16
"""Builds under way in one thread."""

USES, RECREATED, RECREATED_US = AT["uses"], AT["recreated"], AT["recreated_us"]
IN_INIT = (AT["builds_in_init"], AT["init_us"])
IN_INVOCATIONS = (AT["builds_in_invocations"], AT["invocations_us"])
_SALT = os.urandom(16)
_lock = RLock()
_lines: "dict[tuple[str, str, str, str], Line]" = {}


def digest(*parts: object) -> int:
    """What tells two things apart within this process, and says nothing outside it."""
    try:
        return hash((_SALT, parts))
    except TypeError:
        return hash((_SALT, repr(parts)))


class Line(registry.Member):
    """One line of the user's, and one thing that it builds."""

    def __init__(self, kind: str, what: str, site: str, function: str) -> None:
        super().__init__()
        self.place = (site, function)
        self.tally = Tally(f"{what} in {function} ({site})", kind, site)
        self._threads: "dict[int, dict[int, ref[Any]]]" = {}  # key -> who has built it
        self._last_fetch: "dict[int, tuple[int, bool]]" = {}

    def built(self, key: int, took_us: int, *, is_excused: bool = False) -> bool:
        """Count a build of the thing `key`; whether it was waste."""
        in_init = invocation.in_init()
        with _lock:
            is_again = self._is_again(key)
        is_waste = is_again and not in_init and not is_excused
        self._count(took_us, in_init=in_init, is_waste=is_waste)
        return is_waste

    def fetched(self, key: int, took_us: int) -> None:
        """Count a value read; it was waste where the invocation before this one read it too."""
        number = invocation.count
        with _lock:
            if key not in self._last_fetch and len(self._last_fetch) >= MAX_KEYS:
                return
            last, was_again = self._last_fetch.get(key, (-1, False))
            is_again = was_again if last == number else last == number - 1 and number > 1
            self._last_fetch[key] = (number, is_again)
        self._count(took_us, in_init=invocation.in_init(), is_waste=is_again)

    def sampled(self, took_us: int) -> None:
        """Count what one of the sampled invocations has built again."""
        self._count(took_us, in_init=False, is_waste=True)

    def add_time(self, took_us: int, is_waste: bool) -> None:
        """More time that a build took after it was counted, such as its connection's."""
        self.tally.add("init_us" if invocation.in_init() else "invocations_us", took_us)
        if is_waste:
            self.tally.add("recreated_us", took_us)

    def used(self) -> None:
        """Count a use of what this line built, as cheaply as a hit is counted."""
        if self.tally.count_hit is None:
            self.tally.hits()[USES] += 1
        else:
            self.tally.add("uses", 1)

    def excuse(self, key: int) -> None:
        """What was built has failed: the next build of it is no waste."""
        with _lock:
            self._threads.pop(key, None)

    def _count(self, took_us: int, *, in_init: bool, is_waste: bool) -> None:
        """Count a build; as cheaply as a hit, where the slot is this line's own."""
        builds, times = IN_INIT if in_init else IN_INVOCATIONS
        if self.tally.count_hit is None:
            counters = self.tally.hits()
            counters[builds] += 1
            counters[times] += took_us
            if is_waste:
                counters[RECREATED] += 1
                counters[RECREATED_US] += took_us
            return
        self.tally.built(took_us, in_init)
        if is_waste:
            self.tally.add("recreated", 1)
            self.tally.add("recreated_us", took_us)

    def _is_again(self, key: int) -> bool:
        threads = self._threads.get(key)
        thread = _thread(get_ident())
        if threads is None:
            if len(self._threads) < MAX_KEYS:
                self._threads[key] = {get_ident(): ref(thread)}
            return False
        known = threads.get(get_ident())
        if known is not None and known() is thread:
            return True
        has_gone = known is not None  # the thread before it that had this one's number
        if not has_gone:
            gone = [one for one, known in threads.items() if _thread(one) is not known()]
            has_gone = bool(gone)
            for one in gone[:1]:
                del threads[one]
        threads[get_ident()] = ref(thread)
        return has_gone

    def after_fork(self) -> None:
        """In a child everything is built for the first time."""
        self._threads.clear()
        self._last_fetch.clear()
        self.tally.leave_page()

    def after_restore(self) -> None:
        """What the snapshot has built is there."""
        self.tally.leave_page()

    def forget(self) -> None:
        """Be as at the start of the process."""
        self._threads.clear()
        self._last_fetch.clear()
        self.tally.forget()


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
                found = _lines[name] = Line(kind, what, *site)
    return found


def _thread(ident: int) -> "Any":
    """The living thread: its number alone may be that of one before it."""
    threading = sys.modules.get("threading")
    found = getattr(threading, "_active", {}).get(ident)
    return Line if found is None else found  # something that a weak reference can be made to


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
