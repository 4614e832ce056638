"""sqlite3: connections that the user's line opens to a file. One in memory is a scratch of its own.

Tested with the sqlite3 of Python 3.10 to 3.13. It is written in C and looks nothing up, but raises
auditing events where a connection begins and where it is there. An audit hook stays for the rest of
the process, so it is added when sqlite3 is imported; any other event costs some 50 ns more then.
"""

import sys
import time
from _thread import get_ident

from . import builds, databases, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

NAME = "sqlite"
BEGINS = "sqlite3.connect"
ENDS = "sqlite3.connect/handle"
EVENTS = (BEGINS, ENDS)
_is_hooked = False
_connecting: "dict[int, tuple[int, int]]" = {}
"""Thread -> which database it connects to, since when."""


def observe(_module: "ModuleType") -> None:
    """Add the hook, once: it cannot be taken back."""
    global _is_hooked
    if not _is_hooked:
        _is_hooked = True
        sys.addaudithook(_audit)


def _is_in_memory(database: "Any") -> bool:
    """Whether the database is the connection's own, so that a kept one would be another's, too."""
    name = database.decode() if isinstance(database, bytes) else str(database)
    return name in ("", ":memory:") or name.startswith("file::memory:") or "mode=memory" in name


def _audit(event: str, arguments: "tuple[Any, ...]") -> None:
    if event in EVENTS and NAME not in state.off:
        try:
            if event == BEGINS:
                if not _is_in_memory(arguments[0]):
                    _connecting[get_ident()] = builds.digest(arguments), time.perf_counter_ns()
            elif (begun := _connecting.pop(get_ident(), None)) is not None:
                key, start_ns = begun
                us = (time.perf_counter_ns() - start_ns) // 1000
                databases.single(None, sys._getframe(1), key, us)
        except Exception as error:
            state.switch_off(NAME, error)
