"""CPU at the pace of functions: pauses between invocations, in which the caches go cold."""

import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from benchmarks.extension import candidates as built
from benchmarks.extension import telemetry
from benchmarks.extension.stopwatch import Stopwatch
from benchmarks.table import table

LIVES = 5
PAUSE_S = 0.007
WARM, PACED, LATE = 30, 100, 20
MANY = 5000
BATCHES = 20
EVENTS = 3
"""Of one invocation in telemetry."""
SIZES = (1, 20, 100)
"""Invocations in a batch."""

LINES = {
    "CPU until the first invocation is taken in, us": ("first", "{:.0f}"),
    "CPU an invocation, paced 7 ms, us": ("paced", "{:.0f}"),
    "CPU an invocation, each of a later minute, us": ("a minute", "{:.0f}"),
    **{f"CPU an event in a batch of {n * EVENTS}, us": (f"batch {n}", "{:.1f}") for n in SIZES},
    "INVOKE to next, us": ("next", "{:.0f}"),
    f"resident after {MANY} invocations, kB": ("resident", "{:.0f}"),
}


def section(found: built.Candidates, folder: Path) -> str:
    """The table, of lives in turns."""
    names = (built.LIMIT, built.STANDALONE)
    figures: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in names}
    for number in range(LIVES + 1):
        for name in names:
            for life in (_pace, _many, _minutes):
                with tempfile.TemporaryDirectory(dir=folder) as tmp:
                    watch = Stopwatch(found.launcher, found.commands[name], Path(tmp), None)
                    measured = life(watch)
                if number:  # the first only warms the page cache
                    for what, value in measured.items():
                        figures[name][what].append(value)
    rows = []
    for label, (what, shape) in LINES.items():
        limit, ours = (statistics.median(figures[name][what]) for name in names)
        ratio = f"{ours / limit:.1f}" if limit else ""
        rows.append([label, shape.format(limit), shape.format(ours), ratio])
    return table(["", *names, "ratio to the limit"], rows)


def _pace(watch: Stopwatch) -> dict[str, float]:
    """A life at a function's pace, then batches: figures by the names in LINES, microseconds."""
    with watch:
        watch.until("next")
        _invocation(watch, 0)
        figures = {"first": watch.settled_cpu_ns() / 1e3}
        for number in range(1, WARM):
            _invocation(watch, number)
        before_ns, waits_ns = watch.settled_cpu_ns(), []
        for number in range(WARM, WARM + PACED):
            waits_ns.append(_invocation(watch, number))
            time.sleep(PAUSE_S)
        figures["paced"] = (watch.settled_cpu_ns() - before_ns) / PACED / 1e3
        figures["next"] = statistics.median(waits_ns) / 1e3
        first = WARM + PACED
        for size in SIZES:
            before_ns = watch.settled_cpu_ns()
            for _ in range(BATCHES):
                watch.post(telemetry.batch(first, size))
                first += size
            used_ns = watch.settled_cpu_ns() - before_ns
            figures[f"batch {size}"] = used_ns / (BATCHES * size * EVENTS) / 1e3
    return figures


def _many(watch: Stopwatch) -> dict[str, float]:
    """A life of many invocations."""
    with watch:
        watch.until("next")
        for number in range(MANY):
            _invocation(watch, number)
        watch.settled_cpu_ns()
        return {"resident": watch.resident_kb()}


def _minutes(watch: Stopwatch) -> dict[str, float]:
    """A life with one invocation a minute, by the platform's times."""
    step = 60_000 // telemetry.INTERVAL_MS
    with watch:
        watch.until("next")
        for number in range(WARM):
            _invocation(watch, number * step)
        before_ns = watch.settled_cpu_ns()
        for number in range(WARM, WARM + LATE):
            _invocation(watch, number * step)
            time.sleep(PAUSE_S)
        return {"a minute": (watch.settled_cpu_ns() - before_ns) / LATE / 1e3}


def _invocation(watch: Stopwatch, number: int) -> int:
    """INVOKE, `next`, and the telemetry; nanoseconds from INVOKE to `next`."""
    begun_ns = time.perf_counter_ns()
    watch.invoke(telemetry.name(number))
    waited_ns = time.perf_counter_ns() - begun_ns
    watch.post(telemetry.batch(number, 1))
    return waited_ns
