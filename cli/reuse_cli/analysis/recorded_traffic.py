"""Rebuilds every invocation's arrival and run time from container records.

A caller that waited for an init or a restore came before it. What `placement` could not place
exactly counts as approximate.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from statistics import median

from reuse_cli.analysis.placement import RESETS, Placement, Record, place
from reuse_cli.analysis.replay import Traffic

FIELDS = (
    "FunctionName", "container_id", "sequence", "from_ms", "to_ms", "Invocations", "ColdStarts",
    "Duration", "IdleTime", "InitDuration", "RestoreDuration", "init_type", "memory_mb",
    "architecture", "container_started_ms", "init_to_invoke_ms", "total", "end",
)  # fmt: skip
"""What is needed of a record."""
TOTAL_FIELDS = ("cold_starts", "invocations", "duration_ms", "init_ms")
"""What is needed of its totals."""


@dataclass
class Recorded:
    """The traffic of every function in the records, and how well it is known."""

    functions: list[Traffic] = field(default_factory=list)
    span_s: float = 0.0
    """From the first start of a container to the last record."""
    approximate: int = 0
    """Invocations that are within their record, and not exactly where they were."""
    missing: int = 0
    """Invocations that the totals count and no record describes."""
    running: int = 0
    """Containers that had begun before the time asked about."""


@dataclass
class _Function:
    placed: list[tuple[float, float]] = field(default_factory=list)  # (arrival, duration), ms
    inits_ms: list[float] = field(default_factory=list)
    waited_ms: dict[float, float] = field(default_factory=dict)  # by arrival
    resets: set[tuple[float, float]] = field(default_factory=set)  # (arrival, duration), ms
    memory_mb: int = 128
    architecture: str | None = None
    cold_starts: int = 0
    containers: int = 0
    invocations: int = 0
    busy_ms: float = 0.0
    provisioned: int = 0
    provisioned_busy_ms: float = 0.0
    kept_ms: float = 0.0


def recorded(records: Iterable[Record], *, is_whole: bool = True) -> Recorded:
    """The traffic of container records, sorted by function, container and sequence.

    `is_whole`: no records were left out because of their time. Otherwise what the totals were
    before a container's first record is taken off.
    """
    found, functions = Recorded(), dict[str, _Function]()
    first_ms, last_ms = float("inf"), float("-inf")
    for (name, _), group in groupby(records, lambda r: (r["FunctionName"], r["container_id"])):
        container = list(group)
        begun = container[0]
        is_running = not is_whole and (begun["sequence"] or 0) > 1
        before = _before(begun) if is_running else {}
        found.running += is_running
        started_ms = begun["from_ms"] if is_running else begun["container_started_ms"]
        lived = (started_ms or begun["to_ms"], max(record["to_ms"] for record in container))
        _add(functions.setdefault(name, _Function()), container, before, lived, found)
        first_ms, last_ms = min(first_ms, lived[0]), max(last_ms, lived[1])
    found.functions = [_traffic(name, function) for name, function in functions.items()]
    found.span_s = max(0.0, (last_ms - first_ms) / 1000) if functions else 0.0
    return found


def _before(record: Record) -> dict[str, float]:
    """What a container's totals were before this record."""
    total, init_ms = record["total"] or {}, record["InitDuration"] or record["RestoreDuration"]
    own = {
        "cold_starts": record["ColdStarts"],
        "invocations": record["Invocations"],
        "duration_ms": sum(record["Duration"] or ()),
        "init_ms": init_ms,
    }
    return {name: (total.get(name) or 0) - (value or 0) for name, value in own.items()}


def _add(
    function: _Function,
    container: Sequence[Record],
    before: Mapping[str, float],
    lived: tuple[float, float],
    found: Recorded,
) -> None:
    last = container[-1]
    total = {
        name: ((last["total"] or {}).get(name) or 0) - before.get(name, 0) for name in TOTAL_FIELDS
    }
    placement = place(container)
    placed = placement.times
    cold_starts = int(total["cold_starts"])
    inits = [
        record[name]
        for record in container
        for name in ("InitDuration", "RestoreDuration")
        if record[name] is not None
    ]
    is_provisioned = last["init_type"] == "provisioned-concurrency"
    _add_waiting(function, container, placement)
    function.resets.update(_resets(container, placement))
    function.placed += placed
    function.memory_mb = last["memory_mb"] or function.memory_mb
    function.architecture = last["architecture"] or function.architecture
    function.inits_ms += inits
    function.cold_starts += cold_starts
    function.containers += 1
    function.invocations += max(int(total["invocations"]), len(placed))
    run_ms = max(total["duration_ms"], sum(duration_ms for _, duration_ms in placed))
    if is_provisioned:  # its inits are in the price of what is provisioned
        function.provisioned += 1
        function.provisioned_busy_ms += run_ms
        function.kept_ms += max(0.0, lived[1] - lived[0])
    else:
        function.busy_ms += run_ms + (total["init_ms"] or sum(inits))
    found.approximate += 0 if placement.is_exact else len(placed)
    found.missing += max(0, int(total["invocations"]) - len(placed))


def _add_waiting(function: _Function, container: Sequence[Record], placement: Placement) -> None:
    """Callers that waited for an init came before it.

    The init may be in the record before the one with the invocation.
    """
    init_ms, is_cold = None, False
    for record in container:
        own_ms = record["InitDuration"] or record["RestoreDuration"]
        if own_ms is not None:
            init_ms, is_cold = own_ms, False
        is_cold = is_cold or bool(record["ColdStarts"])
        at = placement.firsts.get(record["sequence"])
        if at is None:
            continue
        if init_ms is not None and is_cold:
            start_ms, duration_ms = placement.times[at]
            placement.times[at] = (start_ms - init_ms, duration_ms)
            function.waited_ms[start_ms - init_ms] = init_ms
        init_ms, is_cold = None, False


def _resets(container: Sequence[Record], placement: Placement) -> Iterable[tuple[float, float]]:
    """The invocations after which the container was reset: the last of a process.

    The last record of a process may be without it: the invocation is where it began.
    """
    last = -1
    for record in container:
        last = (
            placement.firsts.get(record["sequence"], last + 1) + len(record["Duration"] or ()) - 1
        )
        if record["end"] in RESETS and last >= 0:
            yield placement.times[last]


def _traffic(name: str, function: _Function) -> Traffic:
    function.placed.sort()
    return Traffic(
        function_name=name,
        arrivals_ms=[arrival for arrival, _ in function.placed],
        durations_ms=[duration for _, duration in function.placed],
        init_ms=median(function.inits_ms) if function.inits_ms else 0.0,
        waited_ms=function.waited_ms,
        resets=function.resets,
        memory_mb=function.memory_mb,
        architecture=function.architecture,
        recorded_cold_starts=function.cold_starts,
        recorded_containers=function.containers,
        recorded_invocations=function.invocations,
        recorded_busy_ms=function.busy_ms,
        recorded_provisioned=function.provisioned,
        recorded_provisioned_busy_ms=function.provisioned_busy_ms,
        recorded_kept_ms=function.kept_ms,
    )
