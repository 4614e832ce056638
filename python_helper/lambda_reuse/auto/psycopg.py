"""psycopg: connections that the user's line opens by itself.

Tested with psycopg 3. Pools connect in threads of their own and keep what they open.
"""

import sys

from . import builds, databases, sites, spy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any

NAME = "psycopg"


def observe(module: "ModuleType") -> None:
    """Place the spies."""
    spy.version_of(module, 3)
    base = sys.modules["psycopg._connection_base"].BaseConnection
    connection = sys.modules["psycopg.connection"].Connection
    spy.place(connection, "_get_connection_params", _begins, NAME, is_on_class=True)
    spy.place(base, "__init__", _ends, NAME)


def _begins(_class: "Any", frame: "FrameType") -> None:
    if frame.f_code.co_name == "connect":
        builds.begin(frame)


def _ends(connection: "Any", frame: "FrameType") -> None:
    at: "Any" = frame
    for _ in range(sites.MAX_DEPTH):
        if at is None or builds.within() is None:
            return
        if at.f_code.co_name == "connect":
            build = builds.end(at)
            if build is not None:
                key = builds.digest(repr(sorted(at.f_locals.get("params", {}).items())))
                databases.single(connection, at, key, build.took_us())
                return
        at = at.f_back
