"""The live page while a fleet comes and goes: `python -m benchmarks.live_page.soak [MINUTES]`.

Two containers begin in each second and live for ten; together they take a hundred invocations a
second, and ten resources report every second. Prints a line a minute: the memory of the server's
process and the page's JavaScript heap, after its garbage was collected.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.live_page.bench import HEAP, INVOKED, invocation, line
from benchmarks.live_page.serving import memory_mb, served

STARTS_PER_S, LIFE_S, INVOCATIONS = 2, 10, 5
RESOURCES = 10


def main(minutes: int) -> None:
    """Run for so many minutes."""
    from tests.browser import chromium

    with tempfile.TemporaryDirectory(prefix="lambda-reuse-soak-") as name:
        folder = Path(name)
        logs = folder / "logs" / "orders"
        logs.mkdir(parents=True)
        with served(folder) as (process, address), chromium() as driver:
            driver.get(address)
            print("minute  containers  invocations  on the page  server MB  heap MB", flush=True)
            begun = time.time()
            for second in range(60 * minutes):
                written = write(logs, second)
                if second % 60 == 59:
                    driver.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
                    print(
                        f"{second // 60 + 1:6}  {(second + 1) * STARTS_PER_S:10,}  {written:11,}"
                        f"  {shown(driver):11,}  {memory_mb(process.pid):9.0f}"
                        f"  {driver.execute_script(HEAP):7.1f}",
                        flush=True,
                    )
                time.sleep(max(0.0, begun + second + 1 - time.time()))


def write(logs: Path, second: int) -> int:
    """What all living containers log in this second; the invocations so far."""
    now_ms = int(time.time() * 1000)
    newest = STARTS_PER_S * (second + 1)
    for number in range(max(0, newest - STARTS_PER_S * LIFE_S), newest):
        age = second - number // STARTS_PER_S
        lines = [] if age else [line(now_ms, "INIT_START Runtime Version: python:3.13.v60")]
        lines += [invocation(INVOCATIONS * age + n, now_ms + n) for n in range(INVOCATIONS)]
        lines += [resource(now_ms, at, age) for at in range(RESOURCES)] if number % 20 == 0 else []
        if age == LIFE_S - 1:
            lines.append(record(now_ms, '"record":"container/1","end":"spindown"'))
        with (logs / f"2026-11-26-LATEST-{number:032x}.jsonl").open("a") as file:
            file.write("".join(lines))
    ages = [second - number // STARTS_PER_S for number in range(newest)]
    return INVOCATIONS * sum(min(age + 1, LIFE_S) for age in ages)


def resource(at_ms: int, number: int, hits: int) -> str:
    """The record of one resource."""
    total = f'"total":{{"hits":{hits},"misses":1}}'
    return record(at_ms, f'"record":"resource/1","Resource":"resource-{number}",{total}')


def record(at_ms: int, members: str) -> str:
    """A line with a record."""
    escaped = f'{{"FunctionName":"orders",{members}}}'.replace('"', '\\"')
    return line(at_ms, escaped)


def shown(driver: Any) -> int:
    """Invocations of the containers that the page still has."""
    return int(driver.execute_script(INVOKED))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
