"""What the extension costs: its start, its memory, an invocation, a batch, and its end."""

import json
import statistics
import tempfile
from collections import defaultdict
from pathlib import Path

from benchmarks.extension import candidates as built
from benchmarks.extension import paced, telemetry
from benchmarks.extension.stopwatch import Stopwatch
from benchmarks.share import share_of
from benchmarks.table import table

ROUNDS = 25
ROUNDS_AT_128_MB = 5
BATCH = 20
EARLY_BATCHES, MANY_BATCHES, MORE_BATCHES = 100, 5000, 7000
FULL_BATCH = 1024 * 1024

LONG_LIVED = (built.LIMIT, built.STANDALONE, built.SOURCE)
"""The usual way is left out: http.server takes 40 ms for each post on a kept connection."""

Figures = dict[str, dict[str, list[float]]]


def run() -> str:
    """The section of the page."""
    with tempfile.TemporaryDirectory(prefix="lambda-reuse-bench-") as name:
        folder = Path(name)
        found = built.build(folder)
        whole = _rounds(found, folder, ROUNDS, None)
        sections = [
            "## The extension",
            _explained(found),
            _table(found, whole, WHOLE),
            "### At the processor's share of a 128 MB function",
            _at_128_mb(found, folder),
            "### At the pace of functions",
            paced.section(found, folder),
            "### Long lives",
            _table(found, _long_lives(found, folder), LONG),
        ]
    return "\n\n".join(sections)


def _rounds(found: built.Candidates, folder: Path, rounds: int, group: Path | None) -> Figures:
    figures: Figures = defaultdict(lambda: defaultdict(list))
    for number in range(rounds + 1):
        for name, command in found.commands.items():
            with tempfile.TemporaryDirectory(dir=folder) as tmp:
                measured = _short_life(Stopwatch(found.launcher, command, Path(tmp), group))
            if number:  # the first round only warms the page cache
                for what, value in measured.items():
                    figures[name][what].append(value)
    return figures


def _short_life(watch: Stopwatch) -> dict[str, float]:
    """Start, 20 invocations with a batch each, 20 batches of 20, the end."""
    with watch:
        registered = watch.until("register") - watch.exec_ns
        ready = watch.until("next") - watch.exec_ns
        ready_cpu = watch.settled_cpu_ns()
        ready_kb = watch.resident_kb()
        watch.post(telemetry.batch(0, 1))
        before = watch.settled_cpu_ns()
        for i in range(1, 21):
            watch.invoke(telemetry.name(i))
            watch.post(telemetry.batch(i, 1))
        invocations = watch.settled_cpu_ns()
        for i in range(20):
            watch.post(telemetry.batch(100 + i * BATCH, BATCH))
        batches = watch.settled_cpu_ns()
        end = watch.shutdown()
    return {
        "registered": registered / 1e6,
        "ready": ready / 1e6,
        "ready CPU": ready_cpu / 1e6,
        "ready kB": ready_kb,
        "invocation CPU": (invocations - before) / 20e6,
        "batch CPU": (batches - invocations) / 20e6,
        "end": end / 1e6,
    }


def _long_lives(found: built.Candidates, folder: Path) -> Figures:
    """Memory over many batches, a batch of 1 MB, and what is written."""
    figures: Figures = defaultdict(lambda: defaultdict(list))
    for name in LONG_LIVED:
        command = found.commands[name]
        with tempfile.TemporaryDirectory(dir=folder) as tmp:
            with Stopwatch(found.launcher, command, Path(tmp), None) as watch:
                watch.until("next")
                for number in range(MORE_BATCHES):
                    watch.post(telemetry.batch(number * BATCH, BATCH))
                    if number % 50 == 0:
                        watch.invoke(telemetry.name(number * BATCH))
                    if number + 1 in (EARLY_BATCHES, MANY_BATCHES, MORE_BATCHES):
                        figures[name][f"kB after {number + 1}"].append(watch.resident_kb())
                watch.shutdown()
                written = watch.output.stat().st_size
                figures[name]["bytes a batch"].append(written / MORE_BATCHES)
            with Stopwatch(found.launcher, command, Path(tmp), None) as watch:
                watch.until("next")
                event = telemetry.events(1, 1)[0]
                event["record"]["padding"] = "x" * 1000
                one = json.dumps(event)
                body = "[" + ",".join([one] * (FULL_BATCH // (len(one) + 1))) + "]"
                figures[name]["1 MB status"].append(watch.post(body.encode()))
                watch.invoke("after")
                figures[name]["1 MB peak kB"].append(watch.resident_kb("VmHWM"))
    return figures


def _at_128_mb(found: built.Candidates, folder: Path) -> str:
    try:
        with share_of(128) as group:
            return _table(found, _rounds(found, folder, ROUNDS_AT_128_MB, group), WHOLE)
    except OSError as error:
        return f"Not measured: this machine gives no share of a processor ({error})."


WHOLE = {
    "exec to registered, ms": ("registered", "{:.2f}"),
    "exec to first next, ms": ("ready", "{:.2f}"),
    "CPU to first next, ms": ("ready CPU", "{:.2f}"),
    "resident at first next, kB": ("ready kB", "{:.0f}"),
    "CPU an invocation, ms": ("invocation CPU", "{:.3f}"),
    "CPU a batch of 20 invocations, ms": ("batch CPU", "{:.3f}"),
    "SHUTDOWN to exit, ms": ("end", "{:.2f}"),
}
LONG = {
    "resident after 100 batches, kB": ("kB after 100", "{:.0f}"),
    "resident after 5000 batches, kB": ("kB after 5000", "{:.0f}"),
    "resident after 7000 batches, kB": ("kB after 7000", "{:.0f}"),
    "bytes written a batch": ("bytes a batch", "{:.0f}"),
    "status of a batch of 1 MB": ("1 MB status", "{:.0f}"),
    "most resident with a batch of 1 MB, kB": ("1 MB peak kB", "{:.0f}"),
}


def _table(found: built.Candidates, figures: Figures, lines: dict[str, tuple[str, str]]) -> str:
    rows = []
    names = [name for name in found.commands if name in figures]
    for label, (what, shape) in lines.items():
        medians = {name: statistics.median(figures[name][what]) for name in names}
        limit = medians[built.LIMIT]
        ratio = f"{medians[built.STANDALONE] / limit:.1f}" if limit and "status" not in what else ""
        rows.append([label, *[shape.format(medians[name]) for name in names], ratio])
    return table(["", *names, "ratio to the limit"], rows)


def _explained(found: built.Candidates) -> str:
    executable, archive = found.executable.stat().st_size, found.archive.stat().st_size
    return (
        f"The executable has {executable:,} bytes, the layer's zip {archive:,}. The limit is a C "
        "program that registers, subscribes, asks `next` and answers every batch, reads none and "
        "writes nothing (`benchmarks/extension/reference.c`); the usual way is Python with "
        "http.server in a thread and requests, which writes a line for every report "
        "(`usual_way.py`). An invocation is an INVOKE, the `next` after it, and its telemetry as a "
        "batch of three events; a batch of 20 invocations has 60. CPU is the scheduler's account."
    )
