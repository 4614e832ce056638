"""Single processes: how they end, what they held, who is found by the reaper."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from reuse_sandbox.machine.pipes import Message
from reuse_sandbox.machine.processes import outcome, peak_memory_mb, start
from reuse_sandbox.machine.reaper import kill_processes_of, processes_of

from tests.conftest import MS
from tests.sandbox.leftovers import Leftovers, gone, running
from tests.sandbox.patience import before_long


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, ""),
        (1, "exit status 1"),
        (255, "exit status 255"),
        (-9, "signal: killed"),
        (-11, "signal: segmentation fault"),
        (-15, "signal: terminated"),
    ],
)
def test_outcomes(code: int, words: str) -> None:
    """How a process ended, as the platform words it."""
    assert words == outcome(code)


async def test_output_and_end(tmp_path: Path, leftovers: Leftovers) -> None:
    """Both outputs are reported line by line, then the end; the rest of the group ends with it."""
    emitted: list[Message] = []
    ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    process = start(
        "probe",
        ["/bin/sh", "-c", "echo one; echo two >&2; printf three; sleep 1000 & exit 7"],
        folder=tmp_path,
        environment={"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path)},
        take=emitted.append,
        ended=lambda _, how: ended.set_result(how),
    )
    how = await ended
    process.close()

    assert how == "exit status 7"
    assert [text for _, text in emitted] == ["one", "two", "three"]
    assert gone(processes_of(str(tmp_path)))


async def test_what_cannot_be_executed(tmp_path: Path, leftovers: Leftovers) -> None:
    """The error comes at once, and its pipes are closed."""
    for command, error in (("nowhere", FileNotFoundError), (".", PermissionError)):
        with pytest.raises(error):
            start(
                "probe",
                [str(tmp_path / command)],
                folder=tmp_path,
                environment={},
                take=print,
                ended=print,
                framed=True,
            )


def test_peak_memory(tmp_path: Path) -> None:
    """The most each process held, summed; who has gone counts nothing."""
    hold = "import time; x = bytearray(64 << 20); del x; print(flush=True); time.sleep(1000)"
    with subprocess.Popen([sys.executable, "-ISc", hold], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        one, two = peak_memory_mb([process.pid]), peak_memory_mb([process.pid, os.getpid()])
        process.kill()

    assert 64 <= one < 128
    assert two > one
    assert peak_memory_mb([process.pid]) == 0


def test_the_reaper_finds_only_its_own(tmp_path: Path) -> None:
    """Processes are known by their temporary folder, and a like name is not it."""
    own, like = tmp_path / "box", tmp_path / "box2"
    command = [sys.executable, "-ISc", "import time; time.sleep(1000)"]
    inside = {**os.environ, "TMPDIR": str(own / "1")}
    outside = {**os.environ, "TMPDIR": str(like)}
    with (
        subprocess.Popen(command, env=inside, start_new_session=True) as mine,
        subprocess.Popen(command, env=outside) as other,
    ):
        assert before_long(lambda: processes_of(str(own)) == [mine.pid])
        assert before_long(lambda: processes_of(str(like)) == [other.pid])
        kill_processes_of(str(own), patience_s=2000 * MS)
        mine.wait()

        assert running(other.pid)
        other.kill()
