"""What a timeline shows: a lane a container, with its inits, invocations, resets and end."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from reuse_cli.analysis.placement import Placement, Record, place
from reuse_cli.analysis.statistics import Row


class Stretch(NamedTuple):
    """A piece of time, in epoch milliseconds."""

    from_ms: float
    to_ms: float


class Trouble(NamedTuple):
    """What a record counts of errors, timeouts and resets, at the record's end."""

    at_ms: float
    counts: dict[str, int]
    """By the names in `TROUBLES`, only what was counted."""

    @property
    def what(self) -> str:
        """In words, such as `1 error, 1 reset`."""
        return ", ".join(_counted(count, name) for name, count in self.counts.items())


@dataclass
class Lane:
    """One container. Times in epoch milliseconds."""

    function_name: str
    container_id: str
    from_ms: float
    to_ms: float
    inits: list[Stretch] = field(default_factory=list)
    invocations: list[Stretch] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    end: str | None = None
    """How it ended; None while it may go on."""
    is_exact: bool = True
    """Whether every invocation is where it was, or only within its record."""

    @property
    def idle(self) -> list[Stretch]:
        """The gaps between invocations, less the inits in them."""
        found = []
        end_ms = self.invocations[0].to_ms if self.invocations else 0.0
        for one in self.invocations[1:]:
            if one.from_ms > end_ms:
                found += _without(Stretch(end_ms, one.from_ms), self.inits)
            end_ms = max(end_ms, one.to_ms)
        return found

    def as_row(self) -> Row:
        """The lane as JSON has it: times in epoch milliseconds, durations in milliseconds."""
        parts = (("init", self.inits), ("invocation", self.invocations), ("idle", self.idle))
        stretches = [
            {"what": what, "from_ms": round(one.from_ms, 3), "to_ms": round(one.to_ms, 3)}
            for what, found in parts
            for one in found
        ]
        troubles = [
            {"at_ms": one.at_ms, **{name: one.counts.get(name, 0) for name in TROUBLES}}
            for one in self.troubles
        ]
        return {
            "function_name": self.function_name,
            "container_id": self.container_id,
            "from_ms": round(self.from_ms, 3),
            "to_ms": round(self.to_ms, 3),
            "end": self.end,
            "inits": len(self.inits),
            "invocations": len(self.invocations),
            "init_ms": _length(self.inits),
            "busy_ms": _length(self.invocations),
            "idle_ms": _length(self.idle),
            **{name: sum(one[name] for one in troubles) for name in TROUBLES},
            "is_exact": self.is_exact,
            "stretches": sorted(stretches, key=lambda one: (one["from_ms"], one["to_ms"])),
            "troubles": troubles,
        }


TROUBLES = ("errors", "timeouts", "out_of_memory", "resets")


def lanes(records: Iterable[Record]) -> list[Lane]:
    """The lanes of container records that are sorted by function, container and sequence.

    They come in order of function and start.
    """
    groups = groupby(records, lambda record: (record["FunctionName"], record["container_id"]))
    found = [_lane(name, container, list(group)) for (name, container), group in groups]
    return sorted(found, key=lambda lane: (lane.function_name, lane.from_ms, lane.container_id))


def _lane(name: str, container_id: str, records: Sequence[Record]) -> Lane:
    first, last = records[0], records[-1]
    placement = place(records)
    began_ms = first["container_started_ms"] if first["sequence"] == 1 else first["from_ms"]
    lane = Lane(
        function_name=name,
        container_id=container_id,
        from_ms=float(began_ms or first["from_ms"] or first["to_ms"]),
        to_ms=float(last["to_ms"]),
        invocations=[Stretch(start, start + duration) for start, duration in placement.times],
        end=last["end"],
        is_exact=placement.is_exact,
    )
    _add_inits(lane, records, placement)
    lane.troubles = _troubles(records)
    lane.from_ms = min([lane.from_ms, *(one.from_ms for one in lane.inits + lane.invocations)])
    lane.to_ms = max([lane.to_ms, *(one.to_ms for one in lane.inits + lane.invocations)])
    return lane


def _troubles(records: Sequence[Record]) -> list[Trouble]:
    """What each record counts; what lost ones counted is in the totals of the next one."""
    found = []
    before: Mapping[str, int | None] = {}
    for record in records:
        total = record["total"] or {}
        counts = {name: record[name] or 0 for name in TROUBLES}
        for name in TROUBLES if before else ():
            added = (total.get(name) or 0) - (before.get(name) or 0)
            counts[name] = max(counts[name], added)
        before = {**before, **{name: value for name, value in total.items() if value is not None}}
        counts = {name: count for name, count in counts.items() if count}
        if counts:
            found.append(Trouble(float(record["to_ms"]), counts))
    return found


def _add_inits(lane: Lane, records: Sequence[Record], placement: Placement) -> None:
    """The first init begins with the container; one that is repeated lies before its record's end.

    Records say how long an init took, and not when a repeated one began: before the first
    invocation of its record.
    """
    for at, record in enumerate(records):
        duration_ms = record["InitDuration"] or record["RestoreDuration"]
        if duration_ms is None:
            continue
        if at == 0 and record["sequence"] == 1:
            lane.inits.append(Stretch(lane.from_ms, lane.from_ms + duration_ms))
            continue
        first_ms = placement.first_ms(record)
        end_ms = float(record["to_ms"]) if first_ms is None else first_ms
        lane.inits.append(Stretch(max(lane.from_ms, end_ms - duration_ms), end_ms))


def _without(gap: Stretch, inits: Sequence[Stretch]) -> list[Stretch]:
    """What is left of a gap in which an init ran."""
    found, from_ms = [], gap.from_ms
    for init in inits:
        if gap.from_ms <= init.from_ms and init.to_ms <= gap.to_ms:
            found.append(Stretch(from_ms, init.from_ms))
            from_ms = init.to_ms
    return [one for one in [*found, Stretch(from_ms, gap.to_ms)] if one.to_ms > one.from_ms]


def _length(stretches: Sequence[Stretch]) -> float:
    return round(sum(one.to_ms - one.from_ms for one in stretches), 3)


def _counted(count: int, name: str) -> str:
    words = name.replace("_", " ")
    return f"{count} {words.removesuffix('s') if count == 1 else words}"
