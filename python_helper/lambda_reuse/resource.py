"""`@resource`: a function whose value is built once and handed out from then on.

A hit is what happens nearly always, so that path is a closure with one test and one addition; all
else goes through the value's `Cell`. Counters are added to in place, in the page that the extension
reads, and nothing else is done per call.
"""

from . import page
from .cell import Cell
from .options import Factory, Options
from .tally import ADDS_AT_ONCE, HITS, REASONS, Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional, TypeVar, overload

    F = TypeVar("F", bound=Callable[..., Any])

MISSING = object()


class CacheInfo(tuple):  # type: ignore[type-arg]
    """`hits`, `misses`, `maxsize`, `currsize` as in functools, and `reasons` of the misses."""

    __slots__ = ()
    hits: "int" = property(lambda self: self[0])  # type: ignore[assignment]
    misses: "int" = property(lambda self: self[1])  # type: ignore[assignment]
    maxsize: "Optional[int]" = property(lambda self: self[2])  # type: ignore[assignment]
    currsize: "int" = property(lambda self: self[3])  # type: ignore[assignment]
    reasons: "dict[str, int]" = property(lambda self: self[4])  # type: ignore[assignment]

    def __repr__(self) -> str:
        """As a namedtuple's, which takes 2 ms to import."""
        names = ("hits", "misses", "maxsize", "currsize", "reasons")
        return f"CacheInfo({', '.join(f'{n}={v!r}' for n, v in zip(names, self))})"


if TYPE_CHECKING:

    @overload
    def resource(function: F, /) -> F: ...

    @overload
    def resource(
        *,
        name: Optional[str] = None,
        max_age: Optional[float] = None,
        check: Optional[Callable[[Any], Any]] = None,
        check_every: float = 0,
        close: Optional[Callable[[Any], Any]] = None,
        retry_after: Optional[float] = None,
        stale_while_error: bool = False,
        max_keys: Optional[int] = None,
        eager: bool = False,
        clock: Callable[[], float] = ...,
    ) -> Callable[[F], F]: ...


def resource(function: "Any" = None, /, *, name: "Optional[str]" = None, **options: "Any") -> "Any":
    """Build what the function returns once, and hand it out from then on.

    Options: `name`, how it is counted (default: the function's qualified name); `max_age`, seconds
    of wall-clock time after which it is built anew; `check`, called with the value before it is
    handed out, at most every `check_every` seconds, false or raising where it must be replaced;
    `close`, called with a value that goes; `retry_after`, seconds during which a failed build is
    not tried again but its error raised; `stale_while_error`, to hand the old value out when a
    refresh fails; `max_keys`, for functions with arguments, how many values are kept (default 128);
    `eager`, to build when decorated; `clock`, instead of `time.time`.

    Raises TypeError for options that are none or do not fit together.
    """
    settings = Options(**options)

    def decorate(function: "Any") -> "Any":
        factory = Factory(function)
        tally = Tally(name or factory.name, "resource", factory.call_site)
        if factory.has_arguments or factory.is_coroutine:
            raise TypeError("not yet")
        if settings.max_keys is not None:
            raise TypeError(f"max_keys is for functions with arguments; {factory.name} has none")
        return _without_arguments(function, settings, tally)

    return decorate if function is None else decorate(function)


def _without_arguments(function: "Any", options: "Options", tally: "Tally") -> "Any":
    make = _plain if options.is_plain else _timed
    cell, get = make(function, options, tally)

    def forget() -> None:
        tally.forget()
        cell.forget()

    page.on_fork(forget)
    get.cache_info = lambda: _info(tally, None, int(cell.has_value))
    get.cache_clear = cell.clear
    get.refresh = cell.refresh
    get.peek = lambda default=None: cell.value if cell.has_value else default
    dress(get, function)
    if options.eager:
        try:
            cell.look_up()
        except Exception:
            pass  # it surfaces where the resource is used
    return get


def _plain(function: "Any", options: "Options", tally: "Tally") -> "tuple[Cell, Any]":
    """A value that serves for ever."""
    value: "Any" = MISSING
    counters, at = tally.counters, tally.at

    def publish(cell: "Cell") -> None:
        nonlocal value, counters, at
        is_fresh = cell.has_value and cell.fresh_until > cell.fresh_from and ADDS_AT_ONCE
        counters, at = tally.counters, tally.at
        value = cell.value if is_fresh else MISSING

    cell = Cell(function, options, tally, publish)
    look_up = cell.look_up

    def get() -> "Any":
        there = value
        if there is not MISSING:
            counters[at] += 1
            return there
        return look_up()

    return cell, get


def _timed(function: "Any", options: "Options", tally: "Tally") -> "tuple[Cell, Any]":
    """A value that serves for a while."""
    value: "Any" = MISSING
    fresh_from = fresh_until = 0.0
    counters, at = tally.counters, tally.at
    clock = options.clock

    def publish(cell: "Cell") -> None:
        nonlocal value, fresh_from, fresh_until, counters, at
        is_fresh = cell.has_value and cell.fresh_until > cell.fresh_from and ADDS_AT_ONCE
        counters, at = tally.counters, tally.at
        value = cell.value if is_fresh else MISSING
        fresh_from, fresh_until = cell.fresh_from, cell.fresh_until

    cell = Cell(function, options, tally, publish)
    look_up = cell.look_up

    def get() -> "Any":
        there = value
        if there is not MISSING and fresh_from <= clock() < fresh_until:
            counters[at] += 1
            return there
        return look_up()

    return cell, get


def dress(get: "Any", function: "Any") -> None:
    """Let the new function look like the one it stands for."""
    for attribute in ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__"):
        if hasattr(function, attribute):
            setattr(get, attribute, getattr(function, attribute))
    get.__dict__.update(getattr(function, "__dict__", {}))
    get.__wrapped__ = function


def _info(tally: "Tally", maxsize: "Optional[int]", currsize: int) -> "CacheInfo":
    counters = tally.read()
    reasons = {reason: counters[place] for reason, place in REASONS.items()}
    return CacheInfo((counters[HITS], sum(reasons.values()), maxsize, currsize, reasons))
