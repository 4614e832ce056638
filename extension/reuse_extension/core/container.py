"""The life of a container: events in, what is to be reported out.

Rules of this file. It does no IO, not even through callables; what leaves it are the values of
`closed`. The state is moved by `lifecycle` alone. What an event means stands in
`event_rules`.

Theory of operation. A process of the extension begins in STARTING, or in RESTARTING when it finds
what an earlier process of the same container left, or when its init is of the phase "invoke": then
Lambda has reset the container and repeats the init inside an invocation. The first invocation that
a process sees decides whether a caller waited for the init (`EventRules.classify`). Lambda ends
the process with SHUTDOWN: for good (ENDING), or because an invocation timed out or a process failed
(RESETTING), after which the container may come back. The last record waits for what the platform
still has to say of the last invocation (`is_settled`).

Periods. Facts are gathered in a period and reported when the container has served its first
invocation, when the platform speaks of a later minute, when an array is full, and at the end. The
platform's times decide, not the arrival: after a thaw an INVOKE is often read before the telemetry
of the invocation before it.
"""

from .closed import AnotherContainer
from .event_rules import EventRules
from .events import MINUTE_MS
from .lifecycle import (
    ENDED,
    ENDING,
    FINISH,
    RESET,
    RESETS,
    RESETTING,
    RESTART,
    RUNNING,
    Lifecycle,
)
from .remembered import MAX_REMEMBERED
from .unconfirmed import HOLD_MS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .closed import Closed, FromSnapshot
    from .events import Event
    from .periods import Periods

    Output = Closed | FromSnapshot | AnotherContainer

RESET_WAIT_MS = 250
"""How long a process that is reset waits for telemetry to explain why: most of it comes within some
10 ms, and the next caller may have to wait for it."""
STATE_VERSION = 5
"""Of the snapshot; another version's is another release's, and is left alone."""
CLOSED_KEPT = 16
"""Closed requests kept in the state of every minute; at a reset all that are remembered are."""


class Container:
    """One container as one process of the extension sees it."""

    def __init__(
        self,
        init_type: str,
        has_telemetry: bool,
        process_started_ms: int,
        one_record_per_invocation: bool,
    ) -> None:
        """`init_type`: as the environment has it. `has_telemetry`: whether it was subscribed to.

        `process_started_ms`: when this process began, which is near the container's start.
        """
        self._rules = EventRules(
            init_type, has_telemetry, process_started_ms, one_record_per_invocation
        )
        self._has_reported_first = False

    @property
    def state(self) -> str:
        """Where the process stands, as in `lifecycle`."""
        return self._rules.lifecycle.state

    def receive(self, event: "Event", now_ms: int) -> "list[Output]":
        """Take in one event; what is to be reported because of it."""
        rules = self._rules
        if rules.lifecycle.state not in (ENDED, RESET):
            rules.apply(event, now_ms)
        return self._take() if rules.outputs or rules.periods.has_closed else []

    def end_batch(self, now_ms: int) -> "list[Output]":
        """A batch of events is over: what it completed is due now."""
        periods, unconfirmed = self.periods, self._rules.unconfirmed
        last = self._rules.last_invoked
        self._rules.find_failed_in_init(0 if last is None else last.start_ms or 0)
        is_due = periods.one_record_per_invocation or not self._has_reported_first
        if periods.period.has_served and is_due:
            periods.close()
        if self._rules.is_managed and unconfirmed.wake_ms is None and periods.is_worth_a_record:
            unconfirmed.wake_ms = (now_ms // MINUTE_MS + 1) * MINUTE_MS + HOLD_MS
        return self._take()

    @property
    def wake_ms(self) -> "int | None":
        """When `tick` is to be called, by the wall clock; None while nothing waits for a time."""
        return self._rules.unconfirmed.wake_ms

    def tick(self, now_ms: int) -> "list[Output]":
        """The time to wake has come."""
        rules, waiting = self._rules, self._rules.unconfirmed
        wake_ms, waiting.wake_ms = waiting.wake_ms, None
        now_ms = rules.clock.now(now_ms)
        if wake_ms is not None and not rules.is_managed and waiting.put_off(wake_ms, now_ms):
            return []
        rules.count_invoked(waiting.older())
        if rules.is_managed and self.periods.is_worth_a_record:
            self.periods.close()
        else:
            self.periods.touch(now_ms)
        return self._take()

    @property
    def calm_minutes(self) -> "tuple[int, int] | None":
        """The minutes of INVOKEs and of telemetry in which no output is due at once.

        That is so for invocations that succeed, one after the other, while an array has room: their
        events may be held and received later, in the order in which they have come, for the
        same outputs. None where they are due, or it cannot be said.
        """
        rules, minute, last = self._rules, self.periods.period.minute, self._rules.last_invoked
        if minute is None or last is None or last.invoked_ms is None or self.wake_ms is not None:
            return None
        is_calm = (
            self._has_reported_first
            and self.state == RUNNING
            and rules.has_telemetry
            and not rules.is_managed
            and not self.periods.one_record_per_invocation
        )
        return (last.invoked_ms // MINUTE_MS, minute) if is_calm else None

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is to be waited for before the last record."""
        if not self._rules.has_telemetry or self._rules.is_snapshot:
            return True
        unreported = self._rules.ledger.unreported()
        if self.state == RESETTING:
            # The report of an invocation that was cut off is made after this process has gone.
            is_ended = all(invocation.end_us is not None for invocation in unreported)
            return is_ended and self._rules.is_explained
        if unreported:
            return False
        init = self.periods.inits.latest()
        return self.periods.has_served or (init is not None and init.is_due)

    @property
    def max_wait_ms(self) -> "int | None":
        """How long to wait at most until it is settled; None for as long as SHUTDOWN grants."""
        return RESET_WAIT_MS if self.state == RESETTING else None

    def finish(self, now_ms: int) -> "list[Output]":
        """Report the rest: the last record of this process.

        A process that only helped to make a snapshot was in no container, and has nothing to
        report.
        """
        if self._rules.is_snapshot:
            self._rules.lifecycle.move(FINISH)
            return self._take()
        periods = self.periods
        self._rules.count_invoked(self._rules.unconfirmed.invoked)
        self._rules.observe_served()
        self._rules.classify(is_forced=True)
        periods.touch(self._rules.clock.now(now_ms))
        is_replaced = self.state == ENDING and not periods.has_served
        if self.state == RESETTING or (is_replaced and self._rules.end in RESETS):
            self._rules.count_by_shutdown(self._rules.end or "failure")
        if self.state == RESETTING:
            periods.add("resets")
        self._rules.find_failed_in_init(None)
        periods.close(self._rules.end, is_over=self.state == ENDING)
        self._rules.lifecycle.move(FINISH)
        return self._take()

    def snapshot(self) -> "dict[str, Any]":
        """What must survive a reset, as JSON."""
        values = self.periods.snapshot()
        values["version"] = STATE_VERSION
        values["state"] = self.state
        values["has_told_first"] = self._has_reported_first
        most_closed = MAX_REMEMBERED if self.state == RESET else CLOSED_KEPT
        failed = self._rules.unconfirmed.failed
        values["requests"] = self._rules.ledger.snapshot(most_closed, failed)
        return values

    def restore(self, snapshot: "dict[str, Any]") -> bool:
        """Go on from what an earlier process left, if it is of this container."""
        if snapshot["version"] != STATE_VERSION or snapshot["state"] == ENDED:
            return False
        periods = self.periods
        periods.restore(snapshot)
        failed = self._rules.ledger.restore(snapshot["requests"])
        past = self._rules.ledger.past()
        self._rules.unconfirmed.restore(past + failed)
        for invocation in past:
            if invocation.is_counted:
                periods.gaps.wait_for(invocation)
        self._has_reported_first = snapshot["has_told_first"]
        self._rules.is_restored = True
        self._rules.is_snapshot = False
        self._rules.lifecycle = Lifecycle(RESET)
        self._rules.lifecycle.move(RESTART)
        if snapshot["state"] != RESET:
            # It was killed without notice, so nobody has counted that yet, nor what came before.
            periods.add("resets")
            periods.gaps.is_uncertain = True
        return True

    @property
    def is_known(self) -> bool:
        """Whether the platform has named this container, or an earlier process knew it."""
        return self._rules.is_known or self._rules.is_restored

    @property
    def periods(self) -> "Periods":
        """The open period, and what is known of the container's time."""
        return self._rules.periods

    def begin_again(self) -> None:
        """What an earlier process left in /tmp is another container's."""
        self._rules.begin_again()
        self._has_reported_first = False

    def _take(self) -> "list[Output]":
        rules = self._rules
        if any(isinstance(output, AnotherContainer) for output in rules.outputs):
            self._has_reported_first = False
        closed = rules.periods.take()
        outputs: "list[Output]" = rules.outputs + closed
        rules.outputs = []
        if closed:
            self._has_reported_first = self._has_reported_first or rules.periods.has_served
        return outputs
