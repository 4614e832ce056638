"""What a resource keeps: its values, found or built, each one once at a time."""

import time

from . import fast, invocation, place, registry
from .keys import Parameters
from .options import describe
from .place import NOTHING
from .shelf import Shelf
from .tally import Tally
from .turn import ThreadTurn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Callable, Optional

    from .fast import Count, Pair
    from .info import CacheInfo
    from .options import Options
    from .place import Place


class Kept(registry.Member):
    """What resources have in common, whether they are called or awaited."""

    def __init__(self, factory: "Callable[..., Any]", options: "Options", tally: Tally) -> None:
        super().__init__()
        self.factory = factory
        self.options = options
        self.tally = tally
        self.label = describe(factory)
        self.parameters = Parameters(factory)
        self.is_keyed = self.parameters.are_there
        options.refuse_factory(factory, self.is_keyed)

    @property
    def max_keys(self) -> "Optional[int]":
        """How many values there may be."""
        return self.options.max_keys if self.is_keyed else 1

    @property
    def clock(self) -> "Optional[Callable[[], float]]":
        """The clock a hit has to look at; None where values are for ever."""
        is_timed = self.options.max_age is not None or self.options.check is not None
        return self.options.clock if is_timed else None

    def attempt(self, where: "Place", reason: str) -> "Attempt":
        """A build: `with kept.attempt(place, reason) as attempt: attempt.value = ...`."""
        return Attempt(self, where, reason)

    def too_early(self, where: "Place") -> "Any":
        """Where a failed build is not to be tried again yet: the stale value, or the error raised.

        NOTHING where a build may be tried.
        """
        failure = where.remembered_failure(self.options)
        if failure is None:
            return NOTHING
        stale = where.value if self.options.stale_while_error else NOTHING
        if stale is NOTHING:
            self.tally.miss("error")
            raise failure
        self.tally.hit()
        return stale

    def closing_failed(self, error: Exception) -> None:
        """Closing an old value is no reason to fail, and no secret."""
        from .notice import say

        say(f"closing an old value of {self.label} failed with {type(error).__name__}")


class Attempt:
    """One build: counted as a miss before it, as built or failed after it.

    An error passes, but where a stale value makes up for it: then that is the attempt's value.
    """

    __slots__ = ("_in_init", "_kept", "_place", "_start_ns", "old", "value")

    def __init__(self, kept: Kept, where: "Place", reason: str) -> None:
        self._kept = kept
        self._place = where
        self.value: "Any" = NOTHING
        self.old: "Any" = NOTHING
        kept.tally.miss(reason)
        self._in_init = invocation.in_init()
        self._start_ns = time.perf_counter_ns()

    def __enter__(self) -> "Attempt":
        return self

    def __exit__(
        self,
        error_type: "Optional[type[BaseException]]",
        error: "Optional[BaseException]",
        traceback: "Optional[TracebackType]",
    ) -> bool:
        took_us = (time.perf_counter_ns() - self._start_ns) // 1000
        options = self._kept.options
        if error is None:
            self._kept.tally.built(took_us, self._in_init)
            self.old = self._place.fill(self.value, options)
            return False
        self._kept.tally.failed(took_us)
        self._place.fail(error, options)
        if options.stale_while_error and isinstance(error, Exception):
            self.value = self._place.value
        return self.value is not NOTHING


class Called(Kept):
    """A resource whose factory is called."""

    def __init__(self, factory: "Callable[..., Any]", options: "Options", tally: Tally) -> None:
        super().__init__(factory, options, tally)
        self._shelf = Shelf(self.max_keys, lambda: ThreadTurn(self.label))
        self.get, self._publish = self._fast_way(tally.count_hit)

    def _fast_way(self, count: "Count") -> "Pair":
        if self.is_keyed:
            return fast.keyed(self._obtain, count, self.clock, self.parameters)
        if self.clock is not None:
            return fast.timed(self._obtain, count, self.clock)
        return fast.plain(self._obtain, count)

    def _obtain(
        self,
        key: "tuple[Any, ...]" = (),
        args: "tuple[Any, ...]" = (),
        kwargs: "Optional[dict[str, Any]]" = None,
        is_forced: bool = False,
    ) -> "Any":
        """The value of this key, built where there is none to be used."""
        where = self._shelf.borrow(key)
        gone: "list[Any]" = []
        try:
            with where.turn:
                value = NOTHING if is_forced else self._usable(where)
                if value is NOTHING:
                    value = self._build(where, args, kwargs or {}, is_forced, gone)
                self._show(where)
            return value
        finally:
            gone += self._shelf.give_back(key, where)
            self._close(gone)

    def _usable(self, where: "Place") -> "Any":
        """The value that is there, if its age and its health let it be used, or NOTHING."""
        value = where.young_value(self.options)
        if value is not NOTHING and where.is_check_due(self.options):
            if self._is_healthy(value):
                where.passed_check(self.options)
            else:
                broken = where.empty("invalid")
                self._hide()
                self._close([broken])
                return NOTHING
        if value is NOTHING:
            return self.too_early(where)
        self.tally.hit()
        return value

    def _build(
        self,
        where: "Place",
        args: "tuple[Any, ...]",
        kwargs: "dict[str, Any]",
        is_forced: bool,
        gone: "list[Any]",
    ) -> "Any":
        with self.attempt(where, "forced" if is_forced else where.miss_reason()) as attempt:
            attempt.value = self.factory(*args, **kwargs)
        gone.append(attempt.old)
        return attempt.value

    def _is_healthy(self, value: "Any") -> bool:
        try:
            return bool(self.options.check and self.options.check(value))
        except Exception:
            return False

    def _show(self, where: "Place") -> None:
        """Let hits go the fast way; under the lock, lest a value just cleared away be shown."""
        hits = self.tally.hits()
        where.used = hits[0]
        with place.changing:
            self._publish(hits, self._shelf if self.is_keyed else where)

    def _hide(self) -> None:
        with place.changing:
            self._publish(None, None)

    def _close(self, values: "list[Any]") -> None:
        if self.options.close is not None:
            for value in values:
                self._close_one(value, self.options.close)

    def _close_one(self, value: "Any", close: "Callable[[Any], Any]") -> None:
        try:
            if value is not NOTHING:
                close(value)
        except Exception as error:
            self.closing_failed(error)

    def peek(self, *args: "Any", **kwargs: "Any") -> "Any":
        """The value that a call would find, or None; nothing is built, checked or counted."""
        where = self._shelf.full.get(self.parameters.key(args, kwargs))
        value = NOTHING if where is None else where.young_value(self.options)
        return None if value is NOTHING else value

    def refresh(self, *args: "Any", **kwargs: "Any") -> "Any":
        """Build the value now and replace the one there is, which stays where that fails."""
        return self._obtain(self.parameters.key(args, kwargs), args, kwargs, is_forced=True)

    def cache_info(self) -> "CacheInfo":
        """What was counted in this process, since its start or the last `cache_clear`."""
        return self.tally.info(self.max_keys, len(self._shelf.full))

    def cache_clear(self) -> None:
        """Drop (and close) all values; the next miss has the reason `forced`. Counts begin at 0."""
        values = self._shelf.clear("forced")
        self._hide()
        self.tally.clear()
        self._close(values)

    def after_fork(self) -> None:
        """The values stay; the counts go on on the child's own page."""
        self._shelf.renew_locks()
        self._leave_page()

    def _leave_page(self) -> None:
        self._hide()
        self._shelf.leave_page()
        self.tally.leave_page()

    def after_restore(self) -> None:
        """The values stay; what can be checked is, before its next use."""
        self._leave_page()
        if self.options.check is not None:
            for where in self._shelf.places():
                where.must_check()

    def forget(self) -> None:
        """Close all values, and know nothing of them."""
        values = self._shelf.forget()
        self._hide()
        self._close(values)
        self.tally.forget()
