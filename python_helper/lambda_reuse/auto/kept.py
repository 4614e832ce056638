"""Whether the look-alikes of an object are kept: one for each tenant is no waste, one that dies is.

Loaded where a line builds what it has built before, while that is still alive. A cycle of
references may hold both until the garbage collector runs, so what counts is what can be reached
from the modules of the function, and from those that lie between its line and the library. The
references are followed by the garbage collector's own view of them, which runs no code of theirs.
"""

import gc
import sys
from _thread import get_ident

from . import sites

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _weakref import ref
    from types import FrameType
    from typing import Any, Optional

    from .lines import Beside

MAX_LOOKED_AT = 10_000
MAX_ITEMS = 4096
"""Of a container: a larger one is a table of data."""
MAX_SEARCHES = 200
"""Searches of one process, a few milliseconds each; after them nothing is known to be unkept."""
SIZED = (dict, frozenset, list, set, tuple)


_searches = 0


class Search:
    """What is kept of the look-alikes of these builds: looked for once, where that is asked."""

    def __init__(self, besides: "list[Beside]") -> None:
        self._besides = besides
        self._reached: "Optional[set[int]]" = None
        self._wanted: "list[Any]" = []

    def unkept(self, built: "list[tuple[ref[Any], str]]") -> "list[tuple[ref[Any], str]]":
        """What lives of this, but is only waiting for the garbage collector."""
        global _searches
        if self._reached is None:
            if _searches >= MAX_SEARCHES:
                return []
            _searches += 1
            self._reached = self._search()
        return [one for one in built if id(one[0]()) not in self._reached]

    def _search(self) -> "set[int]":
        wanted: "dict[int, Any]" = {}
        roots: "dict[int, dict[str, Any]]" = {}
        for beside in self._besides:
            wanted.update((id(obj), obj) for obj in beside.look_alikes())
            roots.update((id(names), names) for names in beside.roots)
        if any(beside.is_of_thread for beside in self._besides):
            roots.update((id(names), names) for names in in_threads())
        self._wanted = list(wanted.values())  # so that their numbers stay theirs
        return reached(self._wanted, list(roots.values()))


def between(frame: "Optional[FrameType]") -> "list[dict[str, Any]]":
    """The modules from this frame to the user's line, as far as they may keep objects."""
    found: "list[dict[str, Any]]" = []
    while frame is not None and not sites.is_own(frame):
        names = frame.f_globals
        if str(names.get("__name__", "")).partition(".")[0] not in sites.LIBRARIES:
            found.append(names)
        frame = frame.f_back
    return found


def in_threads() -> "list[dict[str, Any]]":
    """The names in own functions that other threads run, and in what these call.

    A worker may keep what it has made; what calls it may hold its answer only for a moment. All
    threads go on meanwhile, and a frame that has ended knows no longer who called it.
    """
    found: "list[dict[str, Any]]" = []
    for ident, innermost in list(sys._current_frames().items()):
        frames: "list[FrameType]" = []
        frame: "Optional[FrameType]" = innermost
        while frame is not None:
            frames.append(frame)
            frame = frame.f_back
        while frames and (ident == get_ident() or not sites.is_own(frames[-1])):
            frames.pop()
        found += [frame.f_locals for frame in frames]
    return found


def reached(wanted: "list[Any]", roots: "list[dict[str, Any]]") -> "set[int]":
    """Which of these objects are kept, by their `id`."""
    missing = {id(obj) for obj in wanted}
    found: "set[int]" = set()
    own = sites.own_modules()
    names = {module.__name__ for module in own}
    queue: "list[Any]" = [*map(vars, own), *roots]
    seen = set(map(id, queue))
    for looked_at in queue:
        if not missing or len(seen) > MAX_LOOKED_AT:
            break
        if type(looked_at) in SIZED and len(looked_at) > MAX_ITEMS:
            continue
        for inner in gc.get_referents(looked_at):
            if id(inner) in missing:
                missing.discard(id(inner))
                found.add(id(inner))
            elif id(inner) not in seen and gc.is_tracked(inner) and not _is_foreign(inner, names):
                seen.add(id(inner))
                queue.append(inner)
    return found


def _is_foreign(value: "Any", own: "set[str]") -> bool:
    """Whether this is a module, or a class or the names of another one than the function's own."""
    if issubclass(type(value), type):
        return type.__getattribute__(value, "__module__") not in own
    if type(value) is dict and "__name__" in value and "__spec__" in value:
        return True
    return type(value) is type(sys)
