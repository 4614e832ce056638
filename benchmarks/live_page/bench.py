"""The live page in a browser, over the logs of a large run."""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from reuse_cli.live.beside import page_beside

from benchmarks.table import table

CONTAINERS, INVOCATIONS = 1000, 100
ROUNDS = 5
BEGIN_MS = 1_795_651_200_000
PAINT = (
    "const found = performance.getEntriesByName('first-contentful-paint')[0];"
    "return found ? found.startTime : null"
)
INVOKED = (
    "const box = [...document.querySelectorAll('#figures div')]"
    ".find((one) => one.querySelector('dt').textContent === 'invocations');"
    "return box ? Number(box.querySelector('dd').textContent.replaceAll(',', '')) : 0"
)
HEAP = "return performance.memory.usedJSHeapSize / 1e6"


def run() -> str:
    """The section of the page."""
    from tests.browser import CHROMIUM, DRIVER

    if not CHROMIUM or not DRIVER:
        return "## The live page\n\nNot measured: there is no chromium with its driver.\n"
    with tempfile.TemporaryDirectory(prefix="lambda-reuse-bench-") as name:
        folder = Path(name)
        last = [write(folder, number) for number in range(CONTAINERS)][-1]
        with page_beside(lambda: [folder]) as address:
            rounds = [measured(address, last, at) for at in range(ROUNDS)]
    columns = list(zip(*rounds, strict=True))
    labels = (
        "first contentful paint, ms",
        "all containers and invocations are shown, ms",
        "an invocation that is logged is shown, ms",
        "JavaScript heap, MB",
    )
    rows = [
        [label, f"{statistics.median(values):,.0f}", f"{max(values):,.0f}"]
        for label, values in zip(labels, columns, strict=True)
    ]
    return (
        f"## The live page\n\n{CONTAINERS:,} containers with {CONTAINERS * INVOCATIONS:,}"
        f" invocations, in a Chromium without a window on the same cores; {ROUNDS} loads, the"
        " server having read the logs before the last four.\n\n"
        + table(["", "median", "most"], rows)
        + "\n"
    )


def measured(address: str, file: Path, number: int) -> tuple[float, float, float, float]:
    """One load, in a browser of its own: the times in ms, and the heap in MB."""
    from tests.browser import chromium

    total = CONTAINERS * INVOCATIONS + number
    with chromium() as driver:
        begun = time.monotonic()
        driver.get(address)
        shown_ms = 1000 * (until(driver, total) - begun)
        paint_ms = driver.execute_script(PAINT)
        begun = time.monotonic()
        with file.open("a") as log:
            log.write(invocation(number, BEGIN_MS + 10_000_000 + 1000 * number))
        update_ms = 1000 * (until(driver, total + 1) - begun)
        return paint_ms, shown_ms, update_ms, driver.execute_script(HEAP)


def until(driver: Any, invocations: int) -> float:
    """When the page shows so many."""
    while driver.execute_script(INVOKED) != invocations:
        pass
    return time.monotonic()


def write(folder: Path, number: int) -> Path:
    """The log of one container."""
    file = folder / "logs" / "orders" / f"2026-11-26-LATEST-{number:032x}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    begin_ms = BEGIN_MS + 3000 * number
    lines = [line(begin_ms, "INIT_START Runtime Version: python:3.13.v60")]
    lines += [invocation(n, begin_ms + 500 + 200 * n) for n in range(INVOCATIONS)]
    file.write_text("".join(lines))
    return file


def invocation(number: int, at_ms: int) -> str:
    request = f"RequestId: 00000000-0000-4000-8000-{number:012d}"
    report = (
        f"REPORT {request}\\tDuration: 20.00 ms\\tBilled Duration: 20 ms\\tMax Memory Used: 70 MB"
    )
    return (
        line(at_ms, f"START {request} Version: $LATEST")
        + line(at_ms + 20, f"END {request}")
        + line(at_ms + 20, report)
    )


def line(at_ms: int, message: str) -> str:
    return f'{{"timestamp":{at_ms},"message":"{message}"}}\n'
