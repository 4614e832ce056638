"""A container that has served a tenant serves no other."""

import asyncio
import os

import pytest
from reuse_sandbox import BadRequest

from tests.sandbox.busy import PATIENT, release, until
from tests.sandbox.caller import caller
from tests.sandbox.leftovers import Leftovers
from tests.sandbox.workshop import Workshop

TELLING = "def handler(event, context): return context.tenant_id"


async def test_containers_are_kept_apart(workshop: Workshop, leftovers: Leftovers) -> None:
    """Each tenant comes back to its own container; handler and telemetry are told who it is."""
    workshop.write_function(TELLING)
    workshop.write_extension(
        'register("INVOKE", "SHUTDOWN"); subscribe("platform", timeoutMs=25); loop()'
    )
    async with workshop.sandbox(tenant_isolation=True) as sandbox:
        results = [await sandbox.invoke(tenant=name) for name in ("blue", "green", "blue")]

    assert [result.payload for result in results] == [b'"blue"', b'"green"', b'"blue"']
    blue, green, again = (result.container_id for result in results)
    assert blue == again != green
    emitted = {}
    for event in workshop.telemetry():
        record = event["record"]
        if "requestId" in record:
            emitted.setdefault(event["type"], []).append(record["tenantId"])
    for kind in ("start", "runtimeDone", "report"):
        assert sorted(emitted[f"platform.{kind}"]) == ["blue", "blue", "green"]
    assert "tenantId" not in str(workshop.events())


async def test_an_idle_one_of_another_tenant_makes_room(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """At the limit, the one that was used longest ago ends; a busy one is waited for."""
    workshop.write_function(PATIENT)
    async with workshop.sandbox(tenant_isolation=True, concurrency=1) as sandbox:
        await sandbox.invoke(tenant="blue")
        await sandbox.invoke(tenant="green")
        busy = asyncio.create_task(sandbox.invoke(until(workshop, "a"), tenant="green"))
        await asyncio.sleep(0)
        waiting = asyncio.create_task(sandbox.invoke(tenant="blue", wait=True))
        await asyncio.sleep(0)
        release(workshop, "a")
        results = await asyncio.gather(busy, waiting)

    assert len(os.listdir(workshop.data / "logs" / "function")) == 3
    assert len({result.container_id for result in results}) == 2


async def test_a_missing_tenant(workshop: Workshop, leftovers: Leftovers) -> None:
    """And one too many: both are refused."""
    workshop.write_function(TELLING)
    async with workshop.sandbox(tenant_isolation=True) as sandbox:
        with pytest.raises(BadRequest, match="must name its tenant"):
            await sandbox.invoke()
    async with workshop.sandbox() as sandbox:
        with pytest.raises(BadRequest, match="takes no tenant id"):
            await sandbox.invoke(tenant="blue")


async def test_boto3(workshop: Workshop, leftovers: Leftovers) -> None:
    """The client's TenantId."""
    async with caller(workshop, TELLING, tenant_isolation=True) as here:
        answer = await here.invoke(TenantId="blue")
        refused = await here.error()
        refused_later = await here.error(InvocationType="Event")

    assert answer["Payload"] == b'"blue"'
    assert refused == refused_later == (400, "InvalidParameterValueException")
