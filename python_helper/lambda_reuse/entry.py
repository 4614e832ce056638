"""One value of a resource: what is there, since when, and why it has to be built next time."""

from _thread import RLock

from .failures import Failure
from .options import FOREVER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

    from .options import Options

NOTHING: "Any" = object()
"""No value; None is a value like any other."""

EMPTY = (NOTHING, FOREVER, -FOREVER)
"""(value, since, until): the value may be used while since <= clock() < until."""

changing = RLock()
"""Held while an entry is changed: a value may be cleared away while it is checked or replaced."""


class Entry:
    """One value, or the memory of why there is none."""

    __slots__ = (
        "_built_at",
        "_checked_at",
        "build_lock",
        "failure",
        "has_failed",
        "is_detached",
        "reason",
        "usable",
        "used",
        "value",
    )

    def __init__(self, build_lock: "Any", reason: str = "first") -> None:
        self.usable: "tuple[Any, float, float]" = EMPTY
        """What may be used without a look at this entry."""
        self.value: "Any" = NOTHING
        self.reason = reason
        """Of the next miss, where there is no value."""
        self.has_failed = False
        self.failure: "Optional[Failure]" = None
        self.build_lock = build_lock
        """Held while the value is built or changed."""
        self.used = 0
        """How many hits the resource had had when this entry was used last."""
        self.is_detached = False
        """Whether the cache has dropped it: whoever waits for it has to look for its successor."""
        self._built_at = self._checked_at = 0.0

    def fill(self, value: "Any", options: "Options") -> "Any":
        """A build gave this value; returns the one before it, or NOTHING."""
        now = options.clock()
        with changing:
            if self.is_detached:
                return NOTHING
            old, self.value = self.value, value
            self._built_at = self._checked_at = now
            self.has_failed = False
            self.failure = None
            self._renew(options)
            return old

    def empty(self, reason: str) -> "Any":
        """Take the value out; the next miss is for this reason. Returns it, or NOTHING."""
        with changing:
            old, self.value = self.value, NOTHING
            self.usable = EMPTY
            self.failure = None
            if old is not NOTHING or self.has_failed:
                self.reason = reason
            self.has_failed = False
            return old

    def detach(self) -> "Any":
        """Drop the entry: what is being built for it will not be kept. Returns its value."""
        with changing:
            self.is_detached = True
            return self.empty("forced")

    def fail(self, error: BaseException, options: "Options") -> None:
        """A build raised."""
        with changing:
            self.has_failed = True
            self.reason = "error"
            if options.retry_after is not None and isinstance(error, Exception):
                self.failure = Failure(error, options.clock())

    def miss_reason(self) -> str:
        """Why the value has to be built now."""
        if self.has_failed:
            return "error"
        return self.reason if self.value is NOTHING else "expired"

    def remembered_failure(self, options: "Options") -> "Optional[Failure]":
        """That of the last build, where it is too early for another one."""
        failure = self.failure
        if failure is None or options.retry_after is None:
            return None
        if not failure.failed_at <= options.clock() < failure.failed_at + options.retry_after:
            self.failure = None
            return None
        return failure

    def young_value(self, options: "Options") -> "Any":
        """The value if its age lets it be used, else NOTHING. A clock set back makes it old."""
        value = self.value
        if value is NOTHING or options.max_age is None:
            return value
        is_young = self._built_at <= options.clock() < self._built_at + options.max_age
        return value if is_young else NOTHING

    def is_check_due(self, options: "Options") -> bool:
        """Whether the value's health has to be asked for."""
        if options.check is None:
            return False
        every = options.check_every or 0.0
        return not self._checked_at <= options.clock() < self._checked_at + every

    def passed_check(self, options: "Options") -> None:
        """The value is healthy."""
        now = options.clock()
        with changing:
            self._checked_at = now
            if self.value is not NOTHING:
                self._renew(options)

    def must_check(self) -> None:
        """Ask for the value's health before its next use."""
        with changing:
            self._checked_at = -FOREVER
            self.usable = EMPTY

    def _renew(self, options: "Options") -> None:
        since = self._built_at
        until = since + (FOREVER if options.max_age is None else options.max_age)
        if options.check is not None:
            since = max(since, self._checked_at)
            until = min(until, self._checked_at + (options.check_every or 0.0))
        if options.max_age is None and options.check is None:
            since = -FOREVER
        self.usable = (self.value, since, until)


def after_fork() -> None:
    """In a forked child: a thread that it does not have may hold the lock."""
    global changing
    changing = RLock()
