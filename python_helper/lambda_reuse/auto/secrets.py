"""aws-secretsmanager-caching: its look-ups are hits and misses.

Tested with aws-secretsmanager-caching 1, which does not say its version.
"""

import sys

from . import builds, sites, spy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any

NAME = "secrets"
READERS = ("get_secret_string", "get_secret_binary")


def observe(_module: "ModuleType") -> None:
    """Place the spies."""
    items = sys.modules["aws_secretsmanager_caching.cache.items"]
    spy.place(items.SecretCacheObject, "get_secret_value", _read, NAME)


def _read(item: "Any", frame: "FrameType") -> None:
    if frame.f_code.co_name not in READERS:
        return
    line = builds.line("secret.cache", "cached secrets", sites.find(frame))
    if line is None:
        return
    if item._is_refresh_needed():
        line.counters.miss("first" if item._result is None else "expired")
    else:
        line.counters.hit()
