"""functools.lru_cache and cachetools: the caches of the function's own modules, and their clock.

Tested with cachetools 5 to 8. Caches at module level are looked for when init is over, and are read
at the end of each invocation, as `watch` does it. A `TTLCache` whose clock is `time.monotonic`, the
default, lives longer than its seconds say: that clock may stand still while a container is frozen.
"""

import time

from lambda_reuse import invocation

from . import sites, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any

NAME = "caches"
_timed: "Any" = None
"""Timed caches that init makes -> the user's line; None without cachetools."""
_has_looked = False


def observe(module: "ModuleType") -> None:
    """Follow cachetools' timed caches, and look for caches when init is over."""
    global _timed
    if module.__name__ == "cachetools":
        from . import builds, spy  # not before: every function has functools

        _timed = builds.Owners()
        spy.version_of(module, 4, 5, 6, 7, 8)
        spy.place(module.TTLCache, "__init__", _made, NAME)
    elif _look_once not in invocation.at_begin:
        invocation.at_begin.append(_look_once)


def _made(cache: "Any", frame: "FrameType") -> None:
    if invocation.in_init():
        _timed.put(cache, sites.find(frame))


def _look_once() -> None:
    global _has_looked
    if _has_looked or not state.is_on(NAME):
        return
    _has_looked = True
    try:
        _look()
    except Exception as error:
        state.switch_off(NAME, error)


def _look() -> None:
    found = [cache for module in sites.own_modules() for cache in _caches_of(module)]
    if found:
        from lambda_reuse.watching import watch

        for cache in found:
            watch(cache)
    if _timed is not None:
        _look_at_clocks()


def _look_at_clocks() -> None:
    from . import builds

    for cache, site in _timed.living():
        is_monotonic = _clock_of(cache) is time.monotonic
        line = builds.line("cache.monotonic", "TTLCache", site) if is_monotonic else None
        if line is not None:
            line.counters.built(0, in_init=True)


def _caches_of(module: "ModuleType") -> "list[Any]":
    """Functions of this module that keep count of what they cache."""
    values = list(vars(module).values())
    for value in list(values):
        if issubclass(type(value), type) and value.__module__ == module.__name__:
            values += list(vars(value).values())
    return [value for value in values if _is_cache(value, module.__name__)]


def _is_cache(value: "Any", module: str) -> bool:
    """By its type and its dictionary alone: objects that load things lazily are not touched."""
    if type(value).__name__ == "_lru_cache_wrapper" and type(value).__module__ == "functools":
        return bool(value.__module__ == module)
    is_function = type(value).__name__ == "function"
    is_wrapper = type(value).__module__.startswith("cachetools")
    names = getattr(value, "__dict__", {}) if is_function or is_wrapper else {}
    if "cache_key" not in names or names.get("__module__", value.__module__) != module:
        return False
    return hasattr(value, "cache_info")


def _clock_of(cache: "Any") -> "Any":
    return cache.__dict__.get("_TimedCache__timer").__dict__.get("_Timer__timer")
