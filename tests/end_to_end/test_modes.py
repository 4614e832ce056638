"""Containers of every kind, in the sandbox: what the extension reports is what they did."""

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from reuse_sandbox import FunctionConfig, Sandbox

pytestmark = pytest.mark.slow

CALLS = 12

FUNCTION = """
import time
from lambda_reuse import phase, preload, resource

@resource
def early():
    return 1

@resource
def late():
    return 2

with phase("settings"):
    preload(early)
    early()

def handler(event, context):
    time.sleep(event["sleep"])
    return early() + late()
"""


@pytest.fixture(scope="module", params=["source", "standalone"])
def layer(request: pytest.FixtureRequest) -> Path:
    """The layer in either form."""
    return request.getfixturevalue(f"{request.param}_layer")


class Run:
    """What was sent, and what the records tell."""

    def __init__(self, results: list, lines: list[dict]) -> None:
        self.results = results
        self.lines = [line for line in lines if "record" in line]
        self.containers = [line for line in self.lines if line["record"] == "container/1"]
        self.inits = [line for line in self.lines if line["record"] == "init/1"]
        self.cold = sum(result.cold for result in results)

    def sum(self, field: str) -> int:
        """Of a field over all container records."""
        return sum(line.get(field, 0) for line in self.containers)

    def kinds(self, field: str) -> Counter:
        """How often each value of a field is recorded."""
        return Counter(line[field] for line in self.containers if field in line)


def run(layer: Path, tmp_path: Path, *, concurrency: int = 2, **settings: Any) -> Run:
    """Twelve invocations, two at a time."""
    (tmp_path / "app.py").write_text(FUNCTION)
    own = {name: settings.pop(name) for name in ("provisioned", "proactive") if name in settings}
    tenants = settings.pop("tenants", ("", ""))
    wait_s = settings.pop("wait_s", 0)
    config = FunctionConfig(tmp_path, handler="app.handler", timeout_s=20, **settings)

    async def drive() -> list:
        options = {"layer": layer, "data": tmp_path / "data", "concurrency": concurrency, **own}
        async with Sandbox(config, **options) as sandbox:
            await asyncio.sleep(wait_s)
            results = []
            for _ in range(CALLS // 2):
                calls = (
                    sandbox.invoke(b'{"sleep": 0.01}', tenant=name, wait=True) for name in tenants
                )
                results += await asyncio.gather(*calls)
            return results

    results = asyncio.run(drive())
    logs = (tmp_path / "data").glob("logs/*/*.jsonl")
    messages = [json.loads(line)["message"] for log in logs for line in log.open()]
    return Run(results, [json.loads(text) for text in messages if text.startswith('{"')])


def check_counts(reported: Run, *, hits_of_the_init: int = 0) -> None:
    """Nothing is lost and nothing counted twice, in any container of any kind."""
    assert [result.status for result in reported.results] == ["success"] * CALLS
    assert reported.sum("Invocations") == CALLS
    assert reported.sum("CacheHits") + reported.sum("CacheMisses") == 2 * CALLS + hits_of_the_init
    ids = {result.container_id for result in reported.results}
    assert {line["container_id"] for line in reported.containers if line.get("Invocations")} == ids


def test_provisioned(layer: Path, tmp_path: Path) -> None:
    """Their inits are recorded as such, and are nobody's cold start."""
    reported = run(layer, tmp_path, provisioned=2)
    check_counts(reported, hits_of_the_init=2 * 2)
    assert reported.sum("ColdStarts") == reported.cold == 0
    assert reported.kinds("init_kind") == {"provisioned": 2}
    assert [init["kind"] for init in reported.inits] == ["provisioned-concurrency"] * 2


def test_proactive(layer: Path, tmp_path: Path) -> None:
    """The first container is found ready; it was so for more than a second."""
    reported = run(layer, tmp_path, proactive=True, wait_s=2.5)
    containers = len({line["container_id"] for line in reported.containers})
    check_counts(reported, hits_of_the_init=2 * containers)
    assert reported.kinds("init_kind")["proactive"] == 1
    assert reported.kinds("init_type") == {"on-demand": len(reported.containers)}


def test_snap_start(layer: Path, tmp_path: Path) -> None:
    """Each restore is a cold start; what the snapshot's making counted is no container's."""
    reported = run(layer, tmp_path, init_type="snap-start", version="7")
    check_counts(reported)
    containers = {result.container_id for result in reported.results}
    assert reported.sum("ColdStarts") == reported.cold == len(containers)
    assert reported.kinds("cold_start_kind") == {"snap-start": len(containers)}
    assert sum("RestoreDuration" in line for line in reported.containers) == len(containers)
    assert not any("InitDuration" in line for line in reported.containers)
    assert reported.sum("CacheMisses") == len(containers)  # `late`; `early` came with the snapshot
    assert {init["phase"] for init in reported.inits} == {"restore"}


def test_managed(layer: Path, tmp_path: Path) -> None:
    """One container serves two at a time, each in a process of its own."""
    settings = {"init_type": "lambda-managed-instances", "log_format": "JSON"}
    reported = run(layer, tmp_path, concurrency=1, max_concurrency=2, **settings)
    check_counts(reported, hits_of_the_init=2 * 2)
    assert reported.sum("ColdStarts") == reported.cold == 0
    (container,) = {result.container_id for result in reported.results}
    assert reported.containers[-1]["total"]["invocations"] == CALLS
    assert reported.containers[-1]["end"] == "spindown"
    (init,) = reported.inits
    assert (init["kind"], init["container_id"]) == ("lambda-managed-instances", container)


def test_tenants(layer: Path, tmp_path: Path) -> None:
    """A container is one tenant's, and so is each of its records that has an invocation.

    A minute may end between a container's init and its first invocation, which names the tenant.
    """
    reported = run(layer, tmp_path, tenant_isolation=True, tenants=("blue", "green"))
    check_counts(reported, hits_of_the_init=2 * 2)
    tenants = {
        (line["container_id"], line["tenant_id"])
        for line in reported.containers
        if line["total"]["invocations"]
    }
    assert sorted(tenant for _, tenant in tenants) == ["blue", "green"]
