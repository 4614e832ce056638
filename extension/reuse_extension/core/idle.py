"""Idle gaps: the time before an invocation in which nothing ran in its container.

A gap begins where the invocation before it ended and ends where this one began. An init that is
repeated for an invocation is part of it and not idle: the caller has called, and waits. So the gap
ends where the init began; only a short one (SHORT_INIT_MS) of an invocation that then began leaves
its end at `start`, so that gaps and durations give back every start. An init that nobody waited for
is not idle either: the gap begins where it ended.

Where the end of what ran before is not known, or where an init must have run and nothing says
when, there is no gap: a value that is absent does not mislead.
"""

from .cold_start import PROACTIVE_MS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .inits import Interval
    from .invocations import Invocation

SHORT_INIT_MS = 1000
"""A repeated init that began no longer before `start` leaves the gap's end at `start`."""
TOLERANCE_US = 2000
"""The platform's times are whole milliseconds, so what follows may seem to begin a little before
the end of what it follows: then nothing lies between them."""
MAX_UNFINISHED = 100


class IdleGaps:
    """Finds the idle gap before each invocation of one container, in order of their starts.

    `busy_until_us` is the end of the latest that is known to have run. With several invocations at
    a time (Lambda Managed Instances) one that began while another was running has no gap.
    """

    def __init__(self, is_concurrent: bool) -> None:
        self.busy_until_us: "int | None" = None
        self.is_uncertain = False
        """Whether something may have run since then that nobody has reported."""
        self._is_concurrent = is_concurrent
        self._unfinished: "list[Invocation]" = []

    def before(self, invocation: "Invocation", inits: "list[Interval]") -> "int | None":
        """Microseconds, or None where there is no gap or it is not known.

        `inits`: when repeated inits ran, some of them perhaps since the invocation before.
        """
        if self._unfinished:
            self.absorb()
        gap_us = None
        follows, invocation.follows = invocation.follows, None
        if follows is not None and follows.end_us is not None:
            self._busy_until(follows.end_us)
            follows = None
        if follows is None and not self._unfinished and not self.is_uncertain:
            gap_us = self._gap(invocation, inits)
        self._began(invocation)
        return gap_us

    def absorb(self) -> None:
        """Take in the ends that have become known."""
        still: "list[Invocation]" = []
        for earlier in self._unfinished:
            if earlier.end_us is None:
                still.append(earlier)
            else:
                self._busy_until(earlier.end_us)
        self._unfinished = still[-MAX_UNFINISHED:]

    def wait_for(self, invocation: "Invocation") -> None:
        """It ran before, and its end may still be reported."""
        self._unfinished.append(invocation)

    def _began(self, invocation: "Invocation") -> None:
        end_us, start_ms = invocation.end_us, invocation.start_ms
        is_old = start_ms is not None and start_ms * 1000 < (self.busy_until_us or 0) - TOLERANCE_US
        if not self._is_concurrent and not is_old:
            # Whatever ran before it has ended, known or not.
            self._unfinished, self.is_uncertain = [], False
        if end_us is None:
            self._unfinished.append(invocation)
        else:
            self._busy_until(end_us)

    def _gap(self, invocation: "Invocation", inits: "list[Interval]") -> "int | None":
        if invocation.start_ms is None or self.busy_until_us is None:
            return None
        busy_us = self.busy_until_us
        start_us = begin_us = invocation.start_ms * 1000
        is_init_known = False
        for interval in _between(inits, busy_us, start_us):
            is_init_known = True
            init_start_us, init_end_us = interval
            if begin_us - init_end_us > PROACTIVE_MS * 1000:
                busy_us = init_end_us
                break
            if init_start_us is None:
                return None
            begin_us = min(begin_us, init_start_us)
        if invocation.is_after_reset and not is_init_known:
            reported_us = _begin_by_report(invocation)
            if reported_us is None:
                return None
            begin_us = min(begin_us, reported_us)
        has_begun = invocation.invoked_ms is not None
        if has_begun and start_us - begin_us <= SHORT_INIT_MS * 1000:
            begin_us = start_us
        gap_us = begin_us - busy_us
        if gap_us < 0 and (self._is_concurrent or gap_us < -TOLERANCE_US):
            return None  # it began while another was running, or the times contradict each other
        return max(gap_us, 0)

    def _busy_until(self, end_us: int) -> None:
        if self.busy_until_us is None or end_us > self.busy_until_us:
            self.busy_until_us = end_us

    def snapshot(self) -> "dict[str, Any]":
        """What must survive a reset, as JSON."""
        self.absorb()
        return {"busy_until_us": self.busy_until_us, "is_uncertain": self.is_uncertain}

    def restore(self, snapshot: "dict[str, Any]") -> None:
        """Go on from what a process before this one left."""
        self.busy_until_us = snapshot["busy_until_us"]
        self.is_uncertain = snapshot["is_uncertain"]


def _between(
    inits: "list[Interval]", busy_us: int, start_us: int
) -> "list[tuple[int | None, int]]":
    """(start, end) of the inits that ran in this time, the latest first."""
    found = []
    for i, (begin_us, known_end_us) in enumerate(inits):
        end_us = start_us if known_end_us is None else known_end_us
        first_us = end_us if begin_us is None else begin_us
        if busy_us - TOLERANCE_US <= first_us <= start_us:
            found.append((end_us, i, begin_us))
    return [(begin_us, end_us) for end_us, _, begin_us in sorted(found, reverse=True)]


def _begin_by_report(invocation: "Invocation") -> "int | None":
    """When it began by its report, whose duration includes a repeated init; microseconds."""
    if invocation.report_ms is None or invocation.report_us is None:
        return None
    return invocation.report_ms * 1000 - invocation.report_us
