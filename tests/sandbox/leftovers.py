"""Sees whether a test left anything running, listening or lying about."""

import gc
import os
from pathlib import Path

from tests.sandbox.patience import before_long


class Leftovers:
    """What there was before; `check` says what is there beyond it. `tmp` is for the test alone."""

    def __init__(self, tmp: Path) -> None:
        self._tmp = tmp
        self._before = self._present()

    def check(self) -> None:
        """Fails when there is more than before; what is just about to go is given a moment."""
        gc.collect()  # an error that pytest has seen may still hold a client's socket

        assert before_long(lambda: not self._found()), self._found()

    def _found(self) -> dict[str, set[str]]:
        present = self._present()
        kinds = ("children", "strays", "temporary files", "open files")
        more = [now - before for now, before in zip(present, self._before, strict=True)]
        return {kind: found for kind, found in zip(kinds, more, strict=True) if found}

    def _present(self) -> tuple[set[str], ...]:
        return _children(), _strays(self._tmp), self._files(), _open_files()

    def _files(self) -> set[str]:
        return {str(path) for path in self._tmp.iterdir()}


def running(pid: int) -> bool:
    """Whether a process exists and is more than its exit code."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(pids: list[int]) -> bool:
    """Waits for all these processes to end; -> whether they have."""
    return before_long(lambda: not any(map(running, pids)))


def _children() -> set[str]:
    """The processes below this one, with their commands."""
    parents, found = {os.getpid()}, set()
    for entry in sorted((e for e in os.listdir("/proc") if e.isdigit()), key=int):
        try:
            stat = Path(f"/proc/{entry}/stat").read_text()
            command = Path(f"/proc/{entry}/cmdline").read_text()
        except OSError:
            continue
        parent = int(stat.rpartition(")")[2].split()[1])
        if parent in parents:
            parents.add(int(entry))
            found.add(f"{entry} {command}")
    return found


def _strays(tmp: Path) -> set[str]:
    """The processes that were started with a temporary folder below `tmp`."""
    found = set()
    for entry in (e for e in os.listdir("/proc") if e.isdigit()):
        try:
            variables = Path(f"/proc/{entry}/environ").read_bytes()
        except OSError:
            continue
        if f"TMPDIR={tmp}".encode() in variables:
            found.add(entry)
    return found


def _open_files() -> set[str]:
    """Sockets, pipes and files of this process."""
    found = set()
    for entry in os.listdir("/proc/self/fd"):
        try:
            found.add(f"{entry} {os.readlink(f'/proc/self/fd/{entry}')}")
        except OSError:
            continue
    return found
