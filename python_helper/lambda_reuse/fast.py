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
        return timed(slow, count, lambda: 0.0)  # always within the time of such a value
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
    """One value a key, `clock` being None where values are for ever."""
    nothing = NOTHING
    plain_count = parameters.plain_count
    find: "Callable[[Any], Any]" = {}.get
    touch: "Callable[[Any], None]" = {}.__getitem__
    hits: "Any" = None

    def get(*args: "Any", **kwargs: "Any") -> "Any":
        key = args if not kwargs and len(args) == plain_count else parameters.key(args, kwargs)
        place = find(key)
        if place is not None:
            value, since, until = place.entry
            if value is not nothing and (clock is None or since <= clock() < until):
                if count is None:
                    hits[0] += 1
                else:
                    count()
                try:
                    touch(key)
                except KeyError:
                    pass  # another thread has just evicted it
                return value
        return slow(key, args, kwargs)

    def publish(new_hits: "Any", shelf: "Optional[Shelf]") -> None:
        nonlocal hits, find, touch
        if shelf is None:
            find = {}.get
        else:
            hits = new_hits
            touch = shelf.full.move_to_end
            find = shelf.full.get

    return get, publish


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
                    full.move_to_end(key)  # no other thread runs this loop
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
