"""Between invocations nothing of a container moves, and nothing is sent to it."""

import asyncio
import json
from pathlib import Path

from tests.conftest import MS
from tests.sandbox.leftovers import Leftovers, running
from tests.sandbox.patience import eventually
from tests.sandbox.workshop import Workshop

# Burns CPU in a thread, in a child, and in a grandchild that has left session and group.
RESTLESS = """
    import os, subprocess, sys, threading, time

    BURN = "while True: pass"
    child = subprocess.Popen([sys.executable, "-ISc", BURN])
    stray = subprocess.Popen([sys.executable, "-ISc", BURN], start_new_session=True)

    def burn():
        while True:
            pass

    threading.Thread(target=burn, daemon=True).start()

    def handler(event, context):
        time.sleep(event.get("sleep", 0))
        return [os.getpid(), child.pid, stray.pid]
"""


def cpu_ticks(pid: int) -> int:
    """The CPU time a process has used, in clock ticks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def state(pid: int) -> str:
    """The state of a process: R running, S sleeping, T stopped."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


async def test_nothing_runs_while_idle(workshop: Workshop, leftovers: Leftovers) -> None:
    """CPU time stands still for every process, also for one that made a session of its own."""
    workshop.write_function(RESTLESS)
    workshop.write_extension("""
        import threading
        register("INVOKE", "SHUTDOWN")
        def burn():
            while True:
                pass
        threading.Thread(target=burn, daemon=True).start()
        loop()
    """)

    async with workshop.sandbox() as sandbox:
        pids = json.loads((await sandbox.invoke()).payload)
        pids.append(workshop.recorded()[0]["pid"])
        await asyncio.sleep(100 * MS)  # strays are looked for a moment after the freeze
        before = [cpu_ticks(pid) for pid in pids]
        await asyncio.sleep(200 * MS)

        assert before == [cpu_ticks(pid) for pid in pids]
        assert [state(pid) for pid in pids] == ["T"] * 4

        await sandbox.invoke(json.dumps({"sleep": 300 * MS}).encode())
        assert all(now > then for now, then in zip(map(cpu_ticks, pids), before, strict=True))


async def test_freezing_can_be_switched_off(workshop: Workshop, leftovers: Leftovers) -> None:
    """Then processes go on while idle."""
    workshop.write_function(RESTLESS)

    async with workshop.sandbox(freeze=False) as sandbox:
        pids = json.loads((await sandbox.invoke()).payload)
        before = [cpu_ticks(pid) for pid in pids]
        await asyncio.sleep(300 * MS)

        assert all(now > then for now, then in zip(map(cpu_ticks, pids), before, strict=True))


async def test_telemetry_waits_for_the_thaw(workshop: Workshop, leftovers: Leftovers) -> None:
    """What is sent when the container freezes arrives when it goes on, and not before."""
    workshop.write_function("def handler(event, context): return 1")
    workshop.write_extension("""
        register("INVOKE", "SHUTDOWN")
        subscribe("platform", timeoutMs=25)
        loop()
    """)

    async with workshop.sandbox() as sandbox:
        first = await sandbox.invoke()
        await asyncio.sleep(100 * MS)  # four times the buffering's timeout
        while_frozen = {
            event["record"].get("requestId")
            for event in workshop.telemetry()
            if event["type"] == "platform.report"
        }
        await sandbox.invoke()

    assert set() == while_frozen
    reports = [e["record"] for e in workshop.telemetry() if e["type"] == "platform.report"]
    assert first.request_id == reports[0]["requestId"]


async def test_telemetry_goes_on_without_freezing(workshop: Workshop, leftovers: Leftovers) -> None:
    """Where processes go on while idle, events reach them then too."""
    workshop.write_function("def handler(event, context): return 1")
    workshop.write_extension("""
        register("INVOKE", "SHUTDOWN")
        subscribe("platform", timeoutMs=25)
        loop()
    """)

    async with workshop.sandbox(freeze=False) as sandbox:
        result = await sandbox.invoke()
        await eventually(lambda: "platform.report" in [e["type"] for e in workshop.telemetry()])

    assert workshop.telemetry()[-1]["record"]["requestId"] == result.request_id


async def test_a_stopped_process_can_be_ended(workshop: Workshop, leftovers: Leftovers) -> None:
    """A frozen container is thawed for its end: its extension still gets SHUTDOWN."""
    workshop.write_function(RESTLESS)
    workshop.write_extension('register("INVOKE", "SHUTDOWN")\nloop()\n')

    async with workshop.sandbox() as sandbox:
        pids = json.loads((await sandbox.invoke()).payload)
        await asyncio.sleep(100 * MS)

    assert workshop.events()[-1]["eventType"] == "SHUTDOWN"
    assert [running(pid) for pid in pids] == [False] * 3
