"""With rights a container has the memory and the processor of its size, and is frozen whole."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from reuse_sandbox.machine.cgroup import ControlGroups, Step, available
from reuse_sandbox.machine.isolation import isolation
from reuse_sandbox.machine.reaper import groups_of, remove_groups_of, thaw_groups_of

from tests.conftest import MS
from tests.sandbox.leftovers import Leftovers, gone, running
from tests.sandbox.test_freeze import RESTLESS, cpu_ticks
from tests.sandbox.workshop import Workshop

HAS_RIGHTS = all(isinstance(step, Step) for step in available().values())
needs_rights = pytest.mark.skipif(not HAS_RIGHTS, reason="this user may not make control groups")


@needs_rights
async def test_out_of_memory(workshop: Workshop, leftovers: Leftovers) -> None:
    """The kernel kills the runtime; the report says so, and the container serves again."""
    workshop.write_function("""
        def handler(event, context):
            return len(b"x" * (event["mb"] << 20)) >> 20
    """)

    async with workshop.sandbox(isolate=True, memory_mb=128) as sandbox:
        too_much = await sandbox.invoke(b'{"mb": 400}')
        enough = await sandbox.invoke(b'{"mb": 10}')
        again = await sandbox.invoke(b'{"mb": 400}')

    for result in (too_much, again):
        assert json.loads(result.payload)["errorType"] == "Runtime.OutOfMemory"
    assert (enough.payload, enough.container_id) == (b"10", too_much.container_id)
    reports = [line for line in workshop.log() if line.startswith("REPORT")]
    assert "Memory Size: 128 MB\tMax Memory Used: 128 MB" in reports[0]
    assert "Runtime.OutOfMemory" in reports[0]
    # What the killed process held does not count for the one after it.
    assert int(reports[1].partition("Max Memory Used: ")[2].split()[0]) < 128


@needs_rights
async def test_memory_of_the_whole_tree(workshop: Workshop, leftovers: Leftovers) -> None:
    """A child's memory counts, though it has ended before anybody looked."""
    workshop.write_function("""
        import subprocess, sys

        def handler(event, context):
            subprocess.run([sys.executable, "-ISc", "b'x' * (200 << 20)"], check=True)
    """)

    async with workshop.sandbox(isolate=True, memory_mb=1769) as sandbox:
        await sandbox.invoke()

    (report,) = [line for line in workshop.log() if line.startswith("REPORT")]
    assert int(report.partition("Max Memory Used: ")[2].split()[0]) >= 200


@needs_rights
async def test_everything_is_frozen(workshop: Workshop, leftovers: Leftovers) -> None:
    """Also what made a session of its own, at once, and it goes on with the next invocation."""
    workshop.write_function(RESTLESS)

    async with workshop.sandbox(isolate=True, memory_mb=3538) as sandbox:
        pids = json.loads((await sandbox.invoke()).payload)
        await asyncio.sleep(100 * MS)
        before = [cpu_ticks(pid) for pid in pids]
        await asyncio.sleep(200 * MS)
        assert before == [cpu_ticks(pid) for pid in pids]

        await sandbox.invoke(json.dumps({"sleep": 300 * MS}).encode())
        assert all(now > then for now, then in zip(map(cpu_ticks, pids), before, strict=True))

    assert not any(map(running, pids))


@needs_rights
@needs_rights
@pytest.mark.parametrize(
    ("provisioned", "expected"), [(0, ["unlimited", "held"]), (1, ["held", "held"])]
)
async def test_an_init_on_demand_is_not_held_to_its_share(
    workshop: Workshop, leftovers: Leftovers, provisioned: int, expected: list[str]
) -> None:
    """A provisioned one is, and every invocation; the function reads its own group's limit."""
    workshop.write_function("""
        def limit():
            for line in open("/proc/self/cgroup"):
                number, controllers, path = line.strip().split(":", 2)
                if "cpu" in controllers.split(","):
                    file = f"/sys/fs/cgroup/cpu{path}/cpu.cfs_quota_us"
                elif number == "0" and path.startswith("/lambda-reuse-"):
                    file = f"/sys/fs/cgroup{path}/cpu.max"
                else:
                    continue
                try:
                    word = open(file).read().split()[0]
                except OSError:
                    continue
                return "unlimited" if word in {"-1", "max"} else "held"

        at_init = limit()

        def handler(event, context):
            return [at_init, limit()]
    """)

    settings: dict[str, Any] = {"isolate": True, "memory_mb": 1769}
    async with workshop.sandbox(provisioned=provisioned, **settings) as sandbox:
        result = await sandbox.invoke()

    assert result.value == expected


async def test_no_group_is_left(workshop: Workshop, leftovers: Leftovers) -> None:
    """Whatever was made for two containers is gone with them."""
    workshop.write_function("def handler(event, context): pass")

    async with workshop.sandbox(isolate=True, concurrency=2, memory_mb=1769) as sandbox:
        await asyncio.gather(sandbox.invoke(), sandbox.invoke())
        (folder,) = Path(tempfile.gettempdir()).iterdir()
        own = groups_of(str(folder))
        assert {name.rpartition("-")[2] for name in own} == {"1", "2"}

    assert [name for name in own if Path(name).exists()] == []


@needs_rights
def test_a_share_of_the_processor() -> None:
    """What is written is the size's share of a whole processor."""
    groups = ControlGroups(f"lambda-reuse-test-{os.getpid()}", 1769 // 2)
    try:
        step = groups.steps["cpu"]
        folder = step.parent / f"lambda-reuse-test-{os.getpid()}"
        if step.version == 2:
            quota, period = (folder / "cpu.max").read_text().split()
        else:
            quota = (folder / "cpu.cfs_quota_us").read_text()
            period = (folder / "cpu.cfs_period_us").read_text()
    finally:
        groups.remove()

    assert int(quota) / int(period) == pytest.approx(0.5, abs=0.001)
    assert not folder.exists()


@needs_rights
def test_the_reaper_ends_what_is_frozen(tmp_path: Path) -> None:
    """Groups are known by the sandbox's folder; frozen processes in them can be killed."""
    folder = tmp_path / f"lambda-reuse-kept-{os.getpid()}"
    groups = ControlGroups(f"{folder.name}-1", 1769)
    command = [sys.executable, "-ISc", "import time; time.sleep(1000)"]
    with subprocess.Popen(command, preexec_fn=groups.join) as process:  # noqa: PLW1509
        groups.freeze()
        assert groups_of(str(folder))
        thaw_groups_of(str(folder))
        process.kill()
        process.wait()
    remove_groups_of(str(folder))

    assert gone([process.pid])
    assert groups_of(str(folder)) == []
    groups.remove()


def test_a_machine_without_control_groups(tmp_path: Path) -> None:
    """Each step has a sentence instead of a place, and a container has no groups."""
    found = available(tmp_path)

    assert set(found) == {"freeze", "cpu", "memory"}
    assert all("no control group" in str(why) for why in found.values())
    assert ControlGroups("lambda-reuse-none", 128, tmp_path).steps == {}


def test_version_2_has_everything_in_one_folder(tmp_path: Path) -> None:
    """Where its controllers are handed on to the groups below."""
    (tmp_path / "cgroup.subtree_control").write_text("cpu memory pids\n")

    assert available(tmp_path) == dict.fromkeys(("freeze", "cpu", "memory"), Step(tmp_path, 2))


def test_the_steps_of_isolation_with_and_without_rights(tmp_path: Path) -> None:
    """What needs rights is said to be missing without them; the freeze falls back to signals."""
    without = {step.step: step for step in isolation(tmp_path)}
    (tmp_path / "cgroup.subtree_control").write_text("cpu memory\n")
    with_rights = {step.step: step for step in isolation(tmp_path)}

    for name in ("processor share", "memory limit"):
        assert (without[name].available, with_rights[name].available) == (False, True)
        assert without[name].effect != with_rights[name].effect
    assert "SIGSTOP, as" in without["freeze"].how
    assert "version 2" in with_rights["freeze"].how
