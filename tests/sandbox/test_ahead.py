"""Containers that are initialised before anybody waits for them."""

import asyncio

import pytest
from reuse_sandbox import ConfigError
from reuse_sandbox.container import Container

from tests.conftest import MS
from tests.sandbox.busy import PATIENT, release, until
from tests.sandbox.leftovers import Leftovers
from tests.sandbox.life import Life, events
from tests.sandbox.patience import eventually
from tests.sandbox.workshop import Workshop

KIND = """
    import os
    def handler(event, context):
        return os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]
"""


async def test_provisioned(workshop: Workshop, leftovers: Leftovers) -> None:
    """So many are ready when the sandbox is, stay though idle, and serve first."""
    workshop.write_function(KIND)
    workshop.write_extension(
        'register("INVOKE", "SHUTDOWN"); subscribe("platform", timeoutMs=25); loop()'
    )

    async with workshop.sandbox(provisioned=2, concurrency=3, keep_alive_s=50 * MS) as sandbox:
        assert len(workshop.logs()) == 2
        await asyncio.sleep(150 * MS)
        results = await asyncio.gather(*(sandbox.invoke() for _ in range(3)))
        ahead = set(list(workshop.logs())[:3])
        await eventually(workshop.told_to_end)  # the third, on demand, has been idle
        after = await sandbox.invoke()

    assert sorted(result.cold for result in results) == [False, False, True]
    assert sorted(result.payload for result in results) == [
        b'"on-demand"',
        b'"provisioned-concurrency"',
        b'"provisioned-concurrency"',
    ]
    assert (after.cold, after.payload) == (False, b'"provisioned-concurrency"')
    assert {result.container_id for result in results} == ahead
    reported = workshop.telemetry()
    inits = [event["record"] for event in reported if event["type"] == "platform.initReport"]
    kinds = sorted(record["initializationType"] for record in inits)
    assert kinds == ["on-demand", "provisioned-concurrency", "provisioned-concurrency"]
    reports = [event["record"] for event in reported if event["type"] == "platform.report"]
    assert sum("initDurationMs" in record["metrics"] for record in reports) == 1


async def test_proactive(workshop: Workshop, leftovers: Leftovers) -> None:
    """One more is made ready whenever the last idle one is taken, up to the limit."""
    workshop.write_function(PATIENT)
    async with workshop.sandbox(proactive=True, concurrency=2) as sandbox:
        await eventually(lambda: sandbox.idle == 1)
        first = asyncio.create_task(sandbox.invoke(until(workshop, "first")))
        await eventually(lambda: len(workshop.logs()) == 2)
        await eventually(lambda: sandbox.idle == 1)
        second = await sandbox.invoke()
        release(workshop, "first")
        results = [await first, second]

    assert [result.cold for result in results] == [False, False]
    assert {result.container_id for result in results} == set(workshop.logs())


async def test_a_proactive_one_may_never_be_used(workshop: Workshop, leftovers: Leftovers) -> None:
    """It ends without having served."""
    workshop.write_function("def handler(event, context): pass")
    async with workshop.sandbox(proactive=True) as sandbox:
        await eventually(lambda: sandbox.idle == 1)

    (lines,) = workshop.logs().values()
    assert not [line for line in lines if line.startswith("START")]


async def test_one_ahead_that_cannot_be_made(
    workshop: Workshop, leftovers: Leftovers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no trouble of the invocation that was served meanwhile."""
    workshop.write_function("def handler(event, context): return 1")
    usual, opened = Container.open, []

    async def open_one(container: Container) -> None:
        opened.append(container)
        if len(opened) > 1:
            raise OSError("no room")
        await usual(container)

    monkeypatch.setattr(Container, "open", open_one)
    async with workshop.sandbox(proactive=True, concurrency=2) as sandbox:
        await eventually(lambda: sandbox.idle == 1)
        assert (await sandbox.invoke()).value == 1
        await eventually(lambda: len(opened) == 2)
        assert (await sandbox.invoke()).value == 1


async def test_an_init_ahead_that_fails(workshop: Workshop, leftovers: Leftovers) -> None:
    """The sandbox opens; the first invocation repeats the init and tells."""
    workshop.write_function("raise ValueError('no')")
    async with workshop.sandbox(provisioned=1) as sandbox:
        result = await sandbox.invoke()

    assert result.function_error
    assert b"ValueError" in result.payload


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"provisioned": 2, "concurrency": 1}, "2 containers cannot be provisioned"),
        ({"provisioned": -1}, "-1 containers cannot be provisioned"),
        ({"provisioned": 1, "tenant_isolation": True}, "isolate tenants"),
    ],
)
def test_what_cannot_be(workshop: Workshop, settings: dict[str, object], sentence: str) -> None:
    """One sentence."""
    with pytest.raises(ConfigError, match=sentence):
        workshop.sandbox(**settings)


def test_the_init_may_take_longer() -> None:
    """Ten seconds on demand; ahead 130, or the function's timeout."""
    limits = []
    for settings in (
        {},
        {"init_type": "provisioned-concurrency"},
        {"init_type": "provisioned-concurrency", "timeout_s": 600},
    ):
        life = Life(**settings)
        life.has(events.InitWanted())
        life.time_up()
        (report,) = life.emitted("platform.initReport")
        limits.append(report["metrics"]["durationMs"])

    assert limits == [10_000, 130_000, 600_000]
