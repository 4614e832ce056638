"""The ledger of inits: how the container was made ready, each init counted once.

A process of the extension sees its own init and, where the platform kept the subscription over a
reset, the late events of another. Events carry no id, so an init is known by its phase and by the
times of its events: the same time again is a duplicate. The duration comes from initReport; where
that is lost, from the first invocation's report (`initDurationMs`), and never from both.

The restore from a SnapStart snapshot is kept here as one more kind of init, its phase "restore".
Init events of the snapshot's making describe another container and are left out.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Interval = tuple[int | None, int | None]

FIRST = "init"
"""The platform's phase of the init that a container begins with; it has one."""
RESTORE = "restore"
SUPPRESSED = "invoke"
"""The platform's phase of an init that runs inside an invocation, after a failure or a reset."""

SNAP_START = "snap-start"
PROVISIONED = "provisioned-concurrency"
MANAGED = "lambda-managed-instances"

PARTS = ("start_ms", "runtime_done_ms", "report_ms")
KEPT = 8
"""Inits of the past whose events are recognised when they come late."""


class Init:
    """What is known of one init. Times in epoch milliseconds, durations in microseconds."""

    def __init__(self, phase: "str | None") -> None:
        self.phase = phase
        self.start_ms: "int | None" = None
        self.runtime_done_ms: "int | None" = None
        self.report_ms: "int | None" = None
        self.duration_us: "int | None" = None
        self.reported_us: "int | None" = None  # what the first invocation's report says
        self.status: "str | None" = None
        self.error_type: "str | None" = None
        self.is_unmeasured = False  # where no telemetry comes, no duration is waited for
        self.is_reported = False

    @property
    def end_ms(self) -> "int | None":
        """When it ended: initReport is made then; else what comes nearest."""
        if self.report_ms is not None:
            return self.report_ms
        if self.runtime_done_ms is not None:
            return self.runtime_done_ms
        if self.start_ms is not None and self.reported_us is not None:
            return self.start_ms + self.reported_us // 1000
        return None

    def may_have(self, part: str, time_ms: "int | None") -> bool:
        """Whether an event at this time may be this one's: an init does not end before it starts.

        The start of one and the end of another meet where telemetry comes to a later process.
        """
        if time_ms is None:
            return True
        if part == "start_ms":
            return self.end_ms is None or time_ms <= self.end_ms
        return self.start_ms is None or time_ms >= self.start_ms

    @property
    def interval_us(self) -> "Interval":
        """(start, end) in epoch microseconds, None for what is not known."""
        end_ms, start_us = self.end_ms, None
        if self.start_ms is not None:
            start_us = self.start_ms * 1000
        elif self.report_ms is not None and self.duration_us is not None:
            start_us = self.report_ms * 1000 - self.duration_us
        return start_us, None if end_ms is None else end_ms * 1000

    @property
    def is_due(self) -> bool:
        """Whether there is nothing to wait for before it is reported."""
        return self.is_unmeasured or self.known_us is not None

    @property
    def known_us(self) -> "int | None":
        """Its duration, if any source has reported it."""
        return self.reported_us if self.duration_us is None else self.duration_us


class InitLedger:
    """The inits of one container that this process knows of, in the order they became known."""

    def __init__(self) -> None:
        self.all: "list[Init]" = []
        self._past: "dict[str, list[int]]" = {part: [] for part in PARTS}
        # Of a first init that is past: what was never heard of it, its duration aside.
        self._unheard: "list[str]" = []
        self._lacks_duration = False
        self._repeated_before: "list[Interval]" = []  # by earlier processes

    def match_event(self, phase: "str | None", part: str, time_ms: "int | None") -> "Init | None":
        """The init that an event is about, or None for a duplicate.

        `part` is the attribute that the event's time belongs to; the time is None where the
        platform did not say it legibly.
        """
        for init in self.all:
            known = getattr(init, part)
            if known is not None and (time_ms is None or time_ms == known):
                return None
        if time_ms in self._past[part] or (phase == FIRST and self._is_late(part)):
            return None
        for init in self.all:
            is_same_phase = init.phase == phase or not init.phase or not phase
            if getattr(init, part) is None and is_same_phase and init.may_have(part, time_ms):
                init.phase = init.phase or phase
                return init
        return self._add(phase)

    def _is_late(self, part: str) -> bool:
        """Whether an event of a first init that an earlier process reported adds nothing."""
        is_duration = part == "report_ms" and self._lacks_duration
        return part in self._unheard and not is_duration

    def add_report(self, duration_us: int, is_restore: bool) -> None:
        """What an invocation's report says of the init before it."""
        for init in self.all:
            if (init.phase == RESTORE) == is_restore and init.phase != SUPPRESSED:
                init.reported_us = duration_us
                return
        if self._lacks_duration or not any(self._past.values()):
            self._add(RESTORE if is_restore else FIRST).reported_us = duration_us

    def add_unmeasured(self) -> None:
        """There was an init, and no telemetry will tell more of it."""
        self._add(None).is_unmeasured = True

    def fail_unless_ready(self, phase: str, status: str, since_ms: int) -> bool:
        """The process is ended before it served anything; whether its init had failed.

        It had, unless the platform has reported otherwise. `phase`, `status`: of an init of which
        nothing else is known. `since_ms`: when the process started; what ended before is another's.
        """
        init = self.latest()
        if init is None or (init.end_ms is not None and init.end_ms < since_ms):
            init = self._add(phase)
        if init.report_ms is None:
            init.status = status
        return init.status not in (None, "success")

    def repeated(self) -> "list[Interval]":
        """When repeated inits ran, as far as it is known."""
        known = [init.interval_us for init in self.all if init.phase not in (FIRST, RESTORE)]
        return self._repeated_before + [when for when in known if when != (None, None)]

    def latest(self) -> "Init | None":
        """The init that began last: the one that made this process ready."""
        latest = None
        for init in self.all:
            if latest is None or (init.start_ms or 0) >= (latest.start_ms or 0):
                latest = init
        return latest

    def unreported(self, everything: bool) -> "list[Init]":
        """Those with a duration that is not reported yet; `everything`: those without one too."""
        return [init for init in self.all if not init.is_reported and (everything or init.is_due)]

    def _add(self, phase: "str | None") -> "Init":
        init = Init(phase)
        self.all.append(init)
        return init

    def snapshot(self) -> "dict[str, Any]":
        """The times of the events of every init that was reported, for a later process."""
        kept: "dict[str, Any]" = {}
        for part in PARTS:
            times = [getattr(init, part) for init in self.all if init.is_reported]
            kept[part] = (self._past[part] + [time for time in times if time is not None])[-KEPT:]
        kept["unheard"], kept["lacks_duration"] = self._unheard, self._lacks_duration
        kept["repeated"] = [list(when) for when in self.repeated()[-KEPT:]]
        for init in self.all:
            if init.is_reported and init.phase == FIRST:
                kept["unheard"] = [part for part in PARTS if getattr(init, part) is None]
                kept["lacks_duration"] = init.known_us is None
        return kept

    def restore(self, snapshot: "dict[str, Any]") -> None:
        """Go on from what a process before this one left."""
        self._unheard = list(snapshot["unheard"])
        self._lacks_duration = snapshot["lacks_duration"]
        self._repeated_before = [(begin_us, end_us) for begin_us, end_us in snapshot["repeated"]]
        for part in PARTS:
            self._past[part] = list(snapshot[part])
