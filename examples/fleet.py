"""Writes a day of a small fleet's records: `python examples/fleet.py FOLDER`.

Four functions with what people ask about: a client that is built again, a token that expires, a
connection that goes stale, a warmer, provisioned concurrency, SnapStart, an asynchronous client
that is lost with its event loop, memory that grows, a timeout. The numbers are made up, and the
same on every run; `docs/questions.md` is made from them.
"""

import json
import math
import random
import sys
from dataclasses import dataclass, field
from pathlib import Path

DAY_MS = 1795651200000
"""2026-11-26T00:00:00Z."""
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
KEEP_ALIVE_MS = 10 * MINUTE_MS


@dataclass
class Function:
    """A function: how it is set up and what its containers do."""

    name: str
    memory_mb: int
    init_ms: float
    duration_ms: float
    init_type: str = "on-demand"
    architecture: str = "x86_64"
    runtime: str = "python:3.13.v60"
    life_ms: float = 2.2 * HOUR_MS
    """How long Lambda keeps a container that is in use."""
    provisioned: int = 0
    has_helper: bool = True
    memory_used_mb: int = 80
    leak_mb: float = 0.0
    """Memory that each invocation adds."""
    timeouts: tuple[int, ...] = ()
    """Numbers of the invocations of the function that time out."""


@dataclass
class Use:
    """What a container did with one resource."""

    name: str
    kind: str
    call_site: str
    counts: dict = field(default_factory=dict)

    def add(self, **values: float) -> None:
        for name, value in values.items():
            self.counts[name] = self.counts.get(name, 0) + value


class Container:
    """One container: takes invocations, and gives its records when it is over."""

    def __init__(self, function: Function, started_ms: float, number: int, init_kind: str | None):
        day = "2026/11/26"
        self.function, self.started_ms, self.init_kind = function, started_ms, init_kind
        digits = random.Random(f"{function.name}{number}").getrandbits(128)
        self.id = f"{day}/[$LATEST]{digits:032x}"
        self.init_ms = round(function.init_ms * (0.9 + 0.05 * (number % 5)), 3)
        self.served: list[tuple[float, float, str]] = []  # (start, duration, status), ms
        self.free_ms = started_ms + self.init_ms
        self.records: list[dict] = []
        self.uses: dict[str, Use] = {}
        self.memory_mb = 0.0

    def serve(self, at_ms: float, duration_ms: float, status: str = "success") -> None:
        self.served.append((at_ms, duration_ms, status))
        self.free_ms = at_ms + duration_ms

    def use(self, name: str, kind: str, call_site: str) -> Use:
        return self.uses.setdefault(name, Use(name, kind, call_site))

    def lines(self, end: str | None) -> list[dict]:
        """The records: one for the first invocation, then one a minute."""
        periods: list[list[tuple[int, tuple[float, float, str]]]] = []
        for at, one in enumerate(self.served):
            minute = one[0] // MINUTE_MS
            if at < 2 or periods[-1][-1][1][0] // MINUTE_MS != minute:
                periods.append([])
            periods[-1].append((at, one))
        last_ms = self.free_ms if end is None else min(self.free_ms + KEEP_ALIVE_MS, END_MS)
        if self.init_kind == "provisioned":
            last_ms = END_MS  # however long it was idle
        found = [self._record(number, period) for number, period in enumerate(periods, 1)]
        if end is not None or not found:
            found.append(self._record(len(found) + 1, [], last_ms))
            found[-1]["end"] = end or "spindown"
            age_s = round((last_ms - self.started_ms) / 1000, 3)
            found[-1]["ContainerLifetime"] = age_s
            if self.served:
                found[-1]["InvocationsPerContainer"] = len(self.served)
            else:
                found[-1]["UnusedInits"] = 1
        return (
            found + [self._resource(use, found[-1]) for use in self.uses.values()] + self._inits()
        )

    def _record(self, number: int, period: list, to_ms: float | None = None) -> dict:
        first = number == 1
        ended_ms = [at_ms + duration_ms for _, (at_ms, duration_ms, _) in period]
        gaps = [self._gap(at) for at, _ in period if at > 0]
        waited = first and bool(period) and self.init_kind not in ("proactive", "provisioned")
        cold = int(waited)
        record = {
            **self._who("container/1", number),
            "from_ms": round(self.started_ms if first else period[0][1][0] if period else to_ms),
            "to_ms": round(to_ms or max(ended_ms)),
            "function_version": "$LATEST",
            "init_type": self.function.init_type,
            "runtime": self.function.runtime,
            "architecture": self.function.architecture,
            "memory_mb": self.function.memory_mb,
            "container_started_ms": round(self.started_ms),
            "telemetry": "full",
        }
        if period:
            record["Invocations"] = len(period)
            record["Duration"] = [round(one[1], 3) for _, one in period]
            served = period[-1][0] + 1
            record["MemoryUsed"] = self.function.memory_used_mb + int(
                served * self.function.leak_mb
            )
        if gaps:
            record["IdleTime"] = [round(gap, 3) for gap in gaps]
        if first:
            name = "RestoreDuration" if self.function.init_type == "snap-start" else "InitDuration"
            record[name] = self.init_ms
            if cold:
                record["ColdStarts"] = 1
                kind = "snap-start" if name == "RestoreDuration" else "on-demand"
                record["cold_start_kind"] = kind
            elif self.init_kind:
                record["init_kind"] = self.init_kind
        timeouts = sum(one[2] == "timeout" for _, one in period)
        if timeouts:
            record.update(timeouts=timeouts, resets=timeouts)
        record["total"] = self._totals(number, period[-1][0] + 1 if period else len(self.served))
        return record

    def _gap(self, at: int) -> float:
        before = self.served[at - 1]
        return self.served[at][0] - before[0] - before[1]

    def _totals(self, number: int, served: int) -> dict:
        done = self.served[:served]
        cold = bool(done) and self.init_kind not in ("proactive", "provisioned")
        timeouts = sum(status == "timeout" for *_, status in done)
        share = served / len(self.served) if self.served else 0
        sums = {
            name: sum(use.counts.get(name, 0) for use in self.uses.values()) * share
            for name in ("hits", "misses", "saved_ms", "recreated_ms")
        }
        duration_ms = round(sum(one[1] for one in done), 3)
        return {
            "invocations": served,
            "cold_starts": int(cold),
            "errors": 0,
            "timeouts": timeouts,
            "out_of_memory": 0,
            "resets": timeouts,
            "init_ms": self.init_ms,
            "duration_ms": duration_ms,
            "billed_ms": math.ceil(duration_ms),
            "hits": int(sums["hits"]),
            "misses": int(sums["misses"]),
            "saved_ms": round(sums["saved_ms"], 3),
            "recreated_ms": round(sums["recreated_ms"], 3),
            "records": number,
            **({"function_errors": 0} if self.function.has_helper else {}),
        }

    def _resource(self, use: Use, last: dict) -> dict:
        counts = {
            "hits": 0, "misses": 0, "build_ms": 0, "builds_in_init": 0, "builds_in_invocations": 0,
            "saved_ms": 0, "recreated_ms": 0, **use.counts,
        }  # fmt: skip
        reasons = {
            name.removeprefix("reason_"): counts.pop(name)
            for name in list(counts)
            if name.startswith("reason_")
        }
        counts = {**{name: round(value, 3) for name, value in counts.items()}, "reasons": reasons}
        return {
            **self._who("resource/1", last["sequence"]),
            "from_ms": last["from_ms"],
            "to_ms": last["to_ms"],
            "Resource": use.name,
            "kind": use.kind,
            "call_site": use.call_site,
            **counts,
            "total": counts,
        }

    def _inits(self) -> list[dict]:
        imports_ms = round(self.init_ms * 0.6)
        phases = [
            {"name": "imports", "start_ms": 0, "duration_ms": imports_ms},
            {"name": "config", "start_ms": imports_ms, "duration_ms": round(self.init_ms * 0.1)},
        ]
        has_phases = self.function.init_type == "on-demand"
        return [
            {
                **self._who("init/1", 1),
                "kind": self.function.init_type,
                "phase": "restore" if self.function.init_type == "snap-start" else "init",
                "start_ms": round(self.started_ms),
                "duration_ms": self.init_ms,
                "status": "success",
                **({"phases": phases} if has_phases else {}),
            }
        ]

    def _who(self, kind: str, number: int) -> dict:
        return {
            "record": kind,
            "FunctionName": self.function.name,
            "container_id": self.id,
            "sequence": number,
            "extension_version": "0.1.0",
        }


END_MS = DAY_MS + 24 * HOUR_MS


def orders(container: Container, gap_ms: float) -> None:
    """A table that is reused, a token, a connection, and a client that is built again."""
    table = container.use("orders_table", "resource", "app.py:24")
    token = container.use("api_token", "resource", "app.py:31")
    database = container.use("warehouse", "resource", "app.py:39")
    publisher = container.use("sns client in handler (app.py:73)", "client", "app.py:73")
    is_first = len(container.served) == 1
    age_ms = container.served[-1][0] - container.started_ms
    is_old = age_ms // (5 * MINUTE_MS) != (age_ms - gap_ms) // (5 * MINUTE_MS)
    for use, build_ms, reason in (
        (table, 180.0, "first" if is_first else ""),
        (token, 95.0, "first" if is_first else "expired" if is_old else ""),
        (database, 210.0, "first" if is_first else "invalid" if gap_ms > 4 * MINUTE_MS else ""),
    ):
        if reason:
            use.add(misses=1, build_ms=build_ms, builds_in_invocations=1, **{f"reason_{reason}": 1})
        else:
            use.add(hits=1, saved_ms=build_ms)
    publisher.add(build_ms=31.0, builds_in_invocations=1, uses=1)
    if not is_first:
        publisher.add(recreated=1, recreated_ms=31.0)


def thumbnails(container: Container, _gap_ms: float) -> None:
    """A model that is loaded once, in the init."""
    model = container.use("model.onnx", "file", "thumbs.py:9")
    if len(container.served) == 1:
        model.add(misses=1, build_ms=1700.0, builds_in_init=1, reason_first=1)
    else:
        model.add(hits=1, saved_ms=1700.0)


def quotes(container: Container, _gap_ms: float) -> None:
    """An asynchronous client that is lost with the event loop of each invocation."""
    client = container.use("http_client", "resource", "quotes.py:14")
    reason = "first" if len(container.served) == 1 else "loop_changed"
    client.add(misses=1, build_ms=24.0, builds_in_invocations=1, **{f"reason_{reason}": 1})


def nothing(_container: Container, _gap_ms: float) -> None:
    """A function without the helper."""


def arrivals(dice: random.Random, a_day: float, *, from_hour: int = 0, to_hour: int = 24) -> list:
    """Random times of a day's calls, most of them at noon."""
    found, at_ms = [], DAY_MS + from_hour * HOUR_MS
    while at_ms < DAY_MS + to_hour * HOUR_MS:
        hour = (at_ms - DAY_MS) / HOUR_MS
        busy = 0.15 + 1.7 * max(0.0, 1 - abs(hour - 13) / 8)
        at_ms += dice.expovariate(a_day * busy / (24 * HOUR_MS))
        found.append(at_ms)
    return [at_ms for at_ms in found if at_ms < DAY_MS + to_hour * HOUR_MS]


def play(function: Function, times: list, behave, dice: random.Random) -> list[dict]:
    """The records of a function that is called at these times."""
    live: list[Container] = []
    made = 0
    lines: list[dict] = []

    def start(at_ms: float, kind: str | None) -> Container:
        nonlocal made
        made += 1
        container = Container(function, at_ms, made, kind)
        live.append(container)
        return container

    for n in range(function.provisioned):
        start(DAY_MS + n * 1000, "provisioned")
    for number, at_ms in enumerate(sorted(times)):
        for old in [one for one in live if _is_over(one, at_ms)]:
            live.remove(old)
            lines += old.lines("spindown")
        free = [one for one in live if one.free_ms <= at_ms]
        if free:
            container = max(free, key=lambda one: one.free_ms)
            gap_ms, begin_ms = at_ms - container.free_ms, at_ms
        else:
            container = start(at_ms, None)
            gap_ms, begin_ms = 0.0, container.free_ms
        is_timeout = number in function.timeouts
        duration_ms = 3000.0 if is_timeout else function.duration_ms * dice.uniform(0.7, 1.6)
        status = "timeout" if is_timeout else "success"
        container.serve(round(begin_ms, 3), round(duration_ms, 3), status)
        behave(container, gap_ms)
    for container in live:
        is_over = _is_over(container, END_MS) or not container.served
        lines += container.lines("spindown" if is_over else None)
    return lines


def _is_over(container: Container, at_ms: float) -> bool:
    if container.function.provisioned and container.init_kind == "provisioned":
        return False
    is_idle = at_ms - container.free_ms > KEEP_ALIVE_MS
    return is_idle or at_ms - container.started_ms > container.function.life_ms


def fleet() -> dict[str, list[dict]]:
    """The records of each function."""
    dice = random.Random(20261126)
    warmer = [DAY_MS + minute * MINUTE_MS for minute in range(3, 24 * 60, 5)]
    bursts = [
        DAY_MS + hour * HOUR_MS + n * 40 for hour in (9.5, 12.2, 15.75, 18.1) for n in range(4)
    ]
    python = "python:3.13.v60"
    functions = [
        (Function("orders-api", 512, 640.0, 58.0, runtime=python, timeouts=(700,)),
         arrivals(dice, 1800), orders),
        (Function("thumbnails", 1024, 2300.0, 240.0, architecture="arm64", memory_used_mb=310,
                  leak_mb=6), [*warmer, *bursts], thumbnails),
        (Function("checkout", 1769, 900.0, 120.0, "provisioned-concurrency", provisioned=4,
                  has_helper=False),
         arrivals(dice, 420, from_hour=7, to_hour=22), nothing),
        (Function("quotes", 512, 210.0, 75.0, "snap-start"),
         arrivals(dice, 380, from_hour=6, to_hour=23), quotes),
    ]  # fmt: skip
    return {
        function.name: play(function, times, behave, dice) for function, times, behave in functions
    }


def write(folder: Path) -> None:
    """One file of log lines a function."""
    for name, lines in fleet().items():
        path = folder / name / "records.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
