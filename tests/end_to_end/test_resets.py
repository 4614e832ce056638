"""Inits that fail and invocations that time out, in the sandbox: recorded as the callers saw it."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from reuse_sandbox import FunctionConfig, InvokeResult, Limits, Sandbox

from tests.conftest import MS

pytestmark = pytest.mark.slow

CALLS = 4
FAILS_AT_IMPORT = """
raise RuntimeError("no configuration")
"""
SERVES = """
def handler(event, context):
    return 1
"""
SLOW_INIT = """
import time

time.sleep(1.2)

def handler(event, context):
    if event.get("slow"):
        time.sleep(60)
    return 1
"""
CRASHING_EXTENSION = f"""#!/bin/sh
sleep {2000 * MS}
exit 3
"""


@pytest.fixture(scope="module", params=["source", "standalone"])
def layer(request: pytest.FixtureRequest) -> Path:
    """The layer in either form."""
    return request.getfixturevalue(f"{request.param}_layer")


def run(
    layer: Path, folder: Path, source: str, events: list[dict], **options: float
) -> tuple[list[InvokeResult], list[dict]]:
    """The results of invocations one after the other, and the container records."""
    (folder / "app.py").write_text(source)
    limits = Limits(shutdown_ms=2000)
    config = FunctionConfig(folder, handler="app.handler", limits=limits, **options)

    async def drive() -> list[InvokeResult]:
        async with Sandbox(config, concurrency=1, layer=layer, data=folder / "data") as sandbox:
            return [await sandbox.invoke(json.dumps(event).encode(), wait=True) for event in events]

    results = asyncio.run(drive())
    logs = (folder / "data").glob("logs/*/*.jsonl")
    messages = [json.loads(line)["message"] for log in logs for line in log.open()]
    lines = [json.loads(text) for text in messages if text.startswith('{"')]
    return results, [line for line in lines if line.get("record") == "container/1"]


def check_failed_inits(results: list[InvokeResult], records: list[dict]) -> None:
    assert {result.status for result in results} == {"error"}
    last = records[-1]["total"]
    assert [last[name] for name in ("invocations", "errors", "cold_starts")] == [CALLS] * 3
    # The first init fails before the first invocation, whose own repeats it.
    assert sum(record.get("failed_inits", 0) for record in records) == CALLS + 1
    assert last["resets"] == CALLS + 1
    assert {record["container_id"] for record in records} == {results[0].container_id}


def test_an_init_that_always_fails(layer: Path, tmp_path: Path) -> None:
    """Every caller waited for an init in vain: an invocation, an error and a cold start each."""
    check_failed_inits(*run(layer, tmp_path, FAILS_AT_IMPORT, [{}] * CALLS))


def test_another_extension_that_crashes(layer: Path, tmp_path: Path) -> None:
    """The init fails because of it."""
    both = tmp_path / "opt"
    shutil.copytree(layer, both)
    crashing = both / "extensions" / "crashing"
    crashing.write_text(CRASHING_EXTENSION)
    crashing.chmod(0o755)

    check_failed_inits(*run(both, tmp_path, SERVES, [{}] * CALLS, timeout_s=30))


def test_a_timeout_after_a_slow_init(layer: Path, tmp_path: Path) -> None:
    """Neither the invocation that timed out nor the init repeated after it is idle time."""
    events = [{}, {"slow": True}, {}, {}]
    results, records = run(layer, tmp_path, SLOW_INIT, events, timeout_s=3)

    assert [result.status for result in results] == ["success", "timeout", "success", "success"]
    last = records[-1]["total"]
    assert [last[name] for name in ("invocations", "timeouts", "cold_starts")] == [4, 1, 2]
    gaps = [gap for record in records for gap in record.get("IdleTime", ())]
    assert len(gaps) == 3
    # Called at once each time; the third waited for the reset, which lasts as long as it may.
    assert max(gaps) < 3000
