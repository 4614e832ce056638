"""What the sandbox adds to an invocation: its rate, its freeze, many containers at once."""

import asyncio
import contextlib
import http.client
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from reuse_sandbox import FunctionConfig, Sandbox
from reuse_sandbox import run as run_sandbox
from reuse_sandbox.machine.cgroup import ControlGroups
from reuse_sandbox.machine.freezer import SignalFreezer

from benchmarks.table import table
from tests.emulator import emulator

ROUNDS = 5
INVOCATIONS = 1000
FREEZES = 300
CONTAINERS = 20
PATH = "/2015-03-31/functions/function/invocations"
HANDLER = "def handler(event, context):\n    return event\n"

EXPLAINED = (
    "One container with a handler that returns its event, asked over HTTP by one caller on one"
    f" connection; {ROUNDS} rounds of {INVOCATIONS} invocations in turns. The emulator freezes"
    " nothing, keeps no log and tells no telemetry."
)

Invoke = Callable[[], None]


def run() -> str:
    """The section of the page."""
    with tempfile.TemporaryDirectory(prefix="lambda-reuse-bench-") as name:
        folder = Path(name)
        (folder / "function").mkdir()
        (folder / "function" / "app.py").write_text(HANDLER)
        (folder / "opt" / "python").mkdir(parents=True)
        sections = [
            "## The sandbox",
            EXPLAINED,
            _rates(folder),
            "Telling three processes to hold still, and to go on:",
            _freezes(folder),
            run_sandbox(_many(folder)),
        ]
    return "\n\n".join(sections)


def _rates(folder: Path) -> str:
    with contextlib.ExitStack() as stack:
        callers = {
            "the sandbox": stack.enter_context(_sandbox(folder)),
            "the same, without freezing": stack.enter_context(_sandbox(folder, "--no-freeze")),
        }
        try:
            running = emulator(folder / "function", folder / "opt", folder / "emulator")
            (folder / "emulator").mkdir()
            port = stack.enter_context(running).port
            callers["AWS's emulator"] = stack.enter_context(_caller("127.0.0.1", port))
        except pytest.skip.Exception as reason:
            missing = f"\n\nWithout AWS's emulator: {reason}."
        else:
            missing = ""
        times: dict[str, list[float]] = {name: [] for name in callers}
        rates: dict[str, list[float]] = {name: [] for name in callers}
        for _ in range(ROUNDS):
            for name, invoke in callers.items():
                took = [_timed(invoke) for _ in range(INVOCATIONS)]
                times[name] += took
                rates[name].append(INVOCATIONS / sum(took))
    rows = [
        [
            name,
            f"{statistics.median(rates[name]):.0f}",
            f"{statistics.median(times[name]) * 1e3:.2f} ms",
            f"{statistics.quantiles(times[name], n=100)[98] * 1e3:.2f} ms",
            f"{statistics.median(rates[name]) / statistics.median(rates[list(callers)[-1]]):.2f}",
        ]
        for name in callers
    ]
    head = ["", "invocations a second", "median", "p99", "rate beside the last"]
    return table(head, rows) + missing


@contextlib.contextmanager
def _sandbox(folder: Path, *options: str) -> Iterator[Invoke]:
    """The sandbox as a program of its own, as the emulator is one."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "reuse_cli", "local", "serve", "app.py:handler"),
            *("--name", "function", "--port", "0", "--opt", str(folder / "opt")),
            *("--data", str(folder / "data"), "--quiet", *options),
        ],
        cwd=folder / "function",
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        address = next(line for line in lines if " answers at " in line)
        split = urlsplit(next(word for word in address.split() if word.startswith("http://")))
        with _caller(str(split.hostname), int(split.port or 0)) as invoke:
            yield invoke
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


@contextlib.contextmanager
def _caller(host: str, port: int) -> Iterator[Invoke]:
    """Invokes on one connection that is kept; the first invocation is made already."""
    connection = http.client.HTTPConnection(host, port)

    def invoke() -> None:
        connection.request("POST", PATH, b'{"a": 1}', {"Content-Type": "application/json"})
        answer = connection.getresponse()
        body = answer.read()
        assert (answer.status, body.replace(b" ", b"")) == (200, b'{"a":1}'), body

    with contextlib.closing(connection):
        invoke()
        yield invoke


def _freezes(folder: Path) -> str:
    rows = []
    with contextlib.ExitStack() as stack:
        sleeper = [sys.executable, "-ISc", "import time; time.sleep(1000)"]

        def started(join: Callable[[], None] | None) -> list[int]:
            processes = [
                subprocess.Popen(sleeper, process_group=0, preexec_fn=join)  # noqa: PLW1509
                for _ in range(3)
            ]
            for process in processes:
                stack.callback(process.wait)
                stack.callback(process.kill)
            return [process.pid for process in processes]

        signals = SignalFreezer(str(folder))
        pids = started(None)
        stack.callback(signals.thaw, pids)
        rows.append(_freeze_row("signals", signals.freeze, signals.thaw, pids))
        try:
            groups = ControlGroups(f"lambda-reuse-bench-{os.getpid()}", 10240)
        except OSError:
            groups = None
        if groups is not None and "freeze" in groups.steps:
            stack.callback(groups.remove)
            pids = started(groups.join)
            stack.callback(groups.thaw)
            rows.append(_freeze_row("control groups", groups.freeze, groups.thaw, pids))
    return table(["by", "freeze", "thaw"], rows)


def _freeze_row(
    name: str,
    freeze: Callable[[list[int]], None],
    thaw: Callable[[list[int]], None],
    pids: list[int],
) -> list[str]:
    freezes, thaws = [], []
    for _ in range(FREEZES):
        freezes.append(_timed(lambda: freeze(pids)))
        thaws.append(_timed(lambda: thaw(pids)))
    return [name, *(f"{statistics.median(took) * 1e6:.0f} us" for took in (freezes, thaws))]


async def _many(folder: Path) -> str:
    config = FunctionConfig(folder / "function", "app.handler", timeout_s=60)
    async with Sandbox(config, data=folder / "many", concurrency=CONTAINERS) as sandbox:

        async def caller(invocations: int) -> set[str]:
            return {(await sandbox.invoke(wait=True)).container_id for _ in range(invocations)}

        started = time.perf_counter()
        ids = set().union(*await asyncio.gather(*[caller(1) for _ in range(CONTAINERS)]))
        cold_s = time.perf_counter() - started
        assert len(ids) == CONTAINERS
        started = time.perf_counter()
        await asyncio.gather(*[caller(50) for _ in range(CONTAINERS)])
        rate = CONTAINERS * 50 / (time.perf_counter() - started)
    return (
        f"{CONTAINERS} containers at once, none of them there before: all have answered after"
        f" {cold_s:.1f} s, then {rate:.0f} invocations a second over all of them."
    )


def _timed(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started
