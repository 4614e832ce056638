"""One value of a resource: built when it is needed, by one thread, and looked after until it goes.

Everything that is not the fast path of a hit happens here, under the cell's lock: whether the value
still serves and, where it does not, why; the build, with its cost; what is done when it fails.
"""

import sys
import time
from _thread import allocate_lock, get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from .options import Options
    from .tally import Tally

FOREVER = float("inf")
NEVER = float("-inf")

_waiting: "dict[int, Cell]" = {}
"""What each thread waits for: a circle of these would wait for ever."""


class ResourceRecursionError(RecursionError):
    """A resource asks for itself while it is being built, directly or through others."""


class Cell:
    """A place for one value.

    `fresh_from` and `fresh_until` bound the time, by the options' clock, in which the value may be
    handed out without a look at anything else; outside of it `look_up` decides. `publish` is called
    with the lock held whenever these or the value have changed.
    """

    def __init__(
        self,
        build: "Callable[[], Any]",
        options: "Options",
        tally: "Tally",
        publish: "Callable[[Cell], None]" = lambda _cell: None,
    ) -> None:
        self._build = build
        self._publish = publish
        self._options = options
        self._tally = tally
        self._lock = allocate_lock()
        self._owner = 0
        self.value: "Any" = None
        self.has_value = False
        self.fresh_from = FOREVER
        self.fresh_until = NEVER
        self._built_at = 0.0
        self._checked_at = NEVER
        self._next_reason = "first"
        self._error: "BaseException | None" = None
        self._error_traceback: "Any" = None
        self._retry_at = NEVER

    def look_up(self) -> "Any":
        """The value, built first if it has to be. A hit or a miss is counted, never both."""
        self._acquire()
        try:
            self._tally.attach()
            now = self._options.clock()
            if self.has_value:
                reason = self._why_not(now)
                if reason is None:
                    self._tally.add(0)
                    self._settle()
                    return self.value
                if reason == "invalid":
                    self._drop()  # of no use to anybody, and it may hold what the new one needs
                self._next_reason = reason
            return self._miss(now)
        finally:
            self._release()

    def refresh(self) -> "Any":
        """Build anew, whatever there is; the new value."""
        self._acquire()
        try:
            self._tally.attach()
            self._next_reason = "forced"
            self._retry_at = NEVER
            return self._miss(self._options.clock())
        finally:
            self._release()

    def clear(self, reason: str = "forced") -> None:
        """Let the value go; the next look-up builds another, for this reason."""
        self._acquire()
        try:
            self._drop()
            if self._next_reason != "first":
                self._next_reason = reason
            self._error = None
            self._retry_at = NEVER
        finally:
            self._release()

    def forget(self) -> None:
        """Another process now: the value stays, the counters and the lock are new."""
        self._lock = allocate_lock()
        self._owner = 0
        self.fresh_from, self.fresh_until = FOREVER, NEVER
        self._publish(self)

    def _acquire(self) -> None:
        thread = get_ident()
        if not self._lock.acquire(False):
            self._refuse_circle(thread)
            _waiting[thread] = self
            try:
                self._lock.acquire()
            finally:
                del _waiting[thread]
        self._owner = thread

    def _release(self) -> None:
        self._owner = 0
        self._lock.release()

    def _refuse_circle(self, thread: int) -> None:
        """Raise where this thread would wait, through others perhaps, for itself."""
        cell: "Cell | None" = self
        while cell is not None and cell._owner:
            if cell._owner == thread:
                raise ResourceRecursionError(
                    f"{self._tally.name} asks for itself while it is being built"
                )
            cell = _waiting.get(cell._owner)

    def _why_not(self, now: float) -> "str | None":
        """Why the value does not serve any more, or None."""
        options = self._options
        if options.max_age is not None and not 0 <= now - self._built_at < options.max_age:
            is_waiting = self._error is not None and now < self._retry_at
            return None if is_waiting and options.stale_while_error else "expired"
        if options.check is None or 0 <= now - self._checked_at < options.check_every:
            return None
        try:
            is_healthy = options.check(self.value)
        except Exception:  # a check that cannot tell is one that failed
            is_healthy = False
        self._checked_at = now
        return None if is_healthy else "invalid"

    def _miss(self, now: float) -> "Any":
        self._tally.add_miss(self._next_reason)
        if self._error is not None and now < self._retry_at:
            raise self._error.with_traceback(self._error_traceback)
        started = time.perf_counter()
        try:
            value = self._build()
        except BaseException as error:
            self._tally.failed(_microseconds_since(started))
            if self._has_failed(error):
                return self.value
            raise
        self._tally.built(_microseconds_since(started))
        self._drop()
        self.value = value
        self.has_value = True
        self._error = None
        self._built_at = self._checked_at = self._options.clock()
        self._settle()
        return value

    def _has_failed(self, error: BaseException) -> bool:
        """Remember a failed build; whether the old value shall serve on."""
        options = self._options
        is_ordinary = isinstance(error, Exception)  # and not, say, the process being ended
        if options.retry_after is not None and is_ordinary:
            self._error = error
            self._error_traceback = error.__traceback__
            self._retry_at = options.clock() + options.retry_after
        serves_on = options.stale_while_error and is_ordinary and self.has_value
        if not serves_on:
            self._drop()
        self._next_reason = "error"
        return serves_on

    def _settle(self) -> None:
        """Set the time in which the value serves without another look."""
        options = self._options
        self.fresh_from, self.fresh_until = NEVER, FOREVER
        if options.max_age is not None:
            self.fresh_from, self.fresh_until = self._built_at, self._built_at + options.max_age
        if options.check is not None:
            self.fresh_from = max(self.fresh_from, self._checked_at)
            self.fresh_until = min(self.fresh_until, self._checked_at + options.check_every)
        self._publish(self)

    def _drop(self) -> None:
        """Let the value go and close it; what its closing raises is told and goes no further."""
        if not self.has_value:
            return
        value, self.value, self.has_value = self.value, None, False
        self.fresh_from, self.fresh_until = FOREVER, NEVER
        self._next_reason = "forced"
        self._publish(self)
        if self._options.close is not None:
            try:
                self._options.close(value)
            except Exception as error:  # the new value is what the caller asked for
                sys.stderr.write(
                    f"lambda-reuse: closing {self._tally.name} raised {type(error).__name__}\n"
                )


def _microseconds_since(started: float) -> int:
    return int((time.perf_counter() - started) * 1000000)
