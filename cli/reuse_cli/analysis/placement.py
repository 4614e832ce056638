"""When the invocations of a container ran, as its records tell.

A container's records hold, in order, the handler time of each invocation (`Duration`) and the idle
gap before each but the first (`IdleTime`). Where both are complete, one known time gives all
others: a record ends with the end of its last invocation, or, where the next one had begun, with
that one's start, or, where the last one went on into another minute, with its own start; one that
ends a process ends later, and begins with its first invocation. Which of them it is shows in where
the first invocation is then: at the record's begin, or after the gap before it. Where something is
missing (a lost record, an invocation without an end, several at once on managed
instances), each record is placed by itself.

An init that was repeated after a reset is before the first invocation of its record. It is no idle
time: a gap ends where the init began, unless the init was short.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Record = Mapping[str, Any]
"""A container record: the fields of one line, by their names in it."""

SHORT_INIT_MS = 1000
"""A repeated init that is no longer than that may lie within the idle gap."""
RESETS = ("timeout", "failure")
"""Ends of a process after which the container goes on."""
TOLERANCE_MS = 5
"""Records have whole milliseconds, and end a little after their last invocation does."""


@dataclass
class Placement:
    """Start and duration of each invocation, in milliseconds, in the order of the records."""

    times: list[tuple[float, float]] = field(default_factory=list)
    firsts: dict[int, int] = field(default_factory=dict)
    """By sequence number, where in `times` the first invocation of the record is."""
    is_exact: bool = True
    """Whether the gaps between all of them are known."""

    def first_ms(self, record: Record) -> float | None:
        """When the first invocation of a record began; None where it has none."""
        at = self.firsts.get(record["sequence"])
        return None if at is None else self.times[at][0]


def place(container: Sequence[Record]) -> Placement:
    """The invocations of one container's records, sorted by their sequence numbers.

    Records that follow one another are placed together, as far as their gaps are complete.
    """
    found = Placement()
    runs = _runs(container)
    for run in runs:
        _add_run(found, run)
    found.is_exact = found.is_exact and len(runs) == 1
    return found


def _runs(container: Sequence[Record]) -> list[list[Record]]:
    """The records in the parts between those that are missing.

    Where one is missing, a part ends with a process too: when the next one began is not known by
    the records before.
    """
    if not container:
        return []
    sequences = [record["sequence"] for record in container]
    is_whole = sequences == list(range(sequences[0], sequences[0] + len(sequences)))
    runs: list[list[Record]] = [[]]
    for record in container:
        before = runs[-1][-1] if runs[-1] else None
        is_next = before is None or record["sequence"] == before["sequence"] + 1
        if is_whole or (is_next and not (before and before["end"])):
            runs[-1].append(record)
        else:
            runs.append([record])
    return runs


def _add_run(found: Placement, run: Sequence[Record]) -> None:
    served = [record for record in run if record["Duration"]]
    durations = [value for record in served for value in record["Duration"]]
    gaps = [value for record in run for value in record["IdleTime"] or ()]
    if not durations:
        return
    leading = _has_begun(run[0])
    trailing = len(gaps) - leading - (len(durations) - 1)
    at = len(found.times)
    for record in served:
        found.firsts[record["sequence"]] = at
        at += len(record["Duration"])
    if trailing in (0, 1):
        gaps = gaps[leading:]  # the records may begin within the container's life
        first = served[0]
        own = sum(len(r["IdleTime"] or ()) for r in run[: run.index(first) + 1])
        start_ms = _start(first, gaps[: own - leading])  # the last may be one before what runs on
        _add_inits(start_ms, served, gaps)
        found.times += _chain(start_ms, durations, gaps)
        return
    found.is_exact = False
    floor_ms = _begin(served[0]) if served[0]["sequence"] == 1 else None
    for record in served:
        found.times += _by_itself(record, floor_ms)


def _by_itself(record: Record, floor_ms: float | None) -> list[tuple[float, float]]:
    """The invocations of one record, of which not every gap is known; none before `floor_ms`.

    Where they take more time than the record has, several ran at once: the ends, whose order is
    known, are then spread over the record.
    """
    own_ms = record["Duration"]
    gaps = list(record["IdleTime"] or ())[-(len(own_ms) - 1) :] if len(own_ms) > 1 else []
    gaps = [0.0] * (len(own_ms) - 1 - len(gaps)) + gaps
    from_ms = record["from_ms"]
    span_ms = None if from_ms is None else max(0.0, record["to_ms"] - from_ms)
    serial_ms = sum(own_ms[:-1]) + sum(gaps)  # the last may go on into another minute
    if span_ms is None or len(own_ms) == 1 or serial_ms <= span_ms + TOLERANCE_MS:
        return _chain(_start(record, gaps), own_ms, gaps)
    step_ms = span_ms / len(own_ms)
    starts = [from_ms + at * step_ms - own_ms[at - 1] for at in range(1, len(own_ms) + 1)]
    return [
        (start_ms if floor_ms is None else max(start_ms, floor_ms), duration_ms)
        for start_ms, duration_ms in zip(starts, own_ms, strict=True)
    ]


def repeated_init_ms(record: Record) -> float | None:
    """How long the init took that was repeated in a record; None where there was none."""
    duration_ms: float | None = record["InitDuration"]
    return duration_ms if (record["sequence"] or 0) > 1 else None


def _start(record: Record, gaps: Sequence[float]) -> float:
    """When the first invocation of a record began; `gaps`: those behind it."""
    began_ms = _begin(record)
    start_ms = float(record["to_ms"] - sum(record["Duration"]) - sum(gaps))
    if record["end"] and began_ms is not None:
        # A process that is reset ends soon after its last invocation.
        begins = _begins(record) if record["end"] in RESETS else []
        return max([began_ms, *(at_ms for at_ms in begins if at_ms <= start_ms + TOLERANCE_MS)])
    near = (_near(record, at_ms) for at_ms in (start_ms, start_ms + record["Duration"][-1]))
    return next((at_ms for at_ms in near if at_ms is not None), start_ms)


def _near(record: Record, start_ms: float) -> float | None:
    """The time near this one at which the first invocation of a record may have begun."""
    begins = _begins(record)
    nearest = min(begins, key=lambda at_ms: abs(at_ms - start_ms), default=None)
    is_near = nearest is not None and abs(nearest - start_ms) <= TOLERANCE_MS
    return nearest if is_near else None


def _begins(record: Record) -> list[float]:
    """When the first invocation of a record may have begun.

    With the record, after an init, or after the gap since the invocation before it, which may have
    an init behind it.
    """
    began_ms = _begin(record)
    found = [] if began_ms is None else [began_ms]
    if record["from_ms"] is not None:
        init_ms = record["InitDuration"] or 0.0
        gap_ms = (record["IdleTime"] or [0.0])[0]
        found += [record["from_ms"] + some for some in (0.0, gap_ms, gap_ms + init_ms)]
    return found


def _begin(record: Record) -> float | None:
    """The same by the begin of the record; None where it began with something else."""
    init_ms = record["InitDuration"] or record["RestoreDuration"] or 0.0
    if record["sequence"] == 1:
        began_ms = (
            record["container_started_ms"] if record["init_to_invoke_ms"] is not None else None
        )
        init_ms += record["init_to_invoke_ms"] or 0
    elif len(record["IdleTime"] or ()) >= len(record["Duration"]):
        began_ms = record["from_ms"]
    else:
        began_ms = None
    return None if began_ms is None else began_ms + init_ms


def _has_begun(record: Record) -> bool:
    """Whether the container had served invocations before those of this record."""
    total = (record["total"] or {}).get("invocations") or 0
    return bool(total > (record["Invocations"] or 0))


def _add_inits(start_ms: float, served: Sequence[Record], gaps: list[float]) -> None:
    """Add repeated inits to the gaps that end where they began.

    Whether a gap ends so is known by the end of the record, after which nothing of it can have run.
    """
    at, end_ms = len(served[0]["Duration"]), start_ms + sum(served[0]["Duration"])
    end_ms += sum(gaps[: at - 1])
    for record in served[1:]:
        own = len(record["Duration"])
        end_ms += sum(gaps[at - 1 : at - 1 + own]) + sum(record["Duration"])
        init_ms = repeated_init_ms(record)
        if init_ms is not None and _is_before_init(record, end_ms, init_ms):
            gaps[at - 1] += init_ms
            end_ms += init_ms
        at += own


def _is_before_init(record: Record, end_ms: float, init_ms: float) -> bool:
    """Whether the gap before a record's first invocation ends where its repeated init began.

    `end_ms`: the end of its last invocation, if it does not.
    """
    if init_ms > SHORT_INIT_MS:
        return bool(end_ms + init_ms / 2 <= record["to_ms"])
    return bool(abs(end_ms + init_ms - record["to_ms"]) < min(TOLERANCE_MS, init_ms / 2))


def _chain(
    start_ms: float, durations: Sequence[float], gaps: Sequence[float]
) -> list[tuple[float, float]]:
    placed = []
    for duration_ms, gap_ms in zip(durations, [*gaps, 0.0], strict=False):
        placed.append((start_ms, duration_ms))
        start_ms += duration_ms + gap_ms
    return placed
