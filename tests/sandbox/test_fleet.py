"""Which container serves, when another starts, when one ends, when a caller is turned away."""

import asyncio
import json

import pytest
from reuse_sandbox import MockClock, RecordingError, SandboxClosed, TooManyRequests

from tests.conftest import MS
from tests.sandbox.busy import PATIENT, release, until
from tests.sandbox.leftovers import Leftovers
from tests.sandbox.patience import STEP, eventually
from tests.sandbox.workshop import Workshop


async def test_every_busy_container_calls_for_another(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """Three callers at once have three containers; the next goes to the one used last."""
    workshop.write_function(PATIENT)

    async with workshop.sandbox() as sandbox:
        calls = [asyncio.create_task(sandbox.invoke(until(workshop, n))) for n in "abc"]
        for name, call in zip("abc", calls, strict=True):
            release(workshop, name)
            await call
        after = [await sandbox.invoke() for _ in range(3)]

    served = [call.result().container_id for call in calls]
    assert len(set(served)) == 3
    assert [served[-1]] * 3 == [result.container_id for result in after]
    assert set(served) == set(workshop.logs())


async def test_above_the_limit_callers_are_turned_away(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """The third caller of two containers is refused, or waits if he wants to."""
    workshop.write_function(PATIENT)

    async with workshop.sandbox(concurrency=2) as sandbox:
        calls = [asyncio.create_task(sandbox.invoke(until(workshop, n))) for n in "ab"]
        await asyncio.sleep(0)
        with pytest.raises(TooManyRequests, match="All 2 containers are busy"):
            await sandbox.invoke()
        waiting = asyncio.create_task(sandbox.invoke(wait=True))
        await asyncio.sleep(10 * MS)
        assert not waiting.done()
        release(workshop, "a")
        served = await waiting
        release(workshop, "b")
        first, _ = await asyncio.gather(*calls)

    assert first.container_id == served.container_id


async def test_a_caller_who_gives_up_does_not_keep_the_container(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """The invocation runs to its end without him; then the container serves others."""
    workshop.write_function(PATIENT)

    async with workshop.sandbox(concurrency=1) as sandbox:
        call = asyncio.create_task(sandbox.invoke(until(workshop, "a")))
        gone = asyncio.create_task(sandbox.invoke(wait=True))
        await asyncio.sleep(300 * MS)
        call.cancel()
        gone.cancel()
        release(workshop, "a")
        result = await sandbox.invoke(wait=True)

    assert result.status == "success"
    assert workshop.logged("REPORT") == 2


async def test_the_end_turns_waiting_callers_away(workshop: Workshop, leftovers: Leftovers) -> None:
    """Who is being served is shown, and so is who still waits."""
    workshop.write_function(PATIENT)

    async with workshop.sandbox(concurrency=1) as sandbox:
        served = asyncio.create_task(sandbox.invoke(until(workshop, "never")))
        waiting = asyncio.create_task(sandbox.invoke(wait=True))
        await eventually(lambda: workshop.logged("START"))

    assert (await served).status == "failure"
    with pytest.raises(SandboxClosed, match="has ended"):
        await waiting


async def test_a_container_that_cannot_be_made(workshop: Workshop, leftovers: Leftovers) -> None:
    """The caller is told why; when the obstacle is gone, the next one is served."""
    workshop.write_function(PATIENT)

    async with workshop.sandbox(concurrency=1) as sandbox:
        sandbox.log_folder.rmdir()
        with pytest.raises(RecordingError, match="cannot be written: No such file or directory"):
            await sandbox.invoke()
        sandbox.log_folder.mkdir()
        result = await sandbox.invoke()

    assert result.status == "success"


async def test_an_idle_container_ends(workshop: Workshop, leftovers: Leftovers) -> None:
    """After the keep-alive its extension gets SHUTDOWN; the next caller has another container."""
    workshop.write_function(PATIENT)
    workshop.write_extension('register("INVOKE", "SHUTDOWN")\nloop()\n')

    clock = MockClock()
    async with workshop.sandbox(clock=clock) as sandbox:
        first = await sandbox.invoke()
        clock.jump(600)
        await eventually(workshop.told_to_end)
        second = await sandbox.invoke()

    assert first.container_id != second.container_id
    shutdowns = [event for event in workshop.events() if event["eventType"] == "SHUTDOWN"]
    assert [event["shutdownReason"] for event in shutdowns] == ["spindown", "spindown"]


async def test_a_container_that_is_ending_takes_no_place(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """While one takes its time to end, another may start, at the limit too."""
    workshop.write_function(PATIENT)
    workshop.write_extension("""
        register("INVOKE", "SHUTDOWN")
        loop()
        time.sleep(0.5)
    """)

    clock = MockClock()
    async with workshop.sandbox(clock=clock, concurrency=1) as sandbox:
        first = await sandbox.invoke()
        clock.jump(600)
        await eventually(workshop.told_to_end)
        second = await sandbox.invoke()

    assert first.container_id != second.container_id


async def test_use_puts_the_end_off(workshop: Workshop, leftovers: Leftovers) -> None:
    """The keep-alive counts from the last use."""
    workshop.write_function(PATIENT)

    clock = MockClock()
    async with workshop.sandbox(clock=clock, keep_alive_s=60) as sandbox:
        served = set()
        for _ in range(8):
            served.add((await sandbox.invoke()).container_id)
            clock.jump(50)
            await asyncio.sleep(STEP)

    assert len(served) == 1


async def test_containers_have_folders_of_their_own(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """What one container writes to its /tmp the other does not see."""
    workshop.write_function("""
        import os, tempfile, time

        def handler(event, context):
            open(os.path.join(tempfile.gettempdir(), event["name"]), "w").close()
            while len(os.listdir(event["records"])) < 2:
                open(os.path.join(event["records"], event["name"]), "w").close()
                time.sleep(0.002)
            return sorted(os.listdir(tempfile.gettempdir()))
    """)

    def event(name: str) -> bytes:
        return json.dumps({"name": name, "records": str(workshop.records)}).encode()

    async with workshop.sandbox() as sandbox:
        results = await asyncio.gather(*(sandbox.invoke(event(name)) for name in "ab"))

    assert [json.loads(result.payload) for result in results] == [["a"], ["b"]]


async def test_after_the_end_there_is_no_invocation(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """One clear sentence instead of a container that nobody would end."""
    workshop.write_function(PATIENT)
    sandbox = workshop.sandbox()

    with pytest.raises(SandboxClosed, match="not open"):
        await sandbox.invoke()
    async with sandbox:
        pass
    with pytest.raises(SandboxClosed, match="not open"):
        await sandbox.invoke()


async def test_callers_within_the_limit_are_never_turned_away(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """With SnapStart, a snapshot that is being made counts for a caller who has a place."""
    workshop.write_function(PATIENT)

    async with workshop.sandbox(concurrency=3, init_type="snap-start", version="1") as sandbox:

        async def call() -> list[str]:
            return [(await sandbox.invoke()).status for _ in range(10)]

        answers = await asyncio.gather(*(call() for _ in range(3)))

    assert answers == [["success"] * 10] * 3


async def test_a_snapshot_that_cannot_be_made_keeps_nobody_waiting(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """Who waits for it is told why."""
    workshop.write_function(PATIENT)

    async with workshop.sandbox(concurrency=2, init_type="snap-start", version="1") as sandbox:
        (log,) = sandbox.log_folder.iterdir()
        moved = log.rename(workshop.records / "log")
        sandbox.log_folder.rmdir()
        call = asyncio.create_task(sandbox.invoke(until(workshop, "a")))
        await asyncio.sleep(0)
        with pytest.raises(RecordingError):
            await sandbox.invoke()
        sandbox.log_folder.mkdir()
        moved.rename(log)
        release(workshop, "a")
        assert (await call).status == "success"
