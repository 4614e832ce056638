"""The life of a container: a table of what may follow what, and the accounts kept along the way.

Rules of this file. Every state and every step between states stands in TRANSITIONS, and nowhere
else is a state set; the diagram in the documentation is drawn from this table. Facts are kept in
ledgers (`invocations`, `inits`, `reuse`), which do not depend on the state: telemetry comes late,
twice, out of order or not at all, and such an event is an ordinary one. What the table does not
list moves nothing.

Theory of operation. A process of the extension begins in STARTING, or in RESTARTING when it finds
what an earlier process of the same container left, or when its init is of the phase "invoke": then
Lambda has reset the container and repeats the init inside an invocation. The first invocation that
a process sees decides whether a caller waited for the init (`_classify`). Between invocations the
container is IDLE, and usually frozen. Lambda ends it with SHUTDOWN: for good (ENDING), or because
an invocation timed out or a process crashed (RESETTING), after which it may come back. The last
record waits for what the platform still has to say of the last invocation (`is_settled`).

SnapStart: the process is inside the snapshot. Whatever was learnt before restoreStart happened in
the making of the snapshot and is shared by every container restored from it, so identity, start and
accounts are made anew at the restore, or, where that event is lost, at the first INVOKE.

Periods. Facts are gathered in a `Period` and told in a record when the container has served its
first invocation, when the platform tells of a later minute, when an array is full, and at the end.
The platform's times decide, not the arrival: after a thaw an INVOKE is often read before the
telemetry of the invocation before it. An INVOKE that telemetry does not confirm within HOLD_MS is
counted all the same.
"""

from . import failures
from .clock import PlatformClock
from .emf import MAX_VALUES
from .events import (
    InitReport,
    InitRuntimeDone,
    InitStart,
    Invoke,
    LogsDropped,
    Report,
    RestoreReport,
    RestoreStart,
    RuntimeDone,
    Shutdown,
    Start,
    Unknown,
)
from .first_invocation import FirstInvocation, ran_for
from .inits import FIRST, MANAGED, RESTORE, SNAP_START, SUPPRESSED
from .invocations import REMEMBERED, Ledger
from .period import MINUTE_MS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from .account import Account
    from .inits import Init
    from .invocations import Invocation
    from .records import Record

STARTING = "starting"
RESTARTING = "restarting"
RESTORING = "restoring"
READY = "ready"
SERVING = "serving"
IDLE = "idle"
ENDING = "ending"
RESETTING = "resetting"
RESET = "reset"
ENDED = "ended"

TRANSITIONS = {
    STARTING: {
        "init_report": READY,
        "reinit": RESTARTING,
        "restore_start": RESTORING,
        "invoke": SERVING,
        "spindown": ENDING,
        "reset": RESETTING,
    },
    RESTARTING: {"invoke": SERVING, "spindown": ENDING, "reset": RESETTING},
    RESTORING: {
        "restore_report": READY,
        "invoke": SERVING,
        "spindown": ENDING,
        "reset": RESETTING,
    },
    READY: {
        "restore_start": RESTORING,
        "invoke": SERVING,
        "spindown": ENDING,
        "reset": RESETTING,
    },
    SERVING: {"served": IDLE, "spindown": ENDING, "reset": RESETTING},
    IDLE: {"invoke": SERVING, "spindown": ENDING, "reset": RESETTING},
    ENDING: {"finished": ENDED},
    RESETTING: {"finished": RESET},
    RESET: {"restart": RESTARTING},
    ENDED: {},
}

HOLD_MS = 2000
"""How long an INVOKE of a later minute waits for telemetry before it is taken as it is: twice the
time for which the platform may hold a batch back."""
RESET_WAIT_MS = 250
"""How long a process that is reset waits for telemetry to explain why: most of it comes within some
10 ms, and the next caller may have to wait for it."""
MAX_UNINVOKED = 32
STATE_VERSION = 2
"""Of the snapshot; another version's is another release's, and is left alone."""
CLOSED_KEPT = 16
"""Closed requests kept in the state of every minute; at a reset all that are remembered are."""

RESETS = {"timeout": "timeout", "failure": "failure", "releasefail": "failure"}
"""SHUTDOWN reasons after which the container may come back, and what a record says of them. AWS's
emulator writes the last."""


class Container:
    """One container as one process of the extension sees it: events in, records out."""

    def __init__(self, account: "Account", has_telemetry: bool) -> None:
        """`has_telemetry`: whether the platform took the subscription."""
        self.account = account
        self.state = STARTING
        self.has_telemetry = has_telemetry
        self.end: "str | None" = None
        self._is_managed = account.who["init_type"] == MANAGED
        self._ledger = Ledger(self._is_managed)
        self._waiting: "list[Invocation]" = []  # invoked, and not confirmed by telemetry yet
        self._uninvoked: "list[Invocation]" = []  # confirmed by telemetry, and not invoked yet
        self._has_failed_uninvoked = False
        self._last_invoked: "Invocation | None" = None
        self._clock = PlatformClock()
        self._first = FirstInvocation(account.who["init_type"])
        self._has_told_first = False
        self._is_restored = False
        self._is_snapshot = account.who["init_type"] == SNAP_START
        self._wake_ms: "int | None" = None
        if not has_telemetry:
            self.account.inits.unmeasured()
        self._rules: "dict[type, Callable[[Any, int], None]]" = {
            InitStart: self._init_start,
            InitRuntimeDone: self._init_runtime_done,
            InitReport: self._init_report,
            RestoreStart: self._restore_start,
            RestoreReport: self._restore_report,
            Invoke: self._invoke,
            Start: self._start,
            RuntimeDone: self._runtime_done,
            Report: self._report,
            LogsDropped: self._logs_dropped,
            Unknown: self._unknown,
            Shutdown: self._shutdown,
        }

    # What the main loop calls

    def receive(self, event: "Any", now_ms: int) -> "list[Record]":
        """Take in one event and answer with the records that are due because of it."""
        rule = self._rules.get(type(event))
        if rule is not None and self.state not in (ENDED, RESET):
            rule(event, self._time_of(event, now_ms))
        return self._take()

    def settle(self, now_ms: int) -> "list[Record]":
        """A batch of events is over: what it completed is due now."""
        account = self.account
        last = self._last_invoked
        self._find_failed_in_init(0 if last is None else last.start_ms or 0)
        if account.period.has_served and (account.is_each_told or not self._has_told_first):
            account.close()
        if self._is_managed and self._wake_ms is None and account.is_worth_a_record:
            self._wake_ms = (now_ms // MINUTE_MS + 1) * MINUTE_MS + HOLD_MS
        return self._take()

    @property
    def wake_ms(self) -> "int | None":
        """When `tick` shall be called, by the wall clock; None while nothing waits for a time."""
        return self._wake_ms

    def tick(self, now_ms: int) -> "list[Record]":
        """The time to wake has come."""
        self._wake_ms = None
        now_ms = self._clock.now(now_ms)
        self._count_waiting()
        if self._is_managed and self.account.is_worth_a_record:
            self.account.close()
        else:
            self.account.touch(now_ms)
        return self._take()

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is to be waited for before the last record."""
        if not self.has_telemetry or self._is_snapshot:
            return True
        unreported = self._ledger.unreported()
        if self.state == RESETTING:
            # The report of an invocation that was cut off is made after this process has gone.
            is_ended = all(invocation.end_us is not None for invocation in unreported)
            return is_ended and self._is_explained
        if unreported:
            return False
        init = self.account.inits.latest()
        return self.account.totals["invocations"] > 0 or (init is not None and init.is_due)

    @property
    def max_wait_ms(self) -> "int | None":
        """How long to wait at most until it is settled; None for as long as SHUTDOWN grants."""
        return RESET_WAIT_MS if self.state == RESETTING else None

    @property
    def _is_explained(self) -> bool:
        """Whether telemetry has told why the process is reset."""
        last = self._last_invoked
        if last is not None:
            return last.is_failed or last.report_ms is not None
        if self._is_restored:
            # The init is repeated for an invocation, which fails with it.
            return self._has_failed_uninvoked
        init = self.account.inits.latest()
        return self.is_known and init is not None and init.report_ms is not None

    def finish(self, now_ms: int) -> "list[Record]":
        """Tell the rest: the last record of this process.

        A process that only helped to make a snapshot was in no container, and has nothing to tell.
        """
        if self._is_snapshot:
            self._move("finished")
            return self._take()
        self._count_waiting()
        self._classify(is_forced=True)
        self.account.touch(self._clock.now(now_ms))
        is_replaced = self.state == ENDING and not self.account.has_served
        if self.state == RESETTING or (is_replaced and self.end in failures.FAILED):
            self._take_the_blame(self.end or "failure")
        if self.state == RESETTING:
            self.account.add("resets")
        self._find_failed_in_init(None)
        self.account.close(self.end, is_over=self.state == ENDING)
        self._move("finished")
        return self._take()

    def snapshot(self) -> "dict[str, Any]":
        """What must survive a reset, as JSON."""
        values = self.account.snapshot()
        values["version"] = STATE_VERSION
        values["state"] = self.state
        values["has_told_first"] = self._has_told_first
        most_closed = REMEMBERED if self.state == RESET else CLOSED_KEPT
        values["requests"] = self._ledger.snapshot(most_closed)
        return values

    def restore(self, snapshot: "dict[str, Any]") -> bool:
        """Go on from what an earlier process left, if it is of this container."""
        if snapshot["version"] != STATE_VERSION or snapshot["state"] == ENDED:
            return False
        self.account.restore(snapshot)
        self._ledger.restore(snapshot["requests"])
        self._waiting = [
            invocation for invocation in self._ledger.past() if not invocation.is_counted
        ]
        for invocation in self._ledger.past():
            if invocation.is_counted:
                self.account.gaps.wait_for(invocation)
            if invocation.is_counted and invocation.invoked_ms is None:
                self._uninvoked.append(invocation)
        self._has_told_first = snapshot["has_told_first"]
        self._is_restored = True
        self._is_snapshot = False
        self.state = RESET
        self._move("restart")
        if snapshot["state"] != RESET:
            # It was killed without notice, so nobody has counted that yet, nor what came before.
            self.account.add("resets")
            self.account.gaps.is_uncertain = True
        return True

    @property
    def is_known(self) -> bool:
        """Whether the platform has told which container this is."""
        return self.account.instance_id is not None

    def forget_pages(self, names: "list[str]") -> None:
        """These pages are gone."""
        for name in names:
            self.account.reuse.forget(name)

    def begin_anew(self) -> None:
        """What an earlier process left in /tmp is another container's."""
        self._is_restored = False
        self.account.begin()
        self._ledger = Ledger(self._is_managed)
        self._waiting = []
        self._uninvoked = []
        self._last_invoked = None
        self._has_told_first = False
        self.state = STARTING

    # The rules: one an event

    def _init_start(self, event: "InitStart", time_ms: int) -> None:
        if self._is_history(event.phase):
            return
        account = self.account
        known, told = account.instance_id, event.instance_id
        if self._is_restored and known is not None and told is not None and known != told:
            self.begin_anew()
        account.instance_id = account.instance_id or told
        init = account.inits.told(event.phase, "start_ms", self._clock.told_ms)
        if init is None:
            return
        init.start_ms = time_ms
        self._learn(event, time_ms)
        account.touch(time_ms)
        if event.phase == SUPPRESSED:
            self._move("reinit")
        self._classify()

    def _init_runtime_done(self, event: "InitRuntimeDone", time_ms: int) -> None:
        init = self._init_told(event, "runtime_done_ms")
        if init is not None:
            init.runtime_done_ms = time_ms

    def _init_report(self, event: "InitReport", time_ms: int) -> None:
        init = self._init_told(event, "report_ms")
        if init is not None:
            init.report_ms = time_ms
            init.duration_us = event.duration_us
            self.account.touch(time_ms)
            self._move("init_report")
            self._classify()

    def _init_told(self, event: "Any", part: str) -> "Init | None":
        if self._is_history(event.phase):
            return None
        init = self.account.inits.told(event.phase, part, self._clock.told_ms)
        if init is not None:
            if part == "report_ms" or init.report_ms is None:  # the report has the last word
                init.status = event.status or init.status
            init.error_type = event.error_type or init.error_type
        return init

    def _restore_start(self, event: "RestoreStart", time_ms: int) -> None:
        init = self.account.inits.told(RESTORE, "start_ms", self._clock.told_ms)
        if init is not None:
            init.start_ms = time_ms
            self._begin_copy(time_ms)
            self._learn(event, time_ms)
            self._move("restore_start")
            self._classify()

    def _restore_report(self, event: "RestoreReport", time_ms: int) -> None:
        init = self.account.inits.told(RESTORE, "report_ms", self._clock.told_ms)
        if init is not None:
            init.report_ms = time_ms
            init.duration_us = event.duration_us
            init.status = event.status
            init.error_type = event.error_type
            self.account.touch(time_ms)
            self._move("restore_report")
            self._classify()

    def _invoke(self, event: "Invoke", time_ms: int) -> None:
        if self.account.who["init_type"] == SNAP_START:
            self._begin_copy(time_ms)
        is_after_reset = self.state == RESTARTING
        invocation = self._ledger.invoked(event.request_id)
        invocation.invoked_ms = time_ms
        if not invocation.is_counted:
            self._waiting.append(invocation)
            invocation.is_after_reset = is_after_reset
            invocation.follows = self._last_invoked
        if invocation in self._uninvoked:
            self._uninvoked.remove(invocation)
        self._last_invoked = invocation
        self._first.saw(invocation, is_after_reset, self.account.process_started_ms)
        self._move("invoke")
        self._ledger.finish(invocation)
        self._watch_waiting(time_ms)
        self._classify()

    def _start(self, event: "Start", time_ms: int) -> None:
        invocation = self._ledger.told(event.request_id, "start_ms", self._clock.told_ms)
        if invocation is not None:
            invocation.start_ms = time_ms
            self._note(invocation, event, time_ms)
            self._ledger.finish(invocation)

    def _runtime_done(self, event: "RuntimeDone", time_ms: int) -> None:
        invocation = self._ledger.told(event.request_id, "done_ms", self._clock.told_ms)
        if invocation is not None:
            invocation.done_ms = time_ms
            invocation.done_us = event.duration_us
            self._note(invocation, event, time_ms)
            self._ended(invocation, event)

    def _report(self, event: "Report", time_ms: int) -> None:
        invocation = self._ledger.told(event.request_id, "report_ms", self._clock.told_ms)
        if invocation is None:
            return
        invocation.report_ms = time_ms
        invocation.report_us = event.duration_us
        self._note(invocation, event, time_ms)
        account = self.account
        account.totals["billed_ms"] += event.billed_ms or 0
        account.period.raise_to("MemoryUsed", event.memory_used_mb)
        if event.memory_size_mb and not account.who.get("memory_mb"):
            account.who["memory_mb"] = event.memory_size_mb
        if event.init_us is not None:
            account.inits.report(event.init_us, is_restore=False)
        if event.restore_us is not None:
            account.inits.report(event.restore_us, is_restore=True)
        self._ended(invocation, event)
        self._classify()

    def _logs_dropped(self, event: "LogsDropped", time_ms: int) -> None:
        self.account.touch(time_ms)
        self.account.add("dropped", event.records)

    def _unknown(self, _event: "Unknown", time_ms: int) -> None:
        if self.account.period.from_ms is None:
            self.account.touch(time_ms)
        self.account.add("dropped")

    def _shutdown(self, event: "Shutdown", _time_ms: int) -> None:
        reset = RESETS.get(event.reason)
        self.end = reset or "spindown"
        # Lambda Managed Instances repair nothing: a container that failed is replaced.
        self._move("reset" if reset and not self._is_managed else "spindown")

    # What the rules share

    def _move(self, step: str) -> None:
        self.state = TRANSITIONS[self.state].get(step, self.state)

    def _take(self) -> "list[Record]":
        written = self.account.written
        if written:
            self.account.written = []
            self._has_told_first = self._has_told_first or self.account.totals["invocations"] > 0
        return written

    def _time_of(self, event: "Any", now_ms: int) -> int:
        is_timed = not isinstance(event, (Invoke, Shutdown, Unknown))
        return self._clock.of(event.time if is_timed else None, now_ms)

    def _is_history(self, phase: "str | None") -> bool:
        """Whether an init event tells of the making of the snapshot."""
        is_copy = self.account.who["init_type"] == SNAP_START
        return phase == SNAP_START or (is_copy and phase != SUPPRESSED)

    def _begin_copy(self, time_ms: int) -> None:
        """The process came out of a snapshot just now; before that it was another container's."""
        if self.state == STARTING and self.account.started_ms is None:
            self._is_snapshot = False
            self.account.skip_pages(time_ms)
            self.account.process_started_ms = time_ms

    def _learn(self, event: "Any", time_ms: int) -> None:
        account = self.account
        account.instance_id = account.instance_id or event.instance_id
        if account.started_ms is None:
            account.started_ms = time_ms
        account.who["runtime"] = account.who.get("runtime") or event.runtime

    def _note(self, invocation: "Invocation", event: "Any", time_ms: int) -> None:
        """Telemetry has told of an invocation: it is counted now if it was not before."""
        if event.tenant_id:
            self.account.who["tenant_id"] = event.tenant_id
        self.account.touch(time_ms)
        if not invocation.is_counted:
            if self._is_managed:
                self._move("invoke")  # there is no INVOKE
            elif invocation.invoked_ms is None:
                self._note_uninvoked(invocation)
            self._count(invocation, time_ms)
        self._classify()

    def _note_uninvoked(self, invocation: "Invocation") -> None:
        """Telemetry has told of it first, or its init failed, so that it never began for us."""
        invocation.is_after_reset = self.state == RESTARTING
        invocation.follows = self._last_invoked
        self._uninvoked = self._uninvoked[1 - MAX_UNINVOKED :] + [invocation]

    def _find_failed_in_init(self, before_ms: "int | None") -> None:
        """Invocations that failed because their init did were cold starts, and had no INVOKE.

        INVOKEs come in order, so what began before one that has come had none; at the end all that
        are left had none.
        """
        inits = self.account.inits.repeated()
        for invocation in list(self._uninvoked):
            is_certain = before_ms is None or (invocation.start_ms or before_ms) < before_ms
            if (
                (is_certain or invocation.is_past)
                and invocation.is_failed
                and ran_for(invocation, inits)
            ):
                self._uninvoked.remove(invocation)
                self._add_cold_start(invocation, "suppressed")

    def _take_the_blame(self, end: str) -> None:
        """Count what failed, if SHUTDOWN alone says that something did."""
        account = self.account
        last = self._last_invoked
        if last is not None:
            count = failures.seen_at_the_end(last, end)
            if count is not None:
                account.add(count)
            return
        phase = SUPPRESSED if self._is_restored else FIRST
        if not self._is_explained:
            account.gaps.is_uncertain = True
        if account.inits.fail_unless_ready(phase, end):
            account.add("failed_inits")

    def _count(self, invocation: "Invocation", time_ms: int) -> None:
        if invocation in self._waiting:
            self._waiting.remove(invocation)
            if not self._waiting and not self._is_managed:
                self._wake_ms = None
        self._is_snapshot = False
        self.account.begun(invocation, time_ms)

    def _watch_waiting(self, time_ms: int) -> None:
        """Not to wait for ever for telemetry that does not come."""
        if not self._waiting:
            return
        oldest_ms = self._waiting[0].invoked_ms or 0
        if not self.has_telemetry or len(self._waiting) >= MAX_VALUES:
            self._count_waiting()
        elif oldest_ms // MINUTE_MS < time_ms // MINUTE_MS and self._wake_ms is None:
            self._wake_ms = time_ms + HOLD_MS

    def _count_waiting(self) -> None:
        for invocation in list(self._waiting):
            self._count(invocation, invocation.invoked_ms or self.account.period.to_ms)
        self._classify(is_forced=not self.has_telemetry)

    def _ended(self, invocation: "Invocation", event: "Any") -> None:
        for count in failures.found(invocation, event):
            self.account.add(count)
        if invocation.is_failed and invocation in self._uninvoked:
            self._has_failed_uninvoked = True
        if invocation.duration_us is not None:
            self.account.ended(invocation)
        self._ledger.finish(invocation)
        if all(other.end_us is not None for other in self._ledger.unreported()):
            self._move("served")

    def _classify(self, is_forced: bool = False) -> None:
        """Tell, once and as soon as it is known, whether the first invocation was a cold start."""
        first = self._first
        if not first.decide(self.account.inits.latest(), is_forced):
            return
        if first.cold_start_kind is not None and first.invocation is not None:
            self._add_cold_start(first.invocation, first.cold_start_kind)
        values = self.account.period.values
        values["init_kind"] = first.init_kind
        values["init_to_invoke_ms"] = first.gap_ms

    def _add_cold_start(self, invocation: "Invocation", kind: str) -> None:
        if invocation.is_cold:
            return
        invocation.is_cold = True
        if self.account.period.values.get("cold_start_kind", kind) != kind:
            self.account.close()
        self.account.add("ColdStarts")
        self.account.period.values["cold_start_kind"] = kind
