"""Rebuilds every invocation's arrival and run time from container records.

A container's records hold, in order, the handler time of each invocation (`Duration`) and the idle
gap before each but the first (`IdleTime`). Where both are complete, one known time gives all
others: the first record is written when the first invocation has ended, and ends with it. Where
something is missing (a lost record, an invocation without an end, several at once on managed
instances), each record is placed by its own end, and the invocations count as approximate.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from statistics import median
from typing import Any

from reuse_cli.analysis.replay import Traffic

Record = Mapping[str, Any]
"""A container record: the fields of one line, by their names in it."""
FIELDS = (
    "FunctionName", "container_id", "sequence", "from_ms", "to_ms", "Invocations", "ColdStarts",
    "Duration", "IdleTime", "InitDuration", "RestoreDuration", "init_type", "memory_mb",
    "architecture", "container_started_ms", "total",
)  # fmt: skip
"""What is needed of a record."""


@dataclass
class Recorded:
    """The traffic of every function in the records, and how well it is known."""

    functions: list[Traffic] = field(default_factory=list)
    span_s: float = 0.0
    """From the first start of a container to the last record."""
    approximate: int = 0
    """Invocations that were placed by the end of their record."""
    missing: int = 0
    """Invocations that the totals count and no record describes."""


@dataclass
class _Function:
    placed: list[tuple[float, float]] = field(default_factory=list)  # (arrival, duration), ms
    inits_ms: list[float] = field(default_factory=list)
    memory_mb: int = 128
    architecture: str | None = None
    cold_starts: int = 0
    containers: int = 0
    provisioned: int = 0
    init_ms: float = 0.0


def recorded(records: Iterable[Record]) -> Recorded:
    """The traffic of container records, sorted by function, container and sequence."""
    found, functions = Recorded(), dict[str, _Function]()
    first_ms, last_ms = float("inf"), float("-inf")
    for (name, _), group in groupby(records, lambda r: (r["FunctionName"], r["container_id"])):
        container = list(group)
        _add(functions.setdefault(name, _Function()), container, found)
        first_ms = min(first_ms, container[0]["container_started_ms"] or container[0]["to_ms"])
        last_ms = max(last_ms, *(record["to_ms"] for record in container))
    found.functions = [_traffic(name, function) for name, function in functions.items()]
    found.span_s = max(0.0, (last_ms - first_ms) / 1000) if functions else 0.0
    return found


def _add(function: _Function, container: Sequence[Record], found: Recorded) -> None:
    last = container[-1]
    total = last["total"] or {}
    placed, is_exact = _place(container)
    cold_starts = total.get("cold_starts") or 0
    inits = [
        record[name]
        for record in container
        for name in ("InitDuration", "RestoreDuration")
        if record[name] is not None
    ]
    is_provisioned = last["init_type"] == "provisioned-concurrency"
    if placed and cold_starts and inits and not is_provisioned:
        start_ms, duration_ms = placed[0]
        placed[0] = (start_ms - inits[0], duration_ms)  # the caller had to wait for the init
    function.placed += placed
    function.memory_mb = last["memory_mb"] or function.memory_mb
    function.architecture = last["architecture"] or function.architecture
    function.inits_ms += inits
    function.init_ms += total.get("init_ms") or sum(inits)
    function.cold_starts += cold_starts
    function.containers += 1
    function.provisioned += is_provisioned
    found.approximate += 0 if is_exact else len(placed)
    found.missing += max(0, (total.get("invocations") or 0) - len(placed))


def _place(container: Sequence[Record]) -> tuple[list[tuple[float, float]], bool]:
    """(start, duration) of each invocation in ms, and whether the gaps between them are known."""
    served = [record for record in container if record["Duration"]]
    durations = [value for record in served for value in record["Duration"]]
    gaps = [value for record in container for value in record["IdleTime"] or ()]
    if not durations:
        return [], True
    before_first = len(gaps) - (len(durations) - 1)
    if before_first in (0, 1) and _is_whole(container):
        gaps = gaps[before_first:]  # the records may begin within the container's life
        first = served[0]
        inner = len(first["Duration"]) - 1
        end_ms = first["to_ms"] - sum(first["Duration"][1:]) - sum(gaps[:inner])
        return _chain(end_ms - durations[0], durations, gaps), True
    placed = []
    for record in served:
        own = record["Duration"]
        own_gaps = list(record["IdleTime"] or ())[-(len(own) - 1) :] if len(own) > 1 else []
        own_gaps = [0.0] * (len(own) - 1 - len(own_gaps)) + own_gaps
        placed += _chain(record["to_ms"] - sum(own) - sum(own_gaps), own, own_gaps)
    return placed, False


def _is_whole(container: Sequence[Record]) -> bool:
    """Whether no record is missing between the first and the last."""
    sequences = [record["sequence"] for record in container]
    return sequences == list(range(sequences[0], sequences[0] + len(sequences)))


def _chain(
    start_ms: float, durations: Sequence[float], gaps: Sequence[float]
) -> list[tuple[float, float]]:
    placed = []
    for duration_ms, gap_ms in zip(durations, [*gaps, 0.0], strict=True):
        placed.append((start_ms, duration_ms))
        start_ms += duration_ms + gap_ms
    return placed


def _traffic(name: str, function: _Function) -> Traffic:
    function.placed.sort()
    return Traffic(
        function_name=name,
        arrivals_ms=[arrival for arrival, _ in function.placed],
        durations_ms=[duration for _, duration in function.placed],
        init_ms=median(function.inits_ms) if function.inits_ms else 0.0,
        memory_mb=function.memory_mb,
        architecture=function.architecture,
        recorded_cold_starts=function.cold_starts,
        recorded_containers=function.containers,
        recorded_init_ms=function.init_ms,
        recorded_provisioned=function.provisioned,
    )
