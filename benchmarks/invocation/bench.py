"""What the layer adds to an invocation: a trivial Python function with the layer and without it."""

import asyncio
import shutil
import statistics
import tempfile
import time
from collections import defaultdict
from contextlib import AsyncExitStack
from pathlib import Path

from reuse_sandbox import FunctionConfig, Sandbox
from reuse_sandbox.life.events import InvokeRequest
from reuse_sandbox.results import Pending

from benchmarks.extension.candidates import LIMIT, STANDALONE, build
from benchmarks.table import table

ROUNDS = 600
WARM_UP = 50
NAMES = ("no extension", LIMIT, STANDALONE)
APP = "def handler(event, context):\n    return event\n"


def run() -> str:
    """The section of the page."""
    with tempfile.TemporaryDirectory(prefix="lambda-reuse-bench-") as name:
        times = asyncio.run(_measure(Path(name)))
    rows = []
    for label, what in (("answer, ms", "answer"), ("ready for the next, ms", "ready")):
        medians = [statistics.median(times[name][what]) for name in NAMES]
        quartiles = statistics.quantiles(times[NAMES[0]][what], n=4)
        more = [medians[2] - medians[1], quartiles[2] - quartiles[0]]
        rows.append([label, *(f"{value:.3f}" for value in medians + more)])
    head = ["", *NAMES, "more than the limit", "noise (between quartiles)"]
    return (
        "## An invocation\n\n"
        f"A Python function that gives back its event, in the sandbox, {ROUNDS} invocations each, "
        "by turns, not frozen in between. The answer is what a caller waits for; ready is when "
        "every extension has asked for the next event. The sandbox itself works more for any "
        "extension, and on the same processors, so the extension's own share is what it takes "
        "beyond the C program of above.\n\n" + table(head, rows)
    )


async def _measure(folder: Path) -> dict[str, dict[str, list[float]]]:
    function = folder / "function"
    function.mkdir()
    (function / "app.py").write_text(APP)
    built = build(folder)
    limit = folder / "limit"
    (limit / "extensions").mkdir(parents=True)
    shutil.copy(built.commands[LIMIT][0], limit / "extensions")
    layers = dict(zip(NAMES, (None, limit, built.executable.parents[1]), strict=True))
    config = FunctionConfig(function, handler="app.handler")
    times: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    async with AsyncExitStack() as stack:
        sandboxes = {}
        for name, opt in layers.items():
            sandbox = Sandbox(config, layer=opt, data=folder / name, concurrency=1, freeze=False)
            sandboxes[name] = await stack.enter_async_context(sandbox)
        for number in range(ROUNDS + WARM_UP):
            for name, sandbox in sandboxes.items():
                answer, ready = await _time(sandbox, number)
                if number >= WARM_UP:
                    times[name]["answer"].append(answer)
                    times[name]["ready"].append(ready)
    return times


async def _time(sandbox: Sandbox, number: int) -> tuple[float, float]:
    pending = Pending(
        InvokeRequest(b"{}", f"00000000-0000-4000-8000-{number:012}", arn=sandbox.function.arn)
    )
    begun = time.perf_counter()
    await sandbox.submit(pending)
    await pending.result
    answered = time.perf_counter()
    await pending.finished
    return (answered - begun) * 1000, (time.perf_counter() - begun) * 1000
