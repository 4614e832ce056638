"""Whatever ends the sandbox, nothing is left behind: no process, no folder, no socket."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from reuse_sandbox import SandboxClosed
from reuse_sandbox.machine.reaper import groups_of

from tests.conftest import MS
from tests.sandbox.leftovers import Leftovers, gone, running
from tests.sandbox.patience import before_long, eventually
from tests.sandbox.test_cgroup import needs_rights
from tests.sandbox.workshop import Workshop

ROOT = Path(__file__).parents[2]

# A function with a child, and one that left session and group; both ignore what they can.
FAMILY = """
    import json, os, signal, subprocess, sys, time

    STAY = "import signal, time\\n" \\
           "for n in (1, 2, 15): signal.signal(n, signal.SIG_IGN)\\n" \\
           "time.sleep(1000)"

    def handler(event, context):
        child = subprocess.Popen([sys.executable, "-ISc", STAY])
        stray = subprocess.Popen([sys.executable, "-ISc", STAY], start_new_session=True)
        pids = [os.getpid(), child.pid, stray.pid]
        with open(os.path.join(os.environ["RECORDS"], "pids.part"), "w") as file:
            json.dump(pids, file)
        os.rename(file.name, os.path.join(os.environ["RECORDS"], "pids"))
        time.sleep(event.get("sleep", 0))
"""

# A program that opens a sandbox and invokes once; run with the folder and the event.
PROGRAM = """
import asyncio, sys
from pathlib import Path
from tests.sandbox.workshop import Workshop

class Opened(Workshop):
    def __init__(self, folder):
        self.function, self.layer = folder / "function", folder / "layer"
        self.data, self.records = folder / "data", folder / "records"

async def main():
    async with Opened(Path(sys.argv[1])).sandbox(isolate=bool(sys.argv[3])) as sandbox:
        await sandbox.invoke(sys.argv[2].encode())
        print("idle", flush=True)
        await asyncio.sleep(1000)

asyncio.run(main())
"""


def program(
    workshop: Workshop, tmp: Path, event: dict[str, Any], isolate: str = ""
) -> "subprocess.Popen[str]":
    """Starts the program, with a temporary folder of its own."""
    workshop.write_function(FAMILY)
    workshop.write_extension('register("INVOKE", "SHUTDOWN")\nloop()\n')
    tmp.mkdir()
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(workshop.function.parent), json.dumps(event), isolate],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def family(workshop: Workshop) -> list[int]:
    """Waits for the function to have started its children; -> all processes of the container."""
    path = workshop.records / "pids"
    assert before_long(path.exists)
    pids: list[int] = json.loads(path.read_text())
    return [*pids, workshop.recorded()[0]["pid"]]


def emptied(folder: Path) -> bool:
    """Waits for a folder to be empty; -> whether it is."""
    return before_long(lambda: not list(folder.iterdir()))


@pytest.mark.parametrize("idle", [True, False])
def test_sigkill(workshop: Workshop, tmp_path: Path, *, idle: bool) -> None:
    """The keeper ends what a killed sandbox leaves, frozen or running, and removes its folder."""
    tmp = tmp_path / "own"
    with program(workshop, tmp, {} if idle else {"sleep": 1000}) as sandbox:
        if idle:
            assert (sandbox.stdout and sandbox.stdout.readline()) == "idle\n"
        pids = family(workshop)
        assert all(map(running, pids))
        sandbox.kill()

        assert gone(pids)
        assert emptied(tmp)


@needs_rights
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_control_groups(workshop: Workshop, tmp_path: Path, number: signal.Signals) -> None:
    """They go with the sandbox, however it ends, and with them what was frozen in them."""
    tmp = tmp_path / "own"
    with program(workshop, tmp, {}, "isolated") as sandbox:
        assert (sandbox.stdout and sandbox.stdout.readline()) == "idle\n"
        pids = family(workshop)
        (folder,) = tmp.iterdir()
        assert groups_of(str(folder))
        sandbox.send_signal(number)
        sandbox.wait()

        assert gone(pids)
        assert emptied(tmp)
        assert before_long(lambda: not groups_of(str(folder)))


@pytest.mark.parametrize("idle", [True, False])
def test_sigint(workshop: Workshop, tmp_path: Path, *, idle: bool) -> None:
    """Ctrl-C gives extensions their SHUTDOWN, also in the middle of an invocation."""
    tmp = tmp_path / "own"
    with program(workshop, tmp, {} if idle else {"sleep": 1000}) as sandbox:
        if idle:
            assert (sandbox.stdout and sandbox.stdout.readline()) == "idle\n"
        pids = family(workshop)
        sandbox.send_signal(signal.SIGINT)
        sandbox.wait()

        assert gone(pids)
        assert emptied(tmp)
        assert workshop.events()[-1]["eventType"] == "SHUTDOWN" or not idle


def test_sigint_twice(workshop: Workshop, tmp_path: Path) -> None:
    """The impatient lose the proper end, and still leave nothing behind."""
    tmp = tmp_path / "own"
    with program(workshop, tmp, {"sleep": 1000}) as sandbox:
        pids = family(workshop)
        for _ in range(2):
            sandbox.send_signal(signal.SIGINT)
            time.sleep(50 * MS)
        sandbox.wait()

        assert gone(pids)
        assert emptied(tmp)


async def test_an_exception_in_the_block(workshop: Workshop, leftovers: Leftovers) -> None:
    """It passes through; containers still get their proper end."""
    workshop.write_function(FAMILY)
    workshop.write_extension('register("INVOKE", "SHUTDOWN")\nloop()\n')

    async def block() -> None:
        async with workshop.sandbox() as sandbox:
            await sandbox.invoke()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await block()

    assert workshop.events()[-1]["eventType"] == "SHUTDOWN"
    assert not any(map(running, family(workshop)))


async def test_cancellation_under_an_invocation(workshop: Workshop, leftovers: Leftovers) -> None:
    """A cancelled block ends like any other."""
    workshop.write_function(FAMILY)

    async def block() -> None:
        async with workshop.sandbox() as sandbox:
            await sandbox.invoke(b'{"sleep": 1000}')

    task = asyncio.create_task(block())
    await eventually((workshop.records / "pids").exists)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    pids = json.loads((workshop.records / "pids").read_text())
    assert not any(map(running, pids))


async def test_who_waits_when_everything_is_ended_at_once(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """A caller in another task is told that there will be no result."""
    workshop.write_function(FAMILY)
    workshop.write_extension("""
        register("INVOKE", "SHUTDOWN")
        next_event()
        time.sleep(1000)
    """)
    callers: list[asyncio.Task[object]] = []

    async def block() -> None:
        async with workshop.sandbox() as sandbox:
            callers.append(asyncio.create_task(sandbox.invoke(b'{"sleep": 1000}')))
            await eventually((workshop.records / "pids").exists)

    task = asyncio.create_task(block())
    await eventually((workshop.records / "pids").exists)
    await asyncio.sleep(50 * MS)  # the block has ended, its container is being ended
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    (outcome,) = await asyncio.gather(*callers, return_exceptions=True)
    # The invocation was cut short before the end was; only its report would still have come.
    assert isinstance(outcome, SandboxClosed)


async def test_an_end_that_is_cancelled(workshop: Workshop, leftovers: Leftovers) -> None:
    """Even then all processes are ended, at once."""
    workshop.write_function("def handler(event, context): return 1")
    workshop.write_extension("""
        register("INVOKE", "SHUTDOWN")
        loop()
        time.sleep(1000)
    """)

    async def block() -> None:
        async with workshop.sandbox() as sandbox:
            await sandbox.invoke()

    task = asyncio.create_task(block())
    await eventually(workshop.told_to_end)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert task.cancelled()
    assert not running(workshop.recorded()[0]["pid"])
