"""What each event means for a container: the rules, one an event, over the ledgers.

The ledgers (`invocations`, `inits`) do not depend on the state: telemetry comes late, twice, out of
order or not at all, and such an event is an ordinary one.

SnapStart: the process is inside the snapshot. Whatever was learnt before restoreStart happened in
the making of the snapshot and is shared by every container restored from it, so identity, start and
totals begin at the restore, or, where that event is lost, at the first INVOKE.
"""

from . import failures
from .clock import PlatformClock
from .closed import AnotherContainer, FromSnapshot
from .cold_start import ColdStart
from .events import (
    Ignored,
    InitReport,
    InitRuntimeDone,
    InitStart,
    Invoke,
    LogsDropped,
    Report,
    RestoreReport,
    RestoreStart,
    RuntimeDone,
    Served,
    Shutdown,
    Start,
    Unknown,
    pieces,
)
from .inits import FIRST, MANAGED, RESTORE, SNAP_START, SUPPRESSED
from .invocations import InvocationLedger
from .lifecycle import (
    ENDS,
    INVOKE,
    REPEAT,
    RESETS,
    RESTARTING,
    SHUTDOWN_RESET,
    SPINDOWN,
    STARTING,
    Lifecycle,
)
from .periods import Periods
from .unconfirmed import Unconfirmed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from .events import Event
    from .inits import Init
    from .invocations import Invocation


class EventRules:
    """Everything that is known of one container, and how events add to it."""

    def __init__(
        self,
        init_type: str,
        has_telemetry: bool,
        process_started_ms: int,
        one_record_per_invocation: bool,
    ) -> None:
        """The arguments are those of `Container`."""
        self.has_telemetry = has_telemetry
        self.end: "str | None" = None
        self.is_managed = init_type == MANAGED
        self.is_snapshot = init_type == SNAP_START
        """Whether the process may be in no container, but help to make a snapshot."""
        self.is_restored = False
        """Whether an earlier process of the container left its state."""
        self.clock = PlatformClock()
        self.outputs: "list[FromSnapshot | AnotherContainer]" = []
        self._is_snap_start = self.is_snapshot
        self._init_type = init_type
        self._one_record_per_invocation = one_record_per_invocation
        self._by_type: "dict[type, Callable[[Any, int], None]]" = {
            InitStart: self._init_start,
            InitRuntimeDone: self._init_runtime_done,
            InitReport: self._init_report,
            RestoreStart: self._restore_start,
            RestoreReport: self._restore_report,
            Invoke: self._invoke,
            Start: self._start,
            RuntimeDone: self._runtime_done,
            Report: self._report,
            Served: self._served,
            LogsDropped: self._logs_dropped,
            Unknown: self._unknown,
            Shutdown: self._shutdown,
        }
        self._begin(process_started_ms)

    def _begin(self, process_started_ms: int) -> None:
        self.lifecycle = Lifecycle()
        self._cold_start = ColdStart(self._init_type)
        self.periods = Periods(self.is_managed, process_started_ms, self._one_record_per_invocation)
        self.ledger = InvocationLedger(self.is_managed)
        self.unconfirmed = Unconfirmed()
        self.last_invoked: "Invocation | None" = None
        self.is_restored = False
        if not self.has_telemetry:
            self.periods.inits.add_unmeasured()

    def begin_again(self) -> None:
        """What an earlier process left in /tmp is another container's; what was invoked is not."""
        invoked = [invocation for invocation in self.unconfirmed.invoked if not invocation.is_past]
        self._begin(self.periods.process_started_ms)
        for invocation in invoked:
            time_ms = invocation.invoked_ms or self.periods.process_started_ms
            self._invoke(Invoke(time_ms, invocation.request_id), time_ms)

    def apply(self, event: "Event", now_ms: int) -> None:
        """Take in one event."""
        rule = self._by_type.get(type(event))
        if rule is not None:
            is_timeless = isinstance(event, (Invoke, Shutdown, Ignored, Unknown))
            rule(event, self.clock.of(None if is_timeless else event.time, now_ms))  # type: ignore[union-attr]

    @property
    def is_explained(self) -> bool:
        """Whether telemetry has explained why the process is reset."""
        last = self.last_invoked
        if last is not None:
            return last.is_failed or last.report_ms is not None
        if self.is_restored:
            # The init is repeated for an invocation, which fails with it.
            return self.unconfirmed.has_failed_uninvoked
        init = self.periods.inits.latest()
        return self.is_known and init is not None and init.report_ms is not None

    @property
    def is_known(self) -> bool:
        """Whether the platform has named this container."""
        return self.periods.instance_id is not None

    def _init_start(self, event: "InitStart", time_ms: int) -> None:
        if self._is_history(event.phase):
            return
        known, named = self.periods.instance_id, event.instance_id
        if self.is_restored and known is not None and named is not None and known != named:
            self.begin_again()
            self.outputs.append(AnotherContainer())
        periods = self.periods
        periods.instance_id = periods.instance_id or named
        init = periods.inits.match_event(event.phase, "start_ms", self.clock.event_time_ms)
        if init is None:
            return
        init.start_ms = time_ms
        self._learn(event, time_ms)
        periods.touch(time_ms)
        if event.phase == SUPPRESSED:
            self.unconfirmed.has_failed_uninvoked = False  # what failed before had another init
            self.lifecycle.move(REPEAT)
        self.classify()

    def _init_runtime_done(self, event: "InitRuntimeDone", time_ms: int) -> None:
        init = self._match_init(event, "runtime_done_ms")
        if init is not None:
            init.runtime_done_ms = time_ms

    def _init_report(self, event: "InitReport", time_ms: int) -> None:
        init = self._match_init(event, "report_ms")
        if init is not None:
            init.report_ms = time_ms
            init.duration_us = event.duration_us
            self.periods.touch(time_ms)
            self.classify()

    def _match_init(self, event: "Any", part: str) -> "Init | None":
        if self._is_history(event.phase):
            return None
        init = self.periods.inits.match_event(event.phase, part, self.clock.event_time_ms)
        if init is not None:
            if part == "report_ms" or init.report_ms is None:  # the report has the last word
                init.status = event.status or init.status
            init.error_type = event.error_type or init.error_type
        return init

    def _restore_start(self, event: "RestoreStart", time_ms: int) -> None:
        init = self.periods.inits.match_event(RESTORE, "start_ms", self.clock.event_time_ms)
        if init is not None:
            init.start_ms = time_ms
            self._begin_copy(time_ms)
            self._learn(event, time_ms)
            self.classify()

    def _restore_report(self, event: "RestoreReport", time_ms: int) -> None:
        init = self.periods.inits.match_event(RESTORE, "report_ms", self.clock.event_time_ms)
        if init is not None:
            init.report_ms = time_ms
            init.duration_us = event.duration_us
            init.status = event.status
            init.error_type = event.error_type
            self.periods.touch(time_ms)
            self.classify()

    def _invoke(self, event: "Invoke", time_ms: int) -> None:
        if self._is_snap_start:
            self._begin_copy(time_ms)
        is_after_reset = self.lifecycle.state == RESTARTING
        invocation = self.ledger.invoked(event.request_id)
        invocation.invoked_ms = time_ms
        if not invocation.is_counted:
            invocation.is_after_reset = is_after_reset
            invocation.follows = self.last_invoked
        self.unconfirmed.invoke(invocation)
        self.last_invoked = invocation
        self._cold_start.observe(invocation, is_after_reset, self.periods.process_started_ms)
        self.lifecycle.move(INVOKE)
        self.ledger.finish(invocation)
        if self.unconfirmed.invoked:
            is_hopeless = self.unconfirmed.watch(time_ms)
            if is_hopeless or not self.has_telemetry:
                self.count_invoked(self.unconfirmed.invoked)
        self.classify()

    def _start(self, event: "Start", time_ms: int) -> None:
        invocation = self.ledger.match_event(event.request_id, "start_ms", self.clock.event_time_ms)
        if invocation is not None:
            invocation.start_ms = time_ms
            self._note(invocation, event, time_ms)
            self.ledger.finish(invocation)

    def _runtime_done(self, event: "RuntimeDone", time_ms: int) -> None:
        invocation = self.ledger.match_event(event.request_id, "done_ms", self.clock.event_time_ms)
        if invocation is not None:
            invocation.done_ms = time_ms
            invocation.done_us = event.duration_us
            self._note(invocation, event, time_ms)
            self._ended(invocation, event)

    def _report(self, event: "Report", time_ms: int) -> None:
        invocation = self.ledger.match_event(
            event.request_id, "report_ms", self.clock.event_time_ms
        )
        if invocation is None:
            return
        invocation.report_ms = time_ms
        invocation.report_us = event.duration_us
        self._note(invocation, event, time_ms)
        self._add_report(event, time_ms)
        periods = self.periods
        if event.init_us is not None:
            periods.inits.add_report(event.init_us, is_restore=False)
        if event.restore_us is not None:
            periods.inits.add_report(event.restore_us, is_restore=True)
        self._ended(invocation, event)
        self.classify()

    def _served(self, event: "Served", time_ms: int) -> None:
        """What the rules of the three events come to, where nothing was known of the request."""
        invocation = None
        if not self.is_managed and time_ms == event.time:
            invocation = self.ledger.match_whole(event.request_id, time_ms)
        if invocation is None:
            for piece in pieces(event):
                self.apply(piece, time_ms)
            return
        invocation.start_ms = time_ms
        self._count_reported(invocation, time_ms)
        if not self._cold_start.is_decided:
            self.classify()
        invocation.done_ms = event.done_ms
        invocation.report_ms = report_ms = self.clock.of(event.report_ms, event.report_ms)
        invocation.done_us = event.done_us
        invocation.report_us = event.report_us
        self._add_report(event, report_ms)
        self.ledger.close_whole(invocation)

    def _logs_dropped(self, event: "LogsDropped", time_ms: int) -> None:
        self.periods.touch(time_ms)
        self.periods.add("dropped", event.records)

    def _unknown(self, _event: "Unknown", time_ms: int) -> None:
        if self.periods.period.from_ms is None:
            self.periods.touch(time_ms)
        self.periods.add("dropped")

    def _shutdown(self, event: "Shutdown", _time_ms: int) -> None:
        self.end = end = ENDS.get(event.reason, "spindown")
        # Lambda Managed Instances repair nothing: a container that failed is replaced.
        self.lifecycle.move(SHUTDOWN_RESET if end in RESETS and not self.is_managed else SPINDOWN)

    def _is_history(self, phase: "str | None") -> bool:
        """Whether an init event belongs to the making of the snapshot."""
        return phase == SNAP_START or (self._is_snap_start and phase != SUPPRESSED)

    def _begin_copy(self, time_ms: int) -> None:
        """The process came out of a snapshot just now; before that it was another container's."""
        if self.lifecycle.state == STARTING and self.periods.started_ms is None:
            self.is_snapshot = False
            self.outputs.append(FromSnapshot(time_ms))
            self.periods.process_started_ms = time_ms

    def _learn(self, event: "Any", time_ms: int) -> None:
        periods = self.periods
        periods.instance_id = periods.instance_id or event.instance_id
        if periods.started_ms is None:
            periods.started_ms = time_ms
        if "runtime" not in periods.common_fields:
            periods.learn("runtime", event.runtime)

    def _note(self, invocation: "Invocation", event: "Any", time_ms: int) -> None:
        """Telemetry reports an invocation: it is counted now if it was not before."""
        self.periods.learn("tenant_id", event.tenant_id)
        self.periods.touch(time_ms)
        if not invocation.is_counted:
            self._count_reported(invocation, time_ms)
        self.classify()

    def _count_reported(self, invocation: "Invocation", time_ms: int) -> None:
        """Telemetry is the first to say that it has begun."""
        if self.is_managed:
            self.lifecycle.move(INVOKE)  # there is no INVOKE
        elif invocation.invoked_ms is None:
            invocation.is_after_reset = self.lifecycle.state == RESTARTING
            invocation.follows = self.last_invoked
            self.unconfirmed.add_uninvoked(invocation)
        self._count(invocation, time_ms)

    def _add_report(self, event: "Report | Served", time_ms: int) -> None:
        """Count in what a report says of the whole container."""
        self.periods.touch(time_ms)
        self.periods.period.billed_ms += event.billed_ms or 0
        self.periods.period.raise_to("MemoryUsed", event.memory_used_mb)
        self.periods.learn("memory_mb", event.memory_size_mb or None)

    def observe_served(self) -> None:
        """Where no INVOKE was read, the first invocation is telemetry's first."""
        first = self.unconfirmed.first_served
        if first is not None:
            started_ms = self.periods.process_started_ms
            self._cold_start.observe(first, first.is_after_reset, started_ms)

    def find_failed_in_init(self, before_ms: "int | None") -> None:
        """Invocations that failed because their init did were cold starts."""
        inits = self.periods.inits.repeated()
        for invocation in self.unconfirmed.failed_with_init(inits, before_ms):
            self._add_cold_start(invocation, "suppressed")

    def count_by_shutdown(self, end: str) -> None:
        """Count what failed, if SHUTDOWN alone says that something did."""
        periods = self.periods
        last = self.last_invoked
        if last is not None:
            count = failures.seen_at_the_end(last, end)
            if count is not None:
                periods.add(count)
            return
        phase = SUPPRESSED if self.is_restored else FIRST
        if not self.is_explained:
            periods.gaps.is_uncertain = True
        if periods.inits.fail_unless_ready(phase, end, periods.process_started_ms):
            periods.add("failed_inits")

    def _count(self, invocation: "Invocation", time_ms: int) -> None:
        waiting = self.unconfirmed
        if waiting.invoked and waiting.confirm(invocation) and not self.is_managed:
            waiting.wake_ms = None
        self.is_snapshot = False
        self.periods.begin_invocation(invocation, time_ms)

    def count_invoked(self, invoked: "list[Invocation]") -> None:
        """Count these of the invoked ones, though telemetry does not confirm them."""
        for invocation in list(invoked):
            self._count(invocation, invocation.invoked_ms or self.periods.period.to_ms)
        self.classify(is_forced=not self.has_telemetry)

    def _ended(self, invocation: "Invocation", event: "Any") -> None:
        for count in failures.counts_of(invocation, event):
            self.periods.add(count)
        if invocation.is_failed:
            self.unconfirmed.fail(invocation)
        if invocation.duration_us is not None:
            self.periods.end_invocation(invocation)
        self.ledger.finish(invocation)

    def classify(self, is_forced: bool = False) -> None:
        """Tell, once and as soon as it is known, whether the first invocation was a cold start."""
        first = self._cold_start
        if first.is_decided or not first.decide(self.periods.inits.latest(), is_forced):
            return
        if first.cold_start_kind is not None and first.invocation is not None:
            self._add_cold_start(first.invocation, first.cold_start_kind)
        values = self.periods.period.values
        values["init_kind"] = first.init_kind
        values["init_to_invoke_ms"] = first.gap_ms

    def _add_cold_start(self, invocation: "Invocation", kind: str) -> None:
        if invocation.is_cold:
            return
        invocation.is_cold = True
        if self.periods.period.values.get("cold_start_kind", kind) != kind:
            self.periods.close()
        self.periods.add("ColdStarts")
        self.periods.period.values["cold_start_kind"] = kind
