"""The path of a hit: as little as can be between the call and the value.

Each function makes a pair: what the user calls, and `expose`, which sets what a call may use
without asking. All else (misses, checks, the first use after a fork) is `slow`'s business. `hits`
is the resource's part of the page; `count` counts a hit where adding to it is not safe.
"""

from .entry import EMPTY, NOTHING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

    from .entry import Entry
    from .keys import Parameters
    from .lru_cache import LruCache

    Count = Optional[Callable[[], None]]
    Pair = tuple[Callable[..., Any], Callable[..., None]]


def plain(slow: "Callable[[], Any]", count: "Count") -> "Pair":
    """One value for ever."""
    if count is not None:
        return timed(slow, count, _always)
    nothing = NOTHING
    value = nothing
    hits: "Any" = None

    def get() -> "Any":
        found = value
        if found is nothing:
            return slow()
        hits[0] += 1
        return found

    def expose(new_hits: "Any", entry: "Optional[Entry]") -> None:
        nonlocal hits, value
        if new_hits is not None:
            hits = new_hits
        value = nothing if entry is None else entry.value

    return get, expose


def timed(slow: "Callable[[], Any]", count: "Count", clock: "Callable[[], float]") -> "Pair":
    """One value for a time."""
    usable = EMPTY
    hits: "Any" = None

    def get() -> "Any":
        value, since, until = usable
        if since <= clock() < until:
            if count is None:
                hits[0] += 1
            else:
                count()
            return value
        return slow()

    def expose(new_hits: "Any", entry: "Optional[Entry]") -> None:
        nonlocal hits, usable
        if new_hits is not None:
            hits = new_hits
        usable = EMPTY if entry is None else entry.usable

    return get, expose


def keyed(
    slow: "Callable[..., Any]",
    count: "Count",
    clock: "Optional[Callable[[], float]]",
    parameters: "Parameters",
) -> "Pair":
    """One value a key, `clock` being None where values are for ever.

    How many hits there had been says which entry was used last; that costs less than an ordered
    dict.
    """
    if count is not None or not parameters.is_key_as_passed:
        return _keyed_with_care(slow, count, clock, parameters)
    if clock is not None:
        return _keyed_timed(slow, clock, parameters)
    return _keyed_for_ever(slow, parameters)


def _keyed_for_ever(slow: "Callable[..., Any]", parameters: "Parameters") -> "Pair":
    nothing = NOTHING
    full: "dict[Any, Entry]" = {}
    hits: "Any" = None

    def get(*args: "Any", **kwargs: "Any") -> "Any":
        if not kwargs:
            try:
                entry = full[args]
            except KeyError:
                pass  # not there, or some are left to their defaults
            except TypeError:
                parameters.refuse_unhashable(args, kwargs)
            else:
                value = entry.value
                if value is not nothing:
                    hits[0] = entry.used = hits[0] + 1
                    return value
        key = parameters.key(args, kwargs)
        found = full.get(key)
        if found is None or found.value is nothing:
            return slow(key, args, kwargs)
        hits[0] = found.used = hits[0] + 1
        return found.value

    def expose(new_hits: "Any", cache: "Optional[LruCache]") -> None:
        nonlocal hits, full
        hits, full = (hits, {}) if cache is None else (new_hits, cache.full)

    return get, expose


def _keyed_timed(
    slow: "Callable[..., Any]", clock: "Callable[[], float]", parameters: "Parameters"
) -> "Pair":
    full: "dict[Any, Entry]" = {}
    hits: "Any" = None

    def get(*args: "Any", **kwargs: "Any") -> "Any":
        if not kwargs:
            try:
                entry = full[args]
            except KeyError:
                pass
            except TypeError:
                parameters.refuse_unhashable(args, kwargs)
            else:
                value, since, until = entry.usable
                if since <= clock() < until:
                    hits[0] = entry.used = hits[0] + 1
                    return value
        key = parameters.key(args, kwargs)
        found = full.get(key)
        if found is not None:
            value, since, until = found.usable
            if since <= clock() < until:
                hits[0] = found.used = hits[0] + 1
                return value
        return slow(key, args, kwargs)

    def expose(new_hits: "Any", cache: "Optional[LruCache]") -> None:
        nonlocal hits, full
        hits, full = (hits, {}) if cache is None else (new_hits, cache.full)

    return get, expose


def _keyed_with_care(
    slow: "Callable[..., Any]",
    count: "Count",
    clock: "Optional[Callable[[], float]]",
    parameters: "Parameters",
) -> "Pair":
    """Where hits cannot just be added, or arguments by position are never a key."""
    now = clock or _always
    full: "dict[Any, Entry]" = {}
    hits: "Any" = None

    def get(*args: "Any", **kwargs: "Any") -> "Any":
        key = parameters.key(args, kwargs)
        entry = full.get(key)
        if entry is not None:
            value, since, until = entry.usable
            if since <= now() < until:
                if count is None:
                    hits[0] += 1
                else:
                    count()
                entry.used = hits[0]
                return value
        return slow(key, args, kwargs)

    def expose(new_hits: "Any", cache: "Optional[LruCache]") -> None:
        nonlocal hits, full
        hits, full = (hits, {}) if cache is None else (new_hits, cache.full)

    return get, expose


def _always() -> float:
    """A time within that of every value which is for ever."""
    return 0.0


def awaited(
    slow: "Callable[[], Any]", count: "Count", clock: "Optional[Callable[[], float]]"
) -> "Pair":
    """One value of the running loop."""
    nothing = NOTHING
    exposed: "tuple[Any, Any, Any]" = (nothing, None, None)
    running_loop: "Callable[[], Any]" = object

    async def get() -> "Any":
        loop, entry, hits = exposed
        if running_loop() is loop:
            value, since, until = entry.usable
            if value is not nothing and (clock is None or since <= clock() < until):
                if count is None:
                    hits[0] += 1
                else:
                    count()
                return value
        return await slow()

    def expose(new_hits: "Any", loop: "Any", entry: "Optional[Entry]") -> None:
        nonlocal exposed, running_loop
        if entry is None:
            exposed = (nothing, None, None)
        else:
            from asyncio import get_running_loop as running_loop

            exposed = (loop, entry, new_hits)

    return get, expose


def awaited_keyed(
    slow: "Callable[..., Any]",
    count: "Count",
    clock: "Optional[Callable[[], float]]",
    parameters: "Parameters",
) -> "Pair":
    """One value a key, of the running loop."""
    nothing = NOTHING
    plain_count = parameters.plain_count
    exposed: "tuple[Any, Any, Any]" = (nothing, None, None)
    running_loop: "Callable[[], Any]" = object

    async def get(*args: "Any", **kwargs: "Any") -> "Any":
        key = args if not kwargs and len(args) == plain_count else parameters.key(args, kwargs)
        loop, full, hits = exposed
        if running_loop() is loop:
            try:
                entry = full.get(key)
            except TypeError:
                parameters.refuse_unhashable(args, kwargs)
            if entry is not None:
                value, since, until = entry.usable
                if value is not nothing and (clock is None or since <= clock() < until):
                    if count is None:
                        hits[0] += 1
                    else:
                        count()
                    entry.used = hits[0]
                    return value
        return await slow(key, args, kwargs)

    def expose(new_hits: "Any", loop: "Any", cache: "Optional[LruCache]") -> None:
        nonlocal exposed, running_loop
        if cache is None:
            exposed = (nothing, None, None)
        else:
            from asyncio import get_running_loop as running_loop

            exposed = (loop, cache.full, new_hits)

    return get, expose
