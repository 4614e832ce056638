"""Lives of containers for properties: what happened, and what is reported of it, however badly."""

import random
from dataclasses import dataclass, field

from tests import platform_events as pe
from tests.core.play import START_MS

GAPS_MS = (0, 1, 20, 900, 30_000, 200_000)
SHORT_INIT_MS = 1000
STATUSES = ("success",) * 6 + ("error", "timeout", "failure")


@dataclass
class Truth:
    """What happened, counted while it happened."""

    invocations: int = 0
    cold_starts: int = 0
    errors: int = 0
    timeouts: int = 0
    out_of_memory: int = 0
    resets: int = 0
    duration_us: int = 0
    billed_ms: int = 0
    failed_inits: int = 0
    inits_us: list[int] = field(default_factory=list)  # of the inits that any event reports
    gaps_us: list[int] = field(default_factory=list)  # before each invocation but the first


class Life:
    """One container's life: `segments` has the steps of each of its processes, in order.

    A process that is reset ends with an invocation that failed, or with a failed init; one that was
    repeated for an invocation makes it fail without an INVOKE.

    A step is (time, "invoke", request id), (time, "batch", events) or (time, "shutdown", reason).
    """

    def __init__(
        self,
        seed: int,
        sizes: list[int],
        disorder: float,
        loss: float,
        is_early: bool = True,
        is_retried: bool = False,
    ) -> None:
        """`sizes`: invocations between resets. `disorder`, `loss`: from 0, none, to 1, all.

        `is_early`: whether telemetry may be read before the INVOKEs of what it reports.
        `is_retried`: whether a request that has failed may be served again, under the same id.
        """
        self._is_retried = is_retried
        self._failed_name = None
        self.is_early = is_early
        self.random = random.Random(seed)
        self.disorder = disorder
        self.loss = loss
        self.truth = Truth()
        self.now_ms = START_MS
        self.segments = []
        self._late = []  # what only a later process receives
        self._busy_until_us = None
        for number, size in enumerate(sizes):
            self.segments.append(self._segment(number, size, is_last=number == len(sizes) - 1))

    def _segment(self, number: int, size: int, is_last: bool) -> list:
        random, truth = self.random, self.truth
        is_first, has_failed = number == 0, size == 0 and not is_last
        init_us = random.randrange(1_000, 3_000_000)
        began_ms = self.now_ms
        status = "error" if has_failed else "success"
        events = self._init(init_us, "init" if is_first else "invoke", status)
        is_init_told = any(event["type"] == "platform.initReport" for event in events)
        is_proactive = is_first and len(events) == 3 and random.random() < 0.3
        if is_proactive:
            self.now_ms += 5_000
        # Without its init's events a failed one looks like one that was killed idle.
        is_failed_with_it = has_failed and not is_first and not self.loss
        truth.failed_inits += has_failed
        if (size and not is_proactive) or is_failed_with_it:
            truth.cold_starts += 1
        # A short init of a reset process belongs to the start of the invocation.
        called_ms = self.now_ms
        if not is_first and (has_failed or called_ms - began_ms > SHORT_INIT_MS):
            called_ms = began_ms
        reason = "failure" if has_failed else random.choice(("timeout", "failure"))
        invokes = []
        for i in range(size):
            name = self._name(f"{number}-{i}")
            invokes.append((self.now_ms, "invoke", name))
            status = random.choice(STATUSES)
            if i == size - 1 and not is_last:
                status = reason
            self._failed_name = None if status == "success" else name
            reported = self._invocation(
                name,
                init_us if is_first and i == 0 else None,
                status,
                called_ms,
                init_us if i == 0 and not is_first else 0,
            )
            is_init_told |= any(
                "initDurationMs" in e["record"].get("metrics", {}) for e in reported
            )
            events += reported
            self.now_ms += random.choice(GAPS_MS)
            called_ms = self.now_ms
        if is_failed_with_it:
            events += self._invocation(f"{number}-failed", None, "error", called_ms)
        if is_init_told:
            truth.inits_us.append(init_us)
        steps = self._deliver(invokes, events, is_last)
        truth.resets += not is_last
        steps.append((self.now_ms, "shutdown", "spindown" if is_last else reason))
        self.now_ms += random.choice(GAPS_MS)
        return steps

    def _name(self, name: str) -> str:
        """The id of the next request: a new one, or the last one's, which has failed."""
        if self._is_retried and self._failed_name and self.random.random() < 0.7:
            return self._failed_name
        return name

    def _init(self, init_us: int, phase: str, status: str) -> list[dict]:
        begin_ms = self.now_ms
        self.now_ms += init_us // 1000 + 1
        events = [
            pe.init_start(begin_ms, phase=phase),
            pe.init_runtime_done(self.now_ms, phase=phase),
            pe.init_report(self.now_ms, init_us / 1000, phase=phase, status=status),
        ]
        return [event for event in events if self.random.random() >= self.loss]

    def _invocation(
        self,
        request_id: str,
        init_us: int | None,
        status: str,
        called_ms: int,
        repeated_us: int = 0,
    ) -> list[dict]:
        """`init_us`: of the first init. `repeated_us`: of one that ran for this invocation."""
        truth, random = self.truth, self.random
        duration_us = random.randrange(0, 3_000_000)
        error_type = random.choice(("Runtime.OutOfMemory", "Function.Unknown"))
        more = {} if status == "success" else {"errorType": error_type}
        begin_ms = self.now_ms
        if self._busy_until_us is not None:
            truth.gaps_us.append(called_ms * 1000 - self._busy_until_us)
        self._busy_until_us = begin_ms * 1000 + duration_us
        self.now_ms += duration_us // 1000 + 1
        truth.invocations += 1
        truth.duration_us += duration_us
        truth.errors += status in ("error", "failure")
        truth.timeouts += status == "timeout"
        truth.out_of_memory += more == {"errorType": "Runtime.OutOfMemory"}
        events = [
            pe.start(begin_ms, request_id),
            pe.runtime_done(self.now_ms, request_id, duration_us / 1000, status, **more),
        ]
        if random.random() >= self.loss:
            init_ms = None if init_us is None else init_us / 1000
            # A record that is cut between the two would have this duration, and not the other.
            reported_ms = (duration_us + (0 if self.is_early else repeated_us)) / 1000
            report = pe.report(
                self.now_ms, request_id, reported_ms, status, init_ms=init_ms, **more
            )
            truth.billed_ms += report["record"]["metrics"]["billedDurationMs"]
            events.append(report)
        return events

    def _deliver(self, invokes: list, events: list[dict], is_last: bool) -> list:
        """The order in which a process hears of all this: INVOKEs stay in theirs, telemetry not."""
        random = self.random
        events = events + [event for event in events if random.random() < self.disorder / 2]
        if self.disorder:
            width = 1 + int(len(events) * self.disorder)
            order = sorted(range(len(events)), key=lambda i: i + random.randrange(width))
            events = [events[i] for i in order]
        events, self._late = self._late + events, []
        if not is_last and events:
            reported = len(events) - random.randrange(int(len(events) * self.disorder / 4) + 1)
            events, self._late = events[:reported], events[reported:]
        places = sorted(random.randrange(len(invokes) + 1) for _ in events)
        if not self.is_early:
            places = self._not_before(invokes, events, places)
        steps = []
        for i, invoke in enumerate([*invokes, None]):
            batch = [event for event, place in zip(events, places, strict=True) if place == i]
            at_ms = invoke[0] if invoke else self.now_ms
            while batch:
                size = random.randrange(1, len(batch) + 1)
                steps.append((at_ms, "batch", batch[:size]))
                batch = batch[size:]
            if invoke:
                steps.append(invoke)
        return steps

    @staticmethod
    def _not_before(invokes: list, events: list[dict], places: list[int]) -> list[int]:
        """Each event at its place, or after the INVOKE of its request where that comes later."""
        invoked = {name: i + 1 for i, (_, _, name) in enumerate(invokes)}
        least, moved = 0, []
        for event, place in zip(events, places, strict=True):
            least = max(least, place, invoked.get(event["record"].get("requestId"), 0))
            moved.append(least)
        return moved
