"""Powertools for AWS Lambda: the cache of its parameters, whose look-ups are hits and misses.

Tested with Powertools 3.
"""

import sys
import time
from _thread import get_ident

from lambda_reuse import invocation

from . import builds, sites, spy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any

NAME = "powertools"
_starts: "dict[int, int]" = {}


def observe(module: "ModuleType") -> None:
    """Place the spies."""
    spy.version_of(module, 2, 3)
    provider = sys.modules[module.__name__ + ".base"].BaseProvider
    spy.place(provider, "_build_cache_key", _begins, NAME)
    spy.place(provider, "fetch_from_cache", _hit, NAME)
    spy.place(provider, "add_to_cache", _missed, NAME)


def _line(frame: "FrameType") -> "Any":
    return builds.line("parameter.cache", "Powertools parameters", sites.find(frame))


def _begins(_provider: "Any", frame: "FrameType") -> None:
    if frame.f_code.co_name in ("get", "get_multiple"):
        _starts[get_ident()] = time.perf_counter_ns()


def _hit(_provider: "Any", frame: "FrameType") -> None:
    line = _line(frame)
    if line is not None and frame.f_code.co_name in ("get", "get_multiple"):
        line.counters.hit()


def _missed(provider: "Any", frame: "FrameType") -> None:
    found = frame.f_locals
    start_ns = _starts.pop(get_ident(), None)
    line = _line(frame)
    if line is None or start_ns is None or "key" not in found:
        return
    if found.get("force_fetch") or not (found.get("max_age") or 0) > 0:
        reason = "forced"
    else:
        reason = "expired" if found["key"] in provider.store else "first"
    line.counters.miss(reason)
    line.counters.built((time.perf_counter_ns() - start_ns) // 1000, invocation.in_init())
