"""Cleans up after a sandbox that was killed: its processes and its temporary folder.

The sandbox starts this file as a program of its own (`python -I -S keeper.py FOLDER`) and holds
the other end of its standard input. Whatever ends the sandbox, SIGKILL included, closes that pipe;
then everything that carries a temporary folder below FOLDER in its environment is killed, and
FOLDER is removed. A parent-death signal would not do: it does not reach the function's own
children, and it comes too early when the thread that started a process ends before the sandbox.
"""

import glob
import os
import shutil
import signal
import sys
import time

CONTROL_GROUPS = "/sys/fs/cgroup"


def processes_of(folder: str) -> list[int]:
    """The processes whose TMPDIR lies in `folder`, however they were started."""
    mark = f"\0TMPDIR={folder}".encode()
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/environ", "rb") as environ:
                variables = b"\0" + environ.read()
        except OSError:
            continue  # gone, or not ours
        if mark + b"\0" in variables or mark + b"/" in variables:
            found.append(int(entry))
    return found


def kill_processes_of(folder: str, patience_s: float = 2.0) -> None:
    """Kills until none is left; a process may start another before it dies."""
    deadline = time.monotonic() + patience_s
    while (found := processes_of(folder)) and time.monotonic() < deadline:
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.002)


def groups_of(folder: str) -> list[str]:
    """The control groups of the containers in `folder`: `<its name>-<number>` in either version."""
    name = glob.escape(os.path.basename(folder))
    return glob.glob(f"{CONTROL_GROUPS}/{name}-*") + glob.glob(f"{CONTROL_GROUPS}/*/{name}-*")


def thaw_groups_of(folder: str) -> None:
    """Lets what is frozen go on; version 1 lets nothing die before."""
    for group in groups_of(folder):
        state = os.path.join(group, "freezer.state")
        if os.path.exists(state):
            with open(state, "w", encoding="ascii") as file:
                file.write("THAWED")


def remove_groups_of(folder: str, patience_s: float = 2.0) -> None:
    """Removes the groups; a killed process stays in its group until it has quite gone."""
    deadline = time.monotonic() + patience_s
    while (groups := groups_of(folder)) and time.monotonic() < deadline:
        for group in groups:
            try:
                os.rmdir(group)
            except OSError:
                time.sleep(0.002)


def main() -> None:
    """Waits for the sandbox to end."""
    folder = sys.argv[1]
    sys.stdin.buffer.read()
    if os.path.isdir(folder):
        thaw_groups_of(folder)
        kill_processes_of(folder)
        remove_groups_of(folder)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
