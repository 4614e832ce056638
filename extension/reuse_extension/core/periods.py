"""Cuts a container's time into periods, each of which becomes one record.

A period is closed when something happens in a later minute, when an array is full, and when the
container says so. Periods do not overlap, and everything is counted in exactly one of them.
"""

from .closed import Closed, ClosedInit
from .events import MINUTE_MS
from .idle import IdleGaps
from .inits import RESTORE, InitLedger
from .period import Period

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .inits import Init
    from .invocations import Invocation


class Periods:
    """The period that is open, and what is known of the container's time."""

    def __init__(
        self, is_concurrent: bool, process_started_ms: int, one_record_per_invocation: bool
    ) -> None:
        """`process_started_ms`: when this process began, which is near the container's start."""
        self.process_started_ms = process_started_ms
        self.one_record_per_invocation = one_record_per_invocation
        self.instance_id: "str | None" = None
        self.started_ms: "int | None" = None
        self.common_fields: "dict[str, Any]" = {}
        self.has_served = False
        self.inits = InitLedger()
        self.gaps = IdleGaps(is_concurrent)
        self.period = Period(0)
        self._active_minute: "int | None" = None
        self._closed: "list[Closed]" = []

    @property
    def has_closed(self) -> bool:
        """Whether `take` would give out something."""
        return bool(self._closed)

    def take(self) -> "list[Closed]":
        """The periods that were closed since the last call."""
        closed, self._closed = self._closed, []
        return closed

    def touch(self, time_ms: int) -> None:
        """Something happened at this time; what belongs to an earlier minute is closed first."""
        period = self.period
        if period.from_ms is not None and time_ms // MINUTE_MS <= period.to_ms // MINUTE_MS:
            period.to_ms = max(period.to_ms, time_ms)
            return
        minute = self.period.minute
        if minute is not None and time_ms // MINUTE_MS > minute and self.is_worth_a_record:
            self.close()
        self.period.touch(time_ms)

    @property
    def is_worth_a_record(self) -> bool:
        """Whether there is something to report already."""
        return self.period.is_worth_a_record or bool(self.inits.unreported(False))

    def add(self, name: str, amount: int = 1) -> None:
        """Count something in this period."""
        self.period.add(name, amount)

    def learn(self, name: str, value: "Any") -> None:
        """Keep what the platform says of a common field."""
        if value is not None:
            self.common_fields[name] = value

    def begin_invocation(self, invocation: "Invocation", time_ms: int) -> None:
        """Count an invocation, once, in the minute of this time."""
        self.touch(time_ms)
        period = self.period
        if period.is_full or (self.one_record_per_invocation and period.invocations):
            self.close()
            period = self.period
            period.touch(time_ms)
        invocation.is_counted = True
        invocation.period = period
        period.invocations.append(invocation)
        self.has_served = True
        period.add("Invocations")
        minute = period.to_ms // MINUTE_MS
        if self._active_minute != minute:
            self._active_minute = minute
            period.add("ActiveContainers")

    def end_invocation(self, invocation: "Invocation") -> None:
        """An invocation's duration has become known."""
        if invocation.is_reported or invocation.period is self.period:
            return
        if self.period.is_full:
            self.close()
        invocation.period = self.period
        self.period.late.append(invocation)

    def close(self, end: "str | None" = None, is_over: bool = False) -> None:
        """Close the period and begin the next.

        `end`: how the process ends, in its last one. `is_over`: whether the container does too. A
        record has one init, so that its durations are single numbers.
        """
        inits = self.inits.unreported(end is not None)
        for init in inits[:-1]:
            self._close(init, None, False)
        self._close(inits[-1] if inits else None, end, is_over)

    def _close(self, init: "Init | None", end: "str | None", is_over: bool) -> None:
        period = self.period
        # Nothing but uncounted pieces has come yet: then it is the present.
        period.touch(period.to_ms or self.process_started_ms)
        if self.started_ms is None:
            self.started_ms = min(
                self.process_started_ms, period.from_ms or self.process_started_ms
            )
        values = dict(period.values)
        values.update(self._times())
        if init is not None:
            name = "RestoreDuration" if init.phase == RESTORE else "InitDuration"
            values[name] = init.known_us
        self._closed.append(
            Closed(
                self.instance_id,
                self.started_ms,
                dict(self.common_fields),
                period.from_ms,
                period.to_ms,
                period.counts,
                values,
                period.billed_ms,
                None if init is None else _closed_init(init),
                end,
                is_over,
            )
        )
        self.period = Period(period.to_ms)

    def _times(self) -> "dict[str, Any]":
        """The arrays of durations and idle gaps, in the order in which the invocations began."""
        idle_us: "list[int]" = []
        durations_us: "list[int]" = []
        inits = self.inits.repeated()
        for invocation in self.period.in_order():
            gap_us = None
            if invocation not in self.period.late:
                gap_us = self.gaps.before(invocation, inits)
            if gap_us is not None:
                idle_us.append(gap_us)
            if invocation.duration_us is not None:
                invocation.is_reported = True
                durations_us.append(invocation.duration_us)
            invocation.period = None
        return {"IdleTime": idle_us or None, "Duration": durations_us or None}

    def snapshot(self) -> "dict[str, Any]":
        """What must survive a reset, as JSON."""
        return {
            "instance_id": self.instance_id,
            "started_ms": self.started_ms,
            "runtime": self.common_fields.get("runtime"),
            "told_to_ms": self.period.not_before_ms,
            "active_minute": self._active_minute,
            "gaps": self.gaps.snapshot(),
            "inits": self.inits.snapshot(),
        }

    def restore(self, snapshot: "dict[str, Any]") -> None:
        """Go on from what a process before this one left."""
        self.instance_id = snapshot["instance_id"]
        self.started_ms = snapshot["started_ms"]
        self.learn("runtime", snapshot["runtime"])
        self.has_served = bool(snapshot["totals"][0])  # `invocations`
        self.period = Period(snapshot["told_to_ms"])
        self._active_minute = snapshot["active_minute"]
        self.gaps.restore(snapshot["gaps"])
        self.inits.restore(snapshot["inits"])


def _closed_init(init: "Init") -> "ClosedInit":
    init.is_reported = True
    return ClosedInit(init.phase, init.start_ms, init.known_us, init.status, init.error_type)
