"""Imports: which module takes how long, in init and inside invocations. By LAMBDA_REUSE_IMPORTS=1.

The time of a module is that of executing it, what it imports itself included; its own time is given
besides. Of init the 20 modules that take most are counted when the first invocation begins, and it
is followed whether invocations use them; inside invocations, each import of the function's own code
that takes 1 ms or more, with all that it imports in turn.
"""

import time
from _thread import get_ident

from lambda_reuse import invocation

from . import builds, sites, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Optional

NAME = "imports"
KIND = "import"
MAX_IMPORTS = 20
SHORTEST_US = 1000


class Import:
    """A module that is being executed, or was: its times in microseconds."""

    __slots__ = (
        *("inner_us", "is_outermost", "is_paid_by_outer", "name"),
        *("own_us", "site", "start_ns", "us"),
    )

    def __init__(self, name: str, site: "Optional[tuple[str, str]]", outer: "list[Import]") -> None:
        self.name = name
        self.site = site
        self.is_outermost = not any(one.site == site for one in outer)
        """Of what this line imports."""
        self.is_paid_by_outer = any(one.site for one in outer)
        self.inner_us = self.own_us = self.us = 0
        self.start_ns = time.perf_counter_ns()

    def end(self) -> None:
        """The module has been executed."""
        self.us = (time.perf_counter_ns() - self.start_ns) // 1000
        self.own_us = max(self.us - self.inner_us, 0)


_open: "dict[int, list[Import]]" = {}
_of_init: "list[Import]" = []


def observe(_module: "ModuleType") -> None:
    """Count the imports of init when it is over."""
    invocation.at_begin.append(_init_is_over)


def begins(name: str, frame: "FrameType") -> None:
    """A module begins to be executed."""
    if name.startswith("lambda_reuse"):
        return  # the observers' own are not the function's
    imports = _open.setdefault(get_ident(), [])
    imports.append(Import(name, sites.find(frame), imports))


def ends(name: str) -> None:
    """A module has been executed, or has raised."""
    imports = _open.get(get_ident(), [])
    if not any(one.name == name for one in imports):
        return
    ended = imports.pop()
    while ended.name != name:  # an import within it that has raised
        ended = imports.pop()
    ended.end()
    if imports:
        imports[-1].inner_us += ended.us
    if ended.site is None or ended.us < SHORTEST_US:
        return
    if invocation.in_init():
        _of_init.append(ended)
    elif not ended.is_paid_by_outer:
        line = builds.line(KIND, ended.name, ended.site)
        if line is not None:
            line.counters.built(ended.us, in_init=False)


def _init_is_over() -> None:
    if _of_init and state.is_on(NAME):
        try:
            _count_init()
        except Exception as error:
            state.switch_off(NAME, error)


def _count_init() -> None:
    from . import import_uses

    found = sorted(_of_init, key=lambda one: -one.us)[:MAX_IMPORTS]
    _of_init.clear()
    counted = []
    for one in found:
        line = builds.line(KIND, one.name, one.site)
        if line is not None:
            line.counters.built(one.us, in_init=True)
            line.counters.add("failed_us", one.own_us)  # see `page_format`
            counted.append((one, line))
    import_uses.follow(counted)
