"""Imports: which module takes how long, in init and inside invocations. By LAMBDA_REUSE_IMPORTS=1.

The time of a module is that of executing it, what it imports itself included. Of init the 20
modules that take most are counted when the first invocation begins; inside invocations, each import
of the function's own code that takes 1 ms or more.
"""

import time
from _thread import get_ident

from lambda_reuse import invocation

from . import builds, sites

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Optional

NAME = "imports"
KIND = "import"
MOST = 20
SHORTEST_US = 1000

_open: "dict[int, list[tuple[str, Optional[tuple[str, str]], int]]]" = {}
_of_init: "list[tuple[int, str, tuple[str, str]]]" = []


def observe(_module: "ModuleType") -> None:
    """Count the imports of init when it is over."""
    invocation.at_begin.append(_count_init)


def begins(name: str, frame: "FrameType") -> None:
    """A module begins to be executed."""
    site = sites.find(frame)
    _open.setdefault(get_ident(), []).append((name, site, time.perf_counter_ns()))


def ends(name: str) -> None:
    """A module has been executed, or has raised."""
    imports = _open.get(get_ident(), [])
    while imports:
        known, site, start_ns = imports.pop()
        if known == name:
            break
    else:
        return
    us = (time.perf_counter_ns() - start_ns) // 1000
    if site is None or us < SHORTEST_US:
        return
    if invocation.in_init():
        _of_init.append((us, name, site))
    elif not any(outer == site for _, outer, _ in imports):
        _count(name, site, us)


def _count_init() -> None:
    for us, name, site in sorted(_of_init, reverse=True)[:MOST]:
        line = builds.line(KIND, name, site)
        if line is not None:
            line.tally.built(us, in_init=True)
    _of_init.clear()


def _count(name: str, site: "tuple[str, str]", us: int) -> None:
    line = builds.line(KIND, name, site)
    if line is not None:
        line.tally.built(us, in_init=False)
