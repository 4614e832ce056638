"""PyMySQL: connections that the user's line opens.

Tested with PyMySQL 1. One that `ping` opens again takes the place of one that was lost.
"""

import sys

from . import builds, databases, spy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any

NAME = "pymysql"


def observe(module: "ModuleType") -> None:
    """Place the spies."""
    if module.VERSION[0] != 1:  # its `__version__` is the one of the driver it stands in for
        raise RuntimeError(f"version {module.VERSION[0]} of PyMySQL is not known")
    connection = sys.modules["pymysql.connections"].Connection
    spy.place(connection, "connect", _begins, NAME)
    spy.place(connection, "get_autocommit", _ends, NAME)


def _begins(_connection: "Any", frame: "FrameType") -> None:
    if frame.f_code.co_name == "__init__":
        builds.begin(frame)


def _ends(connection: "Any", frame: "FrameType") -> None:
    caller = frame.f_back
    if caller is None or caller.f_code.co_name != "connect" or caller.f_back is None:
        return
    build = builds.end(caller.f_back)
    if build is not None:
        names = ("host", "port", "unix_socket", "user", "db")
        key = builds.digest([repr(getattr(connection, name, None)) for name in names])
        databases.single(connection, caller.f_back, key, build.took_us())
