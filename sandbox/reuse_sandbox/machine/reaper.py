"""Cleans up after a sandbox that was killed: its processes and its temporary folder.

The sandbox starts this file as a program of its own (`python -I -S reaper.py FOLDER`) and holds
the other end of its standard input. Whatever ends the sandbox, SIGKILL included, closes that pipe;
then every process of its containers is killed, and FOLDER is removed. A parent-death signal would
not do: it does not reach the function's own children, and it comes too early when the thread that
started a process ends before the sandbox.

How a container's processes are found, whatever they have done to get away (a session of their own,
a second fork, another environment):

* by a resource limit that means nothing to them and that every child inherits: how long a process
  with realtime priority may run without a break. It is set to a number that names the container
  (`mark_of`), some 70 000 years; only root can raise it again;
* by TMPDIR in their environment, where that limit could not be set.
"""

import binascii
import os
import signal
import sys
import time

CONTROL_GROUPS = "/sys/fs/cgroup"

MARK_LIMIT = 15  # RLIMIT_RTTIME, for which Python has no name
MARK_LINE = b"Max realtime timeout"  # its line in /proc/<pid>/limits
MARK_BASE = 1 << 61
CONTAINERS = 1 << 20  # marks of one sandbox


def mark_of(folder: str) -> int:
    """The mark of a container's processes, by its folder `<sandbox's folder>/<number>`."""
    return _marks_of(folder).start


def processes_of(folder: str) -> list[int]:
    """The processes of the container that has this folder, or of all containers below it."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                if _is_marked(entry, folder) and not _is_dead(entry):
                    found.append(int(entry))
            except OSError:
                continue  # gone, or not ours
    return found


def _is_marked(pid: str, folder: str) -> bool:
    limits = _read(pid, "limits")
    at = limits.find(MARK_LINE)
    value = limits[at + len(MARK_LINE) :].split(None, 1)[0] if at >= 0 else b""
    if value.isdigit() and int(value) in _marks_of(folder):
        return True
    variables = b"\0" + _read(pid, "environ")
    mark = f"\0TMPDIR={folder}".encode()
    return mark + b"\0" in variables or mark + b"/" in variables


def _marks_of(folder: str) -> range:
    sandbox, _, number = folder.rpartition("/")
    if number.isdigit():
        first = MARK_BASE + binascii.crc32(sandbox.encode()) * CONTAINERS + int(number) % CONTAINERS
        return range(first, first + 1)
    first = MARK_BASE + binascii.crc32(folder.encode()) * CONTAINERS
    return range(first, first + CONTAINERS)


def _is_dead(pid: str) -> bool:
    """Whether only its exit code is left, for its parent."""
    return _read(pid, "stat").rpartition(b")")[2].split()[0] in {b"Z", b"X"}


def _read(pid: str, file: str) -> bytes:
    with open(f"/proc/{pid}/{file}", "rb") as opened:
        return opened.read()


def kill_processes_of(folder: str, patience_s: float = 2.0) -> None:
    """Kills until none is left; a process may start another before it dies."""
    deadline = time.monotonic() + patience_s
    while (found := processes_of(folder)) and time.monotonic() < deadline:
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue  # gone by itself, or another user's by now
        time.sleep(0.002)


def groups_of(folder: str) -> list[str]:
    """The control groups of the containers in `folder`: `<its name>-<number>` in either version."""
    name = os.path.basename(folder) + "-"
    roots = [CONTROL_GROUPS, *(os.path.join(CONTROL_GROUPS, one) for one in _names(CONTROL_GROUPS))]
    return [
        os.path.join(root, one) for root in roots for one in _names(root) if one.startswith(name)
    ]


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []  # a file, or not there


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
            kill_members_of(group)
            try:
                os.rmdir(group)
            except OSError:
                time.sleep(0.002)


def kill_members_of(group: str) -> None:
    """Kills every process in a control group."""
    try:
        with open(os.path.join(group, "cgroup.procs"), encoding="ascii") as file:
            members = [int(pid) for pid in file.read().split()]
        for pid in members:
            os.kill(pid, signal.SIGKILL)
    except OSError:
        return  # gone: the group, or what was in it


def main() -> None:
    """Waits for the sandbox to end."""
    folder = sys.argv[1]
    sys.stdin.buffer.read()
    if os.path.isdir(folder):
        thaw_groups_of(folder)
        kill_processes_of(folder)
        remove_groups_of(folder)
        import shutil  # until then it would only take memory, and time while the sandbox starts

        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
