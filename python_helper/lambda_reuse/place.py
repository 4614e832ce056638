"""The place of one value: what is there, since when, and why it will have to be built next time."""

from _thread import RLock

from .options import FOREVER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Optional

    from .options import Options
    from .turn import Turn

NOTHING: "Any" = object()
"""No value; None is a value like any other."""

EMPTY = (NOTHING, FOREVER, -FOREVER)
"""(value, since, until): the value may be used while since <= clock() < until."""

changing = RLock()
"""Held while a place is changed: a value may be cleared away while it is checked or replaced."""


class Place:
    """One value, or the memory of why there is none."""

    __slots__ = (
        "_built_at",
        "_checked_at",
        "_failed_at",
        "_traceback",
        "entry",
        "failure",
        "has_failed",
        "reason",
        "turn",
        "used",
        "users",
        "value",
    )

    def __init__(self, turn: "Turn", reason: str = "first") -> None:
        self.entry: "tuple[Any, float, float]" = EMPTY
        """What may be used without a look at this place."""
        self.value: "Any" = NOTHING
        self.reason = reason
        """Of the next miss, where there is no value."""
        self.has_failed = False
        self.failure: "Optional[Exception]" = None
        self.turn: "Any" = turn
        """Held while the value is built or changed."""
        self.used = 0
        """How many hits the resource had had when this place was used last."""
        self.users = 0
        """Those who wait here or build."""
        self._built_at = self._checked_at = self._failed_at = 0.0
        self._traceback: "Optional[TracebackType]" = None

    def fill(self, value: "Any", options: "Options") -> "Any":
        """A build gave this value; returns the one before it, or NOTHING."""
        now = options.clock()
        with changing:
            old, self.value = self.value, value
            self._built_at = self._checked_at = now
            self.has_failed = False
            self.failure = self._traceback = None
            self._publish(options)
            return old

    def empty(self, reason: str) -> "Any":
        """Take the value out; the next miss is for this reason. Returns it, or NOTHING."""
        with changing:
            old, self.value = self.value, NOTHING
            self.entry = EMPTY
            self.failure = self._traceback = None
            if old is not NOTHING or self.has_failed:
                self.reason = reason
            self.has_failed = False
            return old

    def fail(self, error: BaseException, options: "Options") -> None:
        """A build raised."""
        self.has_failed = True
        self.reason = "error"
        if options.retry_after is not None and isinstance(error, Exception):
            self.failure = error
            self._traceback = error.__traceback__
            self._failed_at = options.clock()

    def miss_reason(self) -> str:
        """Why the value has to be built now."""
        if self.has_failed:
            return "error"
        return self.reason if self.value is NOTHING else "expired"

    def remembered_failure(self, options: "Options") -> "Optional[Exception]":
        """The error of the last build, where it is too early for another one."""
        if self.failure is None or options.retry_after is None:
            return None
        if not self._failed_at <= options.clock() < self._failed_at + options.retry_after:
            self.failure = self._traceback = None
            return None
        return self.failure.with_traceback(self._traceback)

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
                self._publish(options)

    def must_check(self) -> None:
        """Ask for the value's health before its next use."""
        with changing:
            self._checked_at = -FOREVER
            self.entry = EMPTY

    def _publish(self, options: "Options") -> None:
        since = self._built_at
        until = since + (FOREVER if options.max_age is None else options.max_age)
        if options.check is not None:
            since = max(since, self._checked_at)
            until = min(until, self._checked_at + (options.check_every or 0.0))
        if options.max_age is None and options.check is None:
            since = -FOREVER
        self.entry = (self.value, since, until)


def after_fork() -> None:
    """In a forked child: a thread that it does not have may hold the lock."""
    global changing
    changing = RLock()
