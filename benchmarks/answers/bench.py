"""Answers to questions of large logs: time from the command to its last byte, and memory."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.answers import logs
from benchmarks.table import table

COMMAND = (sys.executable, "-m", "reuse_cli")
LINES = 800_000
ROUNDS = 5
STARTS = 20
MB = 1e6


@dataclass(frozen=True)
class Took:
    """One run of a command."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def run(lines: int = LINES, trace: Path | None = None, rounds: int = ROUNDS) -> str:
    """The section of the page. `lines`: of records; `trace`: counts a minute, as Azure's."""
    with tempfile.TemporaryDirectory(prefix="lambda-reuse-bench-") as name:
        folder = Path(name)
        rows = [_starts(), *_records(folder, lines, rounds), *_others(folder, rounds)]
    if trace:
        rows.append(_row("what-if", "a recorded trace", rounds, ["--traffic", str(trace)]))
    head = ["", "of", "s", "CPU, s", "peak, MB"]
    return (
        "The installed command, from its start to its last byte, in a process of its own: medians"
        f" of {rounds} runs,\nJSON to a pipe. The memory is the largest of any run. Options:"
        " `--lines N`, `--trace FILE`, `--rounds N`.\n\n" + table(head, rows)
    )


def _starts() -> list[str]:
    return _figures("--help", "", [took(["--help"]) for _ in range(STARTS)])


def _records(folder: Path, lines: int, rounds: int) -> list[list[str]]:
    path, cache = folder / "records.log", folder / "cache"
    size = _quantity(logs.write_records(path, lines))
    what = f"{lines:,} record lines, {size}"
    rows = [_row(name, what, rounds, _source(path)) for name in ("summary", "containers")]
    given = [*_source(path), "--cache", str(cache)]
    once = took(["containers", *given])
    rows.append(_figures("containers", "the same, and the cache is written", [once]))
    rows += [
        _row(name, "the same, from the cache", rounds, given) for name in ("summary", "containers")
    ]
    path.unlink()
    return rows


def _others(folder: Path, rounds: int) -> list[list[str]]:
    made: list[tuple[str, str, Callable[[Path], int]]] = [
        ("summary", "400,000 invocations without the layer", _write_reports),
        ("what-if", "1,000,000 invocations in records", _write_invocations),
    ]
    rows = []
    for name, what, write in made:
        path = folder / "other.log"
        size = _quantity(write(path))
        rows.append(_row(name, f"{what}, {size}", rounds, _source(path)))
        path.unlink()
    return rows


def _write_reports(path: Path) -> int:
    return logs.write_reports(path, 400_000)


def _write_invocations(path: Path) -> int:
    return logs.write_records(path, 15_625, most=123)  # 64 on average


def _source(path: Path) -> list[str]:
    return ["--source", str(path)]


def _row(name: str, what: str, rounds: int, arguments: Sequence[str]) -> list[str]:
    return _figures(name, what, [took([name, *arguments]) for _ in range(rounds)])


def _figures(name: str, what: str, runs: Sequence[Took]) -> list[str]:
    return [
        f"`{name}`",
        what,
        f"{statistics.median(one.wall_s for one in runs):.2f}",
        f"{statistics.median(one.cpu_s for one in runs):.2f}",
        f"{max(one.peak_mb for one in runs):.0f}",
    ]


def _quantity(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / MB:.0f} MB"


def took(arguments: Sequence[str]) -> Took:
    """One run, whose output is read as fast as it comes. Raises CalledProcessError."""
    output = [] if "--help" in arguments else ["--output", "json"]
    began = time.perf_counter()
    with subprocess.Popen(
        [*COMMAND, *arguments, *output], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        while process.stdout.read(1 << 16):
            pass
        _, status, used = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(arguments))
    return Took(wall_s, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / MB)
