"""The way of a hit: as little as can be between the call and the value.

Each function makes a pair: what the user calls, and `publish`, which tells it what it may use
without asking. All else (misses, checks, the first use after a fork) is `slow`'s business. `hits`
is the resource's part of the page; `count` counts a hit where adding to it is not safe.
"""

from .place import EMPTY, NOTHING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

    from .keys import Parameters
    from .place import Place
    from .shelf import Shelf

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

    def publish(new_hits: "Any", place: "Optional[Place]") -> None:
        nonlocal hits, value
        if new_hits is not None:
            hits = new_hits
        value = nothing if place is None else place.value

    return get, publish


def timed(slow: "Callable[[], Any]", count: "Count", clock: "Callable[[], float]") -> "Pair":
    """One value for a time."""
    entry = EMPTY
    hits: "Any" = None

    def get() -> "Any":
        value, since, until = entry
        if since <= clock() < until:
            if count is None:
                hits[0] += 1
            else:
                count()
            return value
        return slow()

    def publish(new_hits: "Any", place: "Optional[Place]") -> None:
        nonlocal hits, entry
        if new_hits is not None:
            hits = new_hits
        entry = EMPTY if place is None else place.entry

    return get, publish


def keyed(
    slow: "Callable[..., Any]",
    count: "Count",
    clock: "Optional[Callable[[], float]]",
    parameters: "Parameters",
) -> "Pair":
    """One value a key, `clock` being None where values are for ever.

    How many hits there had been says which place was used last; that costs less than an ordered
    dict.
    """
    if count is not None or not parameters.is_key_as_passed:
        return _keyed_with_care(slow, count, clock, parameters)
    if clock is not None:
        return _keyed_timed(slow, clock, parameters)
    nothing = NOTHING
    full: "dict[Any, Place]" = {}
    hits: "Any" = None

    def get(*args: "Any", **kwargs: "Any") -> "Any":
        if not kwargs:
            try:
                place = full[args]
            except KeyError:
                pass  # not there, or some are left to their defaults
            else:
                value = place.value
                if value is not nothing:
                    hits[0] = place.used = hits[0] + 1
                    return value
        key = parameters.key(args, kwargs)
        found = full.get(key)
        if found is None or found.value is nothing:
            return slow(key, args, kwargs)
        hits[0] = found.used = hits[0] + 1
        return found.value

    def publish(new_hits: "Any", shelf: "Optional[Shelf]") -> None:
        nonlocal hits, full
        hits, full = (hits, {}) if shelf is None else (new_hits, shelf.full)

    return get, publish


def _keyed_timed(
    slow: "Callable[..., Any]", clock: "Callable[[], float]", parameters: "Parameters"
) -> "Pair":
    full: "dict[Any, Place]" = {}
    hits: "Any" = None

    def get(*args: "Any", **kwargs: "Any") -> "Any":
        if not kwargs:
            try:
                place = full[args]
            except KeyError:
                pass
            else:
                value, since, until = place.entry
                if since <= clock() < until:
                    hits[0] = place.used = hits[0] + 1
                    return value
        key = parameters.key(args, kwargs)
        found = full.get(key)
        if found is not None:
            value, since, until = found.entry
            if since <= clock() < until:
                hits[0] = found.used = hits[0] + 1
                return value
        return slow(key, args, kwargs)

    def publish(new_hits: "Any", shelf: "Optional[Shelf]") -> None:
        nonlocal hits, full
        hits, full = (hits, {}) if shelf is None else (new_hits, shelf.full)

    return get, publish


def _keyed_with_care(
    slow: "Callable[..., Any]",
    count: "Count",
    clock: "Optional[Callable[[], float]]",
    parameters: "Parameters",
) -> "Pair":
    """Where hits cannot just be added, or arguments by position are never a key."""
    now = clock or _always
    full: "dict[Any, Place]" = {}
    hits: "Any" = None

    def get(*args: "Any", **kwargs: "Any") -> "Any":
        key = parameters.key(args, kwargs)
        place = full.get(key)
        if place is not None:
            value, since, until = place.entry
            if since <= now() < until:
                if count is None:
                    hits[0] += 1
                else:
                    count()
                place.used = hits[0]
                return value
        return slow(key, args, kwargs)

    def publish(new_hits: "Any", shelf: "Optional[Shelf]") -> None:
        nonlocal hits, full
        hits, full = (hits, {}) if shelf is None else (new_hits, shelf.full)

    return get, publish


def _always() -> float:
    """A time within that of every value which is for ever."""
    return 0.0


def awaited(
    slow: "Callable[[], Any]", count: "Count", clock: "Optional[Callable[[], float]]"
) -> "Pair":
    """One value of the running loop."""
    nothing = NOTHING
    published: "tuple[Any, Any, Any]" = (nothing, None, None)
    running_loop: "Callable[[], Any]" = object

    async def get() -> "Any":
        loop, place, hits = published
        if running_loop() is loop:
            value, since, until = place.entry
            if value is not nothing and (clock is None or since <= clock() < until):
                if count is None:
                    hits[0] += 1
                else:
                    count()
                return value
        return await slow()

    def publish(new_hits: "Any", loop: "Any", place: "Optional[Place]") -> None:
        nonlocal published, running_loop
        if place is None:
            published = (nothing, None, None)
        else:
            from asyncio import get_running_loop as running_loop

            published = (loop, place, new_hits)

    return get, publish


def awaited_keyed(
    slow: "Callable[..., Any]",
    count: "Count",
    clock: "Optional[Callable[[], float]]",
    parameters: "Parameters",
) -> "Pair":
    """One value a key, of the running loop."""
    nothing = NOTHING
    plain_count = parameters.plain_count
    published: "tuple[Any, Any, Any]" = (nothing, None, None)
    running_loop: "Callable[[], Any]" = object

    async def get(*args: "Any", **kwargs: "Any") -> "Any":
        key = args if not kwargs and len(args) == plain_count else parameters.key(args, kwargs)
        loop, full, hits = published
        if running_loop() is loop:
            place = full.get(key)
            if place is not None:
                value, since, until = place.entry
                if value is not nothing and (clock is None or since <= clock() < until):
                    if count is None:
                        hits[0] += 1
                    else:
                        count()
                    place.used = hits[0]
                    return value
        return await slow(key, args, kwargs)

    def publish(new_hits: "Any", loop: "Any", shelf: "Optional[Shelf]") -> None:
        nonlocal published, running_loop
        if shelf is None:
            published = (nothing, None, None)
        else:
            from asyncio import get_running_loop as running_loop

            published = (loop, shelf.full, new_hits)

    return get, publish
