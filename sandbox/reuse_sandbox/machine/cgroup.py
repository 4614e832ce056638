"""A container's control groups: its share of the processor, its memory, its stillness.

Version 2 of the kernel's control groups has everything in one folder, version 1 has a folder for
each controller, and many machines have both at once: each step takes what it finds. Where the user
has no right to make groups, a step is simply not available; nothing is pretended.
"""

import contextlib
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from reuse_sandbox.machine.reaper import kill_members_of

ROOT = Path("/sys/fs/cgroup")
STEPS = ("freeze", "cpu", "memory")

FULL_MB = 1769  # memory at which a function has one whole processor ("Configure function memory")
REMOVE_S, REMOVE_STEP_S = 2.0, 0.002
PERIOD_US = 20_000  # short, so that a small share is felt as slowness and not as pauses


@dataclass(frozen=True)
class Step:
    """Where one step is done: the folder that groups are made in, and the version."""

    parent: Path
    version: int


def available(root: Path = ROOT) -> dict[str, Step | str]:
    """For each step where it can be done, or a sentence why it cannot."""
    return {step: _place(step, root) for step in STEPS}


class ControlGroups:
    """The groups of one container; `steps` are those that are in use.

    With `is_held` they have the memory size's share of the processor at once, else from
    `hold_to_share` on. Raises OSError where a group cannot be made; `remove` ends them.
    """

    def __init__(
        self, name: str, memory_mb: int, root: Path = ROOT, *, is_held: bool = True
    ) -> None:
        found = available(root)
        self.steps = {name: step for name, step in found.items() if isinstance(step, Step)}
        self._memory_mb = memory_mb
        self._folders = {step: place.parent / name for step, place in self.steps.items()}
        self._frozen = False
        self._kills = 0
        self._has_peak = True
        self._joining: list[int] = []
        try:
            for folder in dict.fromkeys(self._folders.values()):
                folder.mkdir()
                self._joining.append(os.open(folder / "cgroup.procs", os.O_WRONLY))
            self._limit_memory()
            if is_held:
                self.hold_to_share()
        except OSError:
            self.remove()
            raise

    def join(self) -> None:
        """Puts the calling process into all groups; for the time between fork and exec."""
        for file in self._joining:
            os.write(file, b"0")

    def freeze(self, groups: Iterable[int] = ()) -> None:  # noqa: ARG002 - whoever is in is held
        """Stops everything in the container, whatever session or group it has made."""
        self._set_frozen(True)

    def freeze_rest(self, groups: Iterable[int]) -> None:
        """Nothing escapes a control group."""

    def thaw(self, groups: Iterable[int] = ()) -> None:  # noqa: ARG002
        """Lets everything go on."""
        self._set_frozen(False)

    def was_out_of_memory(self) -> bool:
        """Whether the kernel has killed for want of memory since this was asked last."""
        if "memory" not in self.steps:
            return False
        file = "memory.events" if self.steps["memory"].version == 2 else "memory.oom_control"
        before, self._kills = self._kills, _field(self._folders["memory"] / file, "oom_kill")
        return self._kills > before

    def peak_mb(self) -> int:
        """The most memory that the whole container has held, in MB; 0 where it is not known."""
        if "memory" not in self.steps or not self._has_peak:
            return 0
        file = "memory.peak" if self.steps["memory"].version == 2 else "memory.max_usage_in_bytes"
        try:
            size = int((self._folders["memory"] / file).read_text())
        except (OSError, ValueError):
            return 0  # memory.peak is younger than the rest of version 2
        return min(round(size / (1 << 20)), self._memory_mb)

    def forget_peak(self) -> None:
        """The processes have ended, and others will follow: what those held counts no more.

        Version 2 cannot do so; there the peak is not known from then on.
        """
        if "memory" not in self.steps:
            return
        if self.steps["memory"].version == 2:
            self._has_peak = False
        else:
            self._write("memory", "memory.max_usage_in_bytes", "0")

    def close(self) -> None:
        """Nothing: after a reset the groups serve the next processes."""

    def kill(self) -> None:
        """Kills every process in the groups; one that is being started may be missed."""
        self._set_frozen(False)  # version 1 lets nothing die that is frozen
        for folder in set(self._folders.values()):
            kill_members_of(str(folder))

    def remove(self, patience_s: float = REMOVE_S) -> None:
        """Ends what is in the groups, and removes them; may be called again.

        A killed process stays in its group until it has quite gone.
        """
        while self._joining:
            os.close(self._joining.pop())
        deadline = time.monotonic() + patience_s
        while not self._are_removed() and time.monotonic() < deadline:
            self.kill()
            time.sleep(REMOVE_STEP_S)

    def _are_removed(self) -> bool:
        for folder in self._folders.values():
            with contextlib.suppress(OSError):  # gone, or a process is still there
                folder.rmdir()
        return not any(folder.exists() for folder in self._folders.values())

    def hold_to_share(self) -> None:
        """Allows the memory size's share of the processor, and no more."""
        if "cpu" not in self.steps:
            return
        quota_us = PERIOD_US * self._memory_mb // FULL_MB
        if self.steps["cpu"].version == 2:
            self._write("cpu", "cpu.max", f"{quota_us} {PERIOD_US}")
        else:
            self._write("cpu", "cpu.cfs_period_us", str(PERIOD_US))
            self._write("cpu", "cpu.cfs_quota_us", str(quota_us))

    def _limit_memory(self) -> None:
        size = str(self._memory_mb << 20)
        if "memory" in self.steps:
            second = self.steps["memory"].version == 2
            self._write("memory", "memory.max" if second else "memory.limit_in_bytes", size)
            with contextlib.suppress(OSError):  # a machine without swap has no such file
                swap = ("memory.swap.max", "0") if second else ("memory.memsw.limit_in_bytes", size)
                self._write("memory", *swap)

    def _set_frozen(self, frozen: bool) -> None:
        if frozen is self._frozen or "freeze" not in self.steps:
            return
        self._frozen = frozen
        if self.steps["freeze"].version == 2:
            self._write("freeze", "cgroup.freeze", "1" if frozen else "0")
        else:
            self._write("freeze", "freezer.state", "FROZEN" if frozen else "THAWED")

    def _write(self, step: str, file: str, text: str) -> None:
        # Not opened as Path.write_text does: these files can be neither created nor truncated.
        opened = os.open(self._folders[step] / file, os.O_WRONLY)
        try:
            os.write(opened, text.encode())
        finally:
            os.close(opened)


CONTROLLERS = {"freeze": "freezer", "cpu": "cpu", "memory": "memory"}  # version 1's names


def _place(step: str, root: Path) -> Step | str:
    controller = CONTROLLERS[step]
    for parent in (root, root / "unified"):
        controllers = parent / "cgroup.subtree_control"
        if not controllers.is_file():
            continue
        if step == "freeze" or controller in controllers.read_text().split():
            return _usable(Step(parent, 2))
    if (root / controller / "cgroup.procs").exists():
        return _usable(Step(root / controller, 1))
    return f"the kernel offers no control group for {controller} here"


def _usable(step: Step) -> Step | str:
    if not os.access(step.parent, os.W_OK):
        return f"this user may not make control groups in {step.parent}"
    return step


def _field(path: Path, name: str) -> int:
    """A number in a file of lines `name number`."""
    with contextlib.suppress(OSError):
        for line in path.read_text().splitlines():
            word, _, number = line.partition(" ")
            if word == name:
                return int(number)
    return 0
