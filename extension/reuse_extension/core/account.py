"""The account of one container: running totals, and period by period the records that tell them."""

from . import records, reuse
from .container_fields import TOTAL_FIELDS
from .emf import BLANK
from .idle import IdleGaps
from .inits import MANAGED, RESTORE, Inits
from .period import MINUTE_MS, Period
from .records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from .inits import Init
    from .invocations import Invocation

COUNTED = {
    "Invocations": "invocations",
    "ColdStarts": "cold_starts",
    "errors": "errors",
    "timeouts": "timeouts",
    "out_of_memory": "out_of_memory",
    "resets": "resets",
}
"""A period's counts that have a running total, and its name."""


class Account:
    """What is told of a container. Records gather in `written` until somebody takes them."""

    def __init__(
        self,
        who: "dict[str, Any]",
        look_at_pages: "Callable[[], list[tuple[str, Any]]]",
        make_id: "Callable[[], str]",
        started_ms: int,
        is_each_told: bool,
    ) -> None:
        """`who`: the fields that never change, by their names in a record.

        `look_at_pages` reads the helper's pages, `make_id` invents an id where the platform tells
        none, `started_ms` is when this process began, which is near the container's start, and
        `is_each_told` asks for one record an invocation.
        """
        self.who = who
        self._look_at_pages = look_at_pages
        self._make_id = make_id
        self.process_started_ms = started_ms
        self.is_each_told = is_each_told
        self.written: "list[Record]" = []
        self.begin()

    def begin(self) -> None:
        """Begin an empty account, of a container of which nothing is known."""
        self.container_id: "str | None" = None
        self.instance_id: "str | None" = None
        self.started_ms: "int | None" = None
        self.sequence = 0
        self.totals: "dict[str, Any]" = {field.name: 0 for field in TOTAL_FIELDS}
        self.totals["function_errors"] = None  # until the helper observes
        self.inits = Inits()
        self.reuse = reuse.Reuse()
        self.period = Period(0)
        self.gaps = IdleGaps(self.who["init_type"] == MANAGED)
        self._active_minute: "int | None" = None
        self._phases: "list[Any]" = []  # seen, and not told yet: they belong to an init

    def touch(self, time_ms: int) -> None:
        """Something happened at this time; what belongs to an earlier minute is told first."""
        minute = self.period.minute
        if minute is not None and time_ms // MINUTE_MS > minute and self.is_worth_a_record:
            self.close()
        self.period.touch(time_ms)

    @property
    def is_worth_a_record(self) -> bool:
        """Whether there is something to tell already."""
        return self.period.is_worth_a_record or bool(self.inits.untold(False))

    @property
    def has_served(self) -> bool:
        """Whether the container has served an invocation."""
        return bool(self.totals["invocations"])

    def add(self, name: str, amount: int = 1) -> None:
        """Count something in this period and, where there is one, in its running total."""
        self.period.add(name, amount)
        if name in COUNTED:
            self.totals[COUNTED[name]] += amount

    def begun(self, invocation: "Invocation", time_ms: int) -> None:
        """An invocation is counted, once, in the minute of this time."""
        self.touch(time_ms)
        if self.period.is_full or (self.is_each_told and self.period.invocations):
            self.close()
            self.period.touch(time_ms)
        invocation.is_counted = True
        invocation.period = self.period
        self.period.invocations.append(invocation)
        self.add("Invocations")
        if self._active_minute != self.period.minute:
            self._active_minute = self.period.minute
            self.add("ActiveContainers")

    def ended(self, invocation: "Invocation") -> None:
        """An invocation's duration has become known."""
        if invocation.is_told or invocation.period is self.period:
            return
        if self.period.is_full:
            self.close()
        invocation.period = self.period
        self.period.late.append(invocation)

    def close(self, end: "str | None" = None, is_over: bool = False) -> None:
        """Tell the period and begin the next.

        `end`: how the process ends, in its last record. `is_over`: whether the container does too.
        A record tells one init, so that its durations are single numbers.
        """
        untold = self.inits.untold(end is not None)
        for init in untold[:-1]:
            self._tell(init, None, False)
        self._tell(untold[-1] if untold else None, end, is_over)

    def skip_pages(self, before_ms: int) -> None:
        """What pages begun before this time say was counted elsewhere."""
        self.reuse.skip(self._look_at_pages(), before_ms)

    def look(self, pages: "list[tuple[str, Any]]") -> None:
        """Count what is new in these (name, page) pairs."""
        self._phases += self.reuse.look(pages)

    def _tell(self, init: "Init | None", end: "str | None", is_over: bool) -> None:
        """Write one container record, and after it what it sums up."""
        period = self.period
        # Nothing but uncounted pieces has come yet: then it is the present.
        period.touch(period.to_ms or self.process_started_ms)
        self._settle_identity()
        self.look(self._look_at_pages())
        changed = self.reuse.changed()
        self.sequence += 1
        values = self._who(records.CONTAINER)
        values.update(period.counts)
        values.update(period.values)
        values.update(self._times())
        values.update(reuse.summary(changed))
        values["FunctionErrors"] = values["function_errors"] = self.reuse.take_function_errors()
        values.update(_init_metric(init))
        self._add_to_totals(values)
        values["end"] = end
        values["total"] = dict(self.totals)
        if is_over:
            values["InvocationsPerContainer"] = self.totals["invocations"] or None
            values["UnusedInits"] = None if self.totals["invocations"] else 1
            values["ContainerLifetime"] = values["ContainerAge"]
        self._write(records.CONTAINER, values)
        for name, resource in changed:
            self._write(records.RESOURCE, self._resource(name, resource))
            resource.start_period()
        if init is not None or (end and self._phases):
            self._write(records.INIT, self._init(init))
        self.period = Period(period.to_ms)

    def _write(self, kind: str, values: "dict[str, Any]") -> None:
        self.written.append(Record(kind, self.period.to_ms, values))

    def _settle_identity(self) -> None:
        """The platform's id as soon as it is known; until then a made one, and always the same."""
        self.container_id = self.instance_id or self.container_id or self._make_id()
        if self.started_ms is None:
            from_ms = self.period.from_ms or self.process_started_ms
            self.started_ms = min(self.process_started_ms, from_ms)

    def _who(self, kind: str) -> "dict[str, Any]":
        values = dict(self.who)
        values["record"] = kind
        values["container_id"] = self.container_id
        values["container_started_ms"] = self.started_ms
        values["sequence"] = self.sequence
        values["from_ms"] = self.period.from_ms
        values["to_ms"] = self.period.to_ms
        age_ms = self.period.to_ms - (self.started_ms or 0)
        values["ContainerAge"] = age_ms if age_ms >= 0 else None
        return values

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
                invocation.is_told = True
                durations_us.append(invocation.duration_us)
            invocation.period = None
        return {"IdleTime": idle_us or None, "Duration": durations_us or None}

    def _add_to_totals(self, values: "dict[str, Any]") -> None:
        totals = self.totals
        totals["records"] = self.sequence
        totals["init_ms"] += values.get("InitDuration") or 0
        totals["duration_ms"] += sum(values["Duration"] or ())
        totals["hits"] += values["CacheHits"] or 0
        totals["misses"] += values["CacheMisses"] or 0
        totals["saved_ms"] += values["TimeSaved"] or 0
        totals["recreated_ms"] += values["TimeRecreated"] or 0
        if values["function_errors"] is not None:
            totals["function_errors"] = (totals["function_errors"] or 0) + values["function_errors"]

    def _resource(self, name: str, resource: "reuse.Resource") -> "dict[str, Any]":
        values = self._who(records.RESOURCE)
        values["Resource"] = name or BLANK
        values["kind"] = resource.kind
        values["call_site"] = resource.call_site or None
        values.update(reuse.values(resource.period, resource.period_saved_us))
        values.update(reuse.summary([(name, resource)]))
        values["total"] = reuse.values(resource.total, resource.saved_us)
        return values

    def _init(self, init: "Init | None") -> "dict[str, Any]":
        values = self._who(records.INIT)
        values["kind"] = self.who["init_type"]
        if init is not None:
            init.is_told = True
            values["phase"] = init.phase
            values["start_ms"] = init.start_ms
            values["duration_ms"] = init.known_us
            values["status"] = init.status
            values["error_type"] = init.error_type
        values["phases"] = [
            {
                "name": phase.name,
                "start_ms": phase.start_ms,
                "duration_ms": phase.duration_us,
                "failed": phase.failed or None,
            }
            for phase in self._phases[: reuse.MOST_PHASES]
        ] or None
        self._phases = []
        return values

    def snapshot(self) -> "dict[str, Any]":
        """What must survive a reset, as JSON."""
        return {
            "container_id": self.container_id,
            "instance_id": self.instance_id,
            "started_ms": self.started_ms,
            "runtime": self.who.get("runtime"),
            "sequence": self.sequence,
            "totals": [self.totals[field.name] for field in TOTAL_FIELDS],
            "told_to_ms": self.period.not_before_ms,
            "active_minute": self._active_minute,
            "gaps": self.gaps.snapshot(),
            "inits": self.inits.snapshot(),
            "reuse": self.reuse.snapshot(),
        }

    def restore(self, snapshot: "dict[str, Any]") -> None:
        """Go on from what a process before this one left."""
        self.container_id = snapshot["container_id"]
        self.instance_id = snapshot["instance_id"]
        self.started_ms = snapshot["started_ms"]
        self.who["runtime"] = snapshot["runtime"]
        self.sequence = snapshot["sequence"]
        for field, value in zip(TOTAL_FIELDS, snapshot["totals"]):
            self.totals[field.name] = value
        self.period = Period(snapshot["told_to_ms"])
        self._active_minute = snapshot["active_minute"]
        self.gaps.restore(snapshot["gaps"])
        self.inits.restore(snapshot["inits"])
        self.reuse.restore(snapshot["reuse"])


def _init_metric(init: "Init | None") -> "dict[str, Any]":
    if init is None:
        return {}
    return {"RestoreDuration" if init.phase == RESTORE else "InitDuration": init.known_us}
