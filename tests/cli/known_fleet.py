"""A fleet whose every number is known: containers that are lived minute by minute.

What happens is added up twice: into the records, as the extension writes them, and into plain
lists, of which the truth is made. `known_fleet_files.py` writes the records into files.
"""

import json
import random
from dataclasses import dataclass, field
from typing import Any

from reuse_extension.core.records import REASONS

from tests.cli.records import STARTED_MS
from tests.cli.shapes import AWS

MINUTE_MS = 60_000
INIT_TYPES = {
    "on-demand": "on-demand",
    "proactive": "on-demand",
    "provisioned": "provisioned-concurrency",
    "snap-start": "snap-start",
    "managed": "lambda-managed-instances",
}
FUNCTIONS = ("billing", "orders", "search", "thumbnails")
RESOURCES = (("table", "app.py:3"), ("table", "app.py:9"), ("token", "auth.py:12"))
USE = ("hits", "misses", "build_ms", "builds_in_init", "builds_in_invocations", "failed_builds",
       "saved_ms", "recreated", "recreated_ms")  # fmt: skip


@dataclass
class Life:
    """One container: who it is, what happened to it, and its lines."""

    function: str
    container_id: str
    kind: str
    began_ms: int
    memory_mb: int
    architecture: str
    last_ms: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    inits: list[dict[str, Any]] = field(default_factory=list)
    durations: list[int] = field(default_factory=list)
    idle: dict[int, list[int]] = field(default_factory=dict)
    uses: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    memory_used: list[int] = field(default_factory=list)
    end: str | None = None
    records: int = 0
    lost: set[int] = field(default_factory=set)
    lines: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    """(sequence, record)."""

    def add(self, name: str, value: int) -> None:
        self.counts[name] = self.counts.get(name, 0) + value


COUNTS = ("invocations", "cold_starts", "errors", "timeouts", "out_of_memory", "resets", "hits",
          "misses", "saved_ms", "recreated_ms")  # fmt: skip


def lives(number: int, seed: int = 1) -> list[Life]:
    """So many containers."""
    chance = random.Random(seed)
    return [_live(chance, at) for at in range(number)]


def _live(chance: random.Random, at: int) -> Life:
    function = chance.choice(FUNCTIONS)
    kind = chance.choice(list(INIT_TYPES))
    began_ms = STARTED_MS + chance.randrange(6 * 60) * MINUTE_MS + chance.randrange(MINUTE_MS)
    name = f"2026/11/21/[$LATEST]{at:032x}"
    # A function has one size and one architecture.
    memory_mb = 128 << FUNCTIONS.index(function)
    architecture = "arm64" if function in ("billing", "search") else "x86_64"
    life = Life(function, name, kind, began_ms, memory_mb, architecture)
    life.counts = dict.fromkeys(COUNTS, 0)
    life.uses = {one: {**dict.fromkeys(USE, 0), "reasons": dict.fromkeys(REASONS, 0)}
                 for one in RESOURCES}  # fmt: skip
    is_unused = kind in ("proactive", "provisioned") and chance.random() < 0.3
    minutes = 1 if is_unused else chance.randint(1, 12)
    ends = is_unused or chance.random() < 0.8
    for minute in range(minutes):
        is_last = minute == minutes - 1
        _minute(life, chance, minute, is_unused=is_unused, end=is_last and ends)
    for sequence in range(2, life.records):
        if chance.random() < 0.05 and not any(one["sequence"] == sequence for one in life.inits):
            life.lost.add(sequence)
    return life


def _minute(life: Life, chance: random.Random, minute: int, *, is_unused: bool, end: bool) -> None:
    """One period, and its record."""
    life.records += 1
    to_ms = life.began_ms + (minute + 1) * MINUTE_MS
    own: dict[str, Any] = {}
    if minute == 0:
        _init(life, chance, own, is_unused=is_unused)
    elif not is_unused and chance.random() < 0.1:
        _reset(life, chance, own)
    if not is_unused:
        _serve(life, chance, own)
    if end:
        life.end = own["end"] = "spindown"
    elif own.get("end") is None:
        life.end = None
    life.last_ms = to_ms
    _write(life, own, to_ms)


def _init(life: Life, chance: random.Random, own: dict[str, Any], *, is_unused: bool) -> None:
    took = chance.randint(80_000, 900_000) / 1000
    is_restore = life.kind == "snap-start"
    own["RestoreDuration" if is_restore else "InitDuration"] = took
    if life.kind in ("on-demand", "snap-start") and not is_unused:
        own |= {"ColdStarts": 1, "cold_start_kind": life.kind}
        life.add("cold_starts", 1)
    elif life.kind in ("proactive", "provisioned") and not is_unused:
        own["init_kind"] = life.kind
    _tell_init(life, took, "restore" if is_restore else "init", life.kind, life.began_ms, chance)


def _reset(life: Life, chance: random.Random, own: dict[str, Any]) -> None:
    """A timeout or a crash, and the init that the next invocation waits for."""
    what = chance.choice(["timeouts", "errors"])
    took = chance.randint(80_000, 900_000) / 1000
    own |= {what: 1, "resets": 1, "InitDuration": took, "ColdStarts": 1}
    own |= {"cold_start_kind": "suppressed", "end": "timeout" if what == "timeouts" else "failure"}
    if what == "errors" and chance.random() < 0.5:
        own["out_of_memory"] = 1
        life.add("out_of_memory", 1)
    life.end = own["end"]
    for name in (what, "resets", "cold_starts"):
        life.add(name, 1)
    _tell_init(life, took, "invoke", "suppressed", life.last_ms + 1000, chance)


def _tell_init(
    life: Life, took: float, phase: str, kind: str, start_ms: int, chance: random.Random
) -> None:
    """The init's own record, which may be lost: the container's has the duration as well."""
    is_told = chance.random() < 0.9
    life.inits.append({
        "sequence": life.records, "duration_ms": took, "init_kind": kind,
        "phase": phase if is_told else ("restore" if phase == "restore" else None),
        "start_ms": start_ms if is_told else life.began_ms,
        "status": "success" if is_told else None,
    })  # fmt: skip
    if is_told:
        reported = {"record": "init/1", **_who(life), "sequence": life.records}
        reported |= {"kind": INIT_TYPES[life.kind], "phase": phase, "start_ms": start_ms}
        life.lines.append((life.records, {**reported, "duration_ms": took, "status": "success"}))


def _serve(life: Life, chance: random.Random, own: dict[str, Any]) -> None:
    number = chance.randint(1, 40)
    durations = [chance.randint(1, 900) for _ in range(number)]
    is_first = life.counts["invocations"] == 0
    gaps = [chance.randint(0, 5000) for _ in range(number - is_first)]
    used = chance.randint(40, 120)
    own |= {"Invocations": number, "ActiveContainers": 1, "Duration": durations, "MemoryUsed": used}
    if gaps:
        own["IdleTime"] = gaps
    life.idle[life.records] = gaps
    life.durations += durations
    life.memory_used.append(used)
    life.add("invocations", number)
    for resource in RESOURCES:
        if chance.random() < 0.5:
            _use(life, chance, own, resource)


def _use(life: Life, chance: random.Random, own: dict[str, Any], resource: tuple[str, str]) -> None:
    """Look-ups of one resource, and its record. Times are whole, so that sums are exact."""
    period: dict[str, Any] = {name: chance.randint(0, 9) for name in USE}
    period["reasons"] = {chance.choice(REASONS): chance.randint(1, 5)}
    total = life.uses[resource]
    for name in USE:
        total[name] += period[name]
    for reason, count in period["reasons"].items():
        total["reasons"][reason] += count
    for name, metric in (("hits", "CacheHits"), ("misses", "CacheMisses"),
                         ("saved_ms", "TimeSaved"), ("recreated_ms", "TimeRecreated")):  # fmt: skip
        own[metric] = own.get(metric, 0) + period[name]
        life.add(name, period[name])
    name, call_site = resource
    reported = {"record": "resource/1", **_who(life), "sequence": life.records, "Resource": name}
    reported |= {"kind": "resource", "call_site": call_site, **period}
    reported["total"] = {**total, "reasons": {k: v for k, v in total["reasons"].items() if v}}
    life.lines.append((life.records, json.loads(json.dumps(reported))))


def _who(life: Life) -> dict[str, Any]:
    return {"FunctionName": life.function, "container_id": life.container_id}


def _write(life: Life, own: dict[str, Any], to_ms: int) -> None:
    total = {**life.counts, "duration_ms": sum(life.durations), "records": life.records}
    total |= {
        "billed_ms": sum(life.durations),
        "init_ms": sum(i["duration_ms"] for i in life.inits),
    }
    record = {**AWS, "record": "container/1", **_who(life), "function_version": "$LATEST",
              "init_type": INIT_TYPES[life.kind], "architecture": life.architecture,
              "memory_mb": life.memory_mb, "container_started_ms": life.began_ms,
              "sequence": life.records, "from_ms": to_ms - MINUTE_MS, "to_ms": to_ms, **own,
              "telemetry": "full", "total": total}  # fmt: skip
    life.lines.append((life.records, record))
