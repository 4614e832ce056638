"""What leaves its session and its environment behind belongs to its container all the same."""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from reuse_sandbox.machine.reaper import groups_of, mark_of, processes_of

from tests.sandbox.leftovers import Leftovers, gone, running
from tests.sandbox.patience import eventually
from tests.sandbox.workshop import Workshop

# Forks twice, is in a session of its own, and has an empty environment; ticks for a while.
DAEMON = """
    import os, subprocess, sys, time

    TICK = (
        "import os, sys, time\\n"
        "open(sys.argv[1], 'w').write(str(os.getpid()))\\n"
        "while True:\\n"
        "    open(sys.argv[1] + '.ticks', 'a').write('.')\\n"
        "    time.sleep(0.005)"
    )

    def daemonise(path):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.closerange(0, 100)
                os.execve(sys.executable, [sys.executable, "-ISc", TICK, path], {})
            os._exit(0)
        os.wait()
        while not os.path.exists(path + ".ticks"):
            time.sleep(0.005)

    def handler(event, context):
        daemonise(os.environ["RECORDS"] + "/daemon")
        return "done"
"""


@pytest.mark.parametrize("isolate", [False, True])
async def test_a_daemon_ends_with_its_container(
    workshop: Workshop, leftovers: Leftovers, isolate: bool
) -> None:
    """And the control groups that it was in, where there are any, are removed."""
    workshop.write_function(DAEMON)

    async with workshop.sandbox(isolate=isolate, memory_mb=1769) as sandbox:
        result = await sandbox.invoke()
        pid = int((workshop.records / "daemon").read_text())
        (folder,) = Path(tempfile.gettempdir()).iterdir()
        groups = groups_of(str(folder))
        assert pid in processes_of(str(folder / "1"))
        assert Path(f"/proc/{pid}/environ").read_bytes() == b""

    assert result.value == "done"
    assert gone([pid])
    assert [group for group in groups if Path(group).exists()] == []


async def test_a_daemon_stands_still_with_its_container(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """It is frozen a moment after the others, and thawed with them."""
    workshop.write_function(DAEMON)
    ticks = workshop.records / "daemon.ticks"

    async with workshop.sandbox() as sandbox:
        await sandbox.invoke()
        pid = int((workshop.records / "daemon").read_text())
        await eventually(lambda: _state(pid) == "T")
        size = ticks.stat().st_size
        assert running(pid)
        await asyncio.sleep(0)
        assert ticks.stat().st_size == size


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_marks_are_a_container_s_own(tmp_path: Path) -> None:
    """No two containers share one; a sandbox's folder stands for all of its containers."""
    folder = tmp_path / "lambda-reuse-one"
    other = tmp_path / "lambda-reuse-two"
    marks = {mark_of(str(box / str(n))) for box in (folder, other) for n in range(1, 5)}
    program = (
        "import resource, subprocess, sys\n"
        f"resource.setrlimit(15, ({mark_of(str(folder / '2'))},) * 2)\n"
        "subprocess.run([sys.executable, '-ISc', 'input()'], env={})"
    )
    with subprocess.Popen([sys.executable, "-ISc", program], stdin=subprocess.PIPE) as process:
        while len(found := processes_of(str(folder / "2"))) < 2:
            assert process.poll() is None
        elsewhere = [processes_of(str(box)) for box in (folder / "1", folder / "22", other)]
        below = processes_of(str(folder))
        process.communicate(b"\n")

    assert len(marks) == 8
    assert sorted(found) == sorted(below)
    assert process.pid in found
    assert elsewhere == [[], [], []]
    assert os.getpid() not in below
