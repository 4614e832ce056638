"""What a timeline shows: a lane a container, with its inits, invocations, resets and end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from reuse_cli.analysis.recorded_traffic import Record, place


class Stretch(NamedTuple):
    """A piece of time, in epoch milliseconds."""

    from_ms: float
    to_ms: float


@dataclass
class Lane:
    """One container. Times in epoch milliseconds."""

    function_name: str
    container_id: str
    from_ms: float
    to_ms: float
    inits: list[Stretch] = field(default_factory=list)
    invocations: list[Stretch] = field(default_factory=list)
    troubles: list[tuple[float, str]] = field(default_factory=list)
    """(time, what): where a record counts errors, timeouts or resets."""
    end: str | None = None
    """How it ended; None while it may go on."""
    is_exact: bool = True
    """Whether every invocation is where it was, or by the end of its record."""


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
    placed, is_exact = place(records)
    began_ms = first["container_started_ms"] if first["sequence"] == 1 else first["from_ms"]
    lane = Lane(
        function_name=name,
        container_id=container_id,
        from_ms=float(began_ms or first["from_ms"] or first["to_ms"]),
        to_ms=float(last["to_ms"]),
        invocations=[Stretch(start, start + duration) for start, duration in placed],
        end=last["end"],
        is_exact=is_exact,
    )
    _add_inits(lane, records)
    for record in records:
        what = ", ".join(_counted(record[key], key) for key in TROUBLES if record[key])
        if what:
            lane.troubles.append((float(record["to_ms"]), what))
    lane.from_ms = min([lane.from_ms, *(one.from_ms for one in lane.inits + lane.invocations)])
    lane.to_ms = max([lane.to_ms, *(one.to_ms for one in lane.inits + lane.invocations)])
    return lane


def _add_inits(lane: Lane, records: Sequence[Record]) -> None:
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
        from_ms = record["from_ms"] or lane.from_ms
        starts = [one.from_ms for one in lane.invocations if one.from_ms >= from_ms]
        end_ms = starts[0] if starts else record["to_ms"]
        lane.inits.append(Stretch(max(lane.from_ms, end_ms - duration_ms), end_ms))


def _counted(count: int, name: str) -> str:
    words = name.replace("_", " ")
    return f"{count} {words.removesuffix('s') if count == 1 else words}"
