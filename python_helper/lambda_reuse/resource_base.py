"""What resources have in common, whether they are called or awaited; and one build of a value."""

import time

from . import invocation
from .callables import describe, distinction
from .entry import NOTHING
from .keys import Parameters
from .notice import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

    from .counters import Counters
    from .entry import Entry
    from .lru_cache import LruCache
    from .options import Options

    Found = Optional[tuple[Any, list[Any]]]


class ResourceBase:
    """What resources have in common, whether they are called or awaited."""

    def __init__(
        self, factory: "Callable[..., Any]", options: "Options", counters: "Counters"
    ) -> None:
        self.factory = factory
        self.options = options
        self.counters = counters
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

    def entry_of(self, cache: "LruCache", key: "Any", args: "Any", kwargs: "Any") -> "Entry":
        """The entry of this key; TypeError that names the argument which cannot be a key."""
        try:
            return cache.entry(key)
        except TypeError:
            self.parameters.refuse_unhashable(args, kwargs)

    def retry_blocked(self, entry: "Entry") -> "Any":
        """Where a failed build is not to be tried again yet: the stale value, or the error raised.

        NOTHING where a build may be tried.
        """
        failure = entry.remembered_failure(self.options)
        if failure is None:
            return NOTHING
        stale = entry.value if self.options.stale_while_error else NOTHING
        if stale is NOTHING:
            self.counters.miss("error")
            raise failure.error()
        self.counters.hit()
        return stale

    def closing_failed(self, error: Exception) -> None:
        """Closing an old value is no reason to fail, and no secret."""
        say(f"closing an old value of {self.label} failed with {type(error).__name__}")


class Build:
    """One build: `begin` it, then say what came of it."""

    __slots__ = ("_entry", "_in_init", "_resource", "_start_ns", "_thing", "reason")

    def __init__(
        self, resource: ResourceBase, entry: "Entry", key: "Any", is_forced: bool = False
    ) -> None:
        self._resource = resource
        self._entry = entry
        self._thing = hash((key, distinction(resource.factory)))
        self.reason = "forced" if is_forced else entry.miss_reason()
        if self.reason == "first" and resource.counters.was_built_elsewhere(self._thing):
            self.reason = "recreated"
        self._in_init = invocation.in_init()

    def begin(self, *, is_counted: bool = False) -> "Build":
        """Count the look-up that found nothing; before the build, which may end the process."""
        if not is_counted:
            self._resource.counters.miss(self.reason)
        self._start_ns = time.perf_counter_ns()
        return self

    def succeeded(self, value: "Any") -> "Any":
        """It gave this value; returns the one before it, or NOTHING."""
        resource = self._resource
        resource.counters.built(self._took_us(), self._in_init, self.reason == "recreated")
        resource.counters.remember(self._thing)
        return self._entry.fill(value, resource.options)

    def failed(self, error: BaseException) -> "Any":
        """It raised; returns the stale value that makes up for it, or NOTHING."""
        resource = self._resource
        resource.counters.failed(self._took_us())
        self._entry.fail(error, resource.options)
        if resource.options.stale_while_error and isinstance(error, Exception):
            return self._entry.value
        return NOTHING

    def _took_us(self) -> int:
        return (time.perf_counter_ns() - self._start_ns) // 1000
