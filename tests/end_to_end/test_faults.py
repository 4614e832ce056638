"""The extension while things go wrong on purpose: what it tells stays true."""

import asyncio
import json
from pathlib import Path

import pytest
from reuse_sandbox import FAULTS, FunctionConfig, InvokeResult, Limits, Sandbox

from tests.conftest import MS

pytestmark = pytest.mark.slow

CALLS = 30

FUNCTION = """
import time
from lambda_reuse import resource

@resource
def table():
    return 1

def handler(event, context):
    time.sleep(0.02)
    return table()
"""


@pytest.fixture(scope="module", params=["source", "standalone"])
def layer(request: pytest.FixtureRequest) -> Path:
    """The layer in either form."""
    return request.getfixturevalue(f"{request.param}_layer")


def run(layer: Path, folder: Path, faults: dict[str, float]) -> tuple[list[InvokeResult], list]:
    """The results of all invocations, and the container records."""
    (folder / "app.py").write_text(FUNCTION)
    limits = Limits(shutdown_ms=1000)
    timeout_s = 1000 * MS if "hang" in faults else 20  # only a hang has to be waited for
    config = FunctionConfig(folder, handler="app.handler", timeout_s=timeout_s, limits=limits)

    async def drive() -> list[InvokeResult]:
        options = {"layer": layer, "data": folder / "data", "faults": faults, "seed": 3}
        async with Sandbox(config, concurrency=2, **options) as sandbox:
            calls = (sandbox.invoke(wait=True) for _ in range(CALLS))
            return await asyncio.gather(*calls)

    results = asyncio.run(drive())
    logs = (folder / "data").glob("logs/*/*.jsonl")
    messages = [json.loads(line)["message"] for log in logs for line in log.open()]
    lines = [json.loads(text) for text in messages if text.startswith('{"')]
    return results, [line for line in lines if line.get("record") == "container/1"]


def total(records: list, name: str) -> int:
    """A running total, of all containers as each recorded it last."""
    last = {record["container_id"]: record["total"] for record in records}
    return sum(totals[name] for totals in last.values())


TELEMETRY = [name for name in FAULTS if name.startswith(("telemetry", "listener"))]


@pytest.mark.parametrize("faults", [[name] for name in TELEMETRY] + [TELEMETRY])
def test_telemetry(layer: Path, tmp_path: Path, faults: list[str]) -> None:
    """Late, twice, in disorder, not at all, too large: every invocation and hit is counted once."""
    results, records = run(layer, tmp_path, dict.fromkeys(faults, 0.5))

    assert {result.status for result in results} == {"success"}
    assert sum(record.get("Invocations", 0) for record in records) == CALLS
    assert total(records, "invocations") == CALLS
    assert total(records, "hits") + total(records, "misses") == CALLS
    assert {record["end"] for record in records if "end" in record} == {"spindown"}


def test_a_runtime_that_exits(layer: Path, tmp_path: Path) -> None:
    """What the platform served is what is recorded, resets and all."""
    results, records = run(layer, tmp_path, {"runtime-exit": 0.2})

    failed = sum(result.status == "error" for result in results)
    assert 0 < failed < CALLS
    assert total(records, "invocations") == CALLS
    assert total(records, "resets") == failed


def test_an_extension_that_is_killed(layer: Path, tmp_path: Path) -> None:
    """What it had not written may be lost; what it writes is true, and its containers end well."""
    results, records = run(layer, tmp_path, {"extension-kill": 0.1})

    failed = sum(result.status == "error" for result in results)
    assert 0 < failed < CALLS
    assert 0 < total(records, "invocations") <= CALLS
    served = {result.container_id for result in results}
    assert {record["container_id"] for record in records if "end" in record} == served


def test_a_hang(layer: Path, tmp_path: Path) -> None:
    """Timeouts, each of which is recorded."""
    results, records = run(layer, tmp_path, {"hang": 0.1})

    timeouts = sum(result.status == "timeout" for result in results)
    assert timeouts
    assert total(records, "invocations") == CALLS
    assert total(records, "timeouts") == timeouts


def test_a_full_tmp(layer: Path, tmp_path: Path) -> None:
    """The helper cannot tell what it counted; all else is recorded."""
    results, records = run(layer, tmp_path, {"tmp-full": 1})

    assert {result.status for result in results} == {"success"}
    assert total(records, "invocations") == CALLS
    assert total(records, "hits") == 0


def test_a_clock_that_is_set(layer: Path, tmp_path: Path) -> None:
    """Every invocation is counted, though the platform's times go back and forth."""
    results, records = run(layer, tmp_path, {"clock-step": 0.3})

    assert {result.status for result in results} == {"success"}
    assert total(records, "invocations") == CALLS
