"""Whether the first invocation waited for the init: cold start, proactive init, provisioned.

A cold start is an invocation whose caller waited for an init or a restore. Lambda does not say so.
It says of what type the init was, and when it ended; and when the first invocation began. An
on-demand init that ended more than a second before was run ahead of traffic, and nobody waited.
After a reset the init is repeated inside the invocation, and its caller always waits.
"""

from .inits import MANAGED, PROVISIONED, SNAP_START, SUPPRESSED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .inits import Init, Interval
    from .invocations import Invocation

PROACTIVE_MS = 1000
"""A longer gap from the end of the init to the first invocation means that nobody waited for it."""
MAX_INIT_MS = 10000
"""Lambda gives the init of an on-demand container 10 s (developer guide, "Lambda execution
environment lifecycle"): what is longer was not the init alone."""


class ColdStart:
    """The first invocation that a process saw, and the decision about it."""

    def __init__(self, init_type: str) -> None:
        self.invocation: "Invocation | None" = None
        self.is_decided = init_type == MANAGED  # there nobody ever waits: requests are queued
        self.cold_start_kind: "str | None" = None
        self.init_kind: "str | None" = None
        self.gap_ms: "int | None" = None
        self._init_type = init_type
        self._is_after_reset = False
        self._started_ms = 0

    def observe(self, invocation: "Invocation", is_after_reset: bool, started_ms: int) -> None:
        """An invocation began; `started_ms` is when this process did, by its own clock."""
        if self.invocation is None:
            self.invocation = invocation
            self._is_after_reset = is_after_reset
            self._started_ms = started_ms

    def decide(self, init: "Init | None", is_forced: bool) -> bool:
        """Whether the decision was made now.

        `is_forced`: with what is known so far, this process's own clock standing in for a lost
        event. The platform's times are exact, so without need nothing else decides.
        """
        first = self.invocation
        if self.is_decided or first is None or not (first.is_counted or is_forced):
            return False
        self.gap_ms = self._gap(first, init, is_forced)
        if self._is_after_reset or (init is not None and init.phase == SUPPRESSED):
            self.cold_start_kind = "suppressed"
            self.gap_ms = None
        elif self.gap_ms is None and not is_forced:
            return False
        elif self._init_type == PROVISIONED:
            self.init_kind = "provisioned"
        elif self.gap_ms is not None and self.gap_ms > PROACTIVE_MS:
            self.init_kind = "proactive"
        else:
            self.cold_start_kind = "snap-start" if self._init_type == SNAP_START else "on-demand"
        self.is_decided = True
        return True

    def _gap(self, first: "Invocation", init: "Init | None", is_forced: bool) -> "int | None":
        """Milliseconds from the end of the init to the first invocation, if it is known."""
        end_ms = None if init is None else init.end_ms
        if end_ms is not None and first.start_ms is not None:
            return max(0, first.start_ms - end_ms)
        if not is_forced or first.invoked_ms is None:
            return None
        # This process started when the init did, but does not see its end.
        since_start_ms = first.invoked_ms - self._started_ms
        if init is not None and init.known_us is not None:
            return max(0, since_start_ms - init.known_us // 1000)
        return since_start_ms if since_start_ms > MAX_INIT_MS else None


def ran_for(invocation: "Invocation", inits: "list[Interval]") -> bool:
    """Whether one of these inits was repeated for the invocation.

    `start` comes before the init or after it, and the invocation does not end before the init does.
    """
    if invocation.start_ms is None:
        return False
    start_us = invocation.start_ms * 1000
    last_us = start_us if invocation.end_us is None else invocation.end_us
    for begin_us, end_us in inits:
        if end_us is not None and 0 <= start_us - end_us <= PROACTIVE_MS * 1000:
            return True
        if begin_us is not None and start_us <= begin_us <= last_us:
            return True
    return False
