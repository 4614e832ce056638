"""A clock that jumps: what waited for a moment that was passed goes on, in order."""

import asyncio

import pytest
from reuse_sandbox import InvokeResult, MockClock

from tests.sandbox.leftovers import Leftovers
from tests.sandbox.patience import eventually
from tests.sandbox.workshop import Workshop

HOUR_S = 3600.0


async def test_timers_go_off_in_order() -> None:
    """Those that the jump has passed, and no others; a cancelled one never."""
    clock, called = MockClock(), list[str]()
    clock.call_later(3 * HOUR_S, lambda: called.append("three"))
    clock.call_later(1 * HOUR_S, lambda: called.append("one"))
    clock.call_later(2 * HOUR_S, lambda: called.append("two"))
    clock.call_later(1 * HOUR_S, lambda: called.append("cancelled")).cancel()
    clock.jump(2.5 * HOUR_S)
    while len(called) < 2:
        await asyncio.sleep(0)
    clock.jump(HOUR_S)
    while len(called) < 3:
        await asyncio.sleep(0)

    assert called == ["one", "two", "three"]


async def test_both_readings_jump() -> None:
    """Stamps and durations alike."""
    clock = MockClock()
    before = clock.now()
    clock.jump(HOUR_S)
    after = clock.now()

    assert after.tick - before.tick >= HOUR_S
    assert after.wall - before.wall == pytest.approx(after.tick - before.tick, abs=1)


async def test_a_pause_ends_and_can_be_given_up() -> None:
    """By a jump; by its task's end without a timer left."""
    clock = MockClock()
    long, given_up = (asyncio.create_task(clock.sleep(HOUR_S)) for _ in range(2))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    clock.jump(HOUR_S)

    await long
    assert given_up.cancelled()


def test_there_is_no_way_back() -> None:
    """A negative jump is a mistake."""
    with pytest.raises(ValueError, match="does not jump back"):
        MockClock().jump(-1)


async def test_keep_alive_and_provisioned_minutes(workshop: Workshop, leftovers: Leftovers) -> None:
    """Ten minutes without a call end an idle container; a provisioned one stays."""
    workshop.write_function("import os\ndef handler(event, context): return os.getpid()")
    clock = MockClock()
    async with workshop.sandbox(
        clock=clock, keep_alive_s=600, provisioned=1, concurrency=2
    ) as sandbox:
        first = [await sandbox.invoke() for _ in range(2)]
        pair = await asyncio.gather(sandbox.invoke(), sandbox.invoke())
        clock.jump(599)
        await asyncio.sleep(0)
        assert workshop.logged("REPORT") == 4
        kept = await sandbox.invoke()
        clock.jump(600)
        await eventually(lambda: sandbox.idle == 1)
        last = await sandbox.invoke()

    stays = {result.container_id for result in first}
    assert len(stays) == 1
    assert len({result.container_id for result in pair}) == 2
    assert kept.container_id in {result.container_id for result in pair}
    assert {last.container_id} == stays


async def test_the_longest_timeout(workshop: Workshop, leftovers: Leftovers) -> None:
    """Fifteen minutes of an invocation pass at once, in the report too."""
    workshop.write_function("import time\ndef handler(event, context): time.sleep(2000)")
    clock = MockClock()
    async with workshop.sandbox(clock=clock, timeout_s=900) as sandbox:
        call: asyncio.Task[InvokeResult] = asyncio.create_task(sandbox.invoke())
        await eventually(lambda: workshop.logged("START"))
        clock.jump(900)
        result = await call

    assert result.status == "timeout"
    assert b"Task timed out after 900.00 seconds" in result.payload
    assert "Duration: 900000.00 ms" in workshop.log()[-1]
