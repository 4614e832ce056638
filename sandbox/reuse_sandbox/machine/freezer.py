"""How a container's processes are held still between invocations, and let go again."""

import contextlib
import os
import signal
from collections.abc import Iterable
from typing import Protocol

from reuse_sandbox.machine.reaper import processes_of


class Freezer(Protocol):
    """Stops and continues all processes of one container.

    `freeze` and `thaw` stand in the way of every invocation and must be quick. `freeze_rest` is
    called a moment after `freeze`, when the container turns out to stay idle.
    """

    def freeze(self, groups: Iterable[int]) -> None:
        """Stops these process groups."""

    def freeze_rest(self, groups: Iterable[int]) -> None:
        """Stops what belongs to the container without being in one of its groups."""

    def thaw(self, groups: Iterable[int]) -> None:
        """Continues everything that was stopped."""

    def close(self) -> None:
        """Lets go of what it holds; the processes have ended."""


class SignalFreezer:
    """SIGSTOP and SIGCONT: works without rights and takes some 40 us.

    A process that made a session or group of its own is not reached through the container's groups;
    it is found by the temporary folder in its environment, which means a look through /proc. That
    is not for the hot path: under steady traffic a stray that has just been born goes on for a
    moment, later it is stopped with the others.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._strays: dict[int, int] = {}  # process -> pidfd, which no other process can inherit

    def freeze(self, groups: Iterable[int]) -> None:
        """Stops these process groups, and the strays that are known."""
        _signal_groups(groups, signal.SIGSTOP)
        self._signal_strays(signal.SIGSTOP)

    def freeze_rest(self, groups: Iterable[int]) -> None:
        """Looks for strays and stops them."""
        known = set(groups)
        for pid in processes_of(self._folder):
            if pid not in self._strays and _group(pid) not in known:
                with contextlib.suppress(ProcessLookupError):
                    self._strays[pid] = os.pidfd_open(pid)
        self._signal_strays(signal.SIGSTOP)

    def thaw(self, groups: Iterable[int]) -> None:
        """Continues all of them."""
        _signal_groups(groups, signal.SIGCONT)
        self._signal_strays(signal.SIGCONT)

    def close(self) -> None:
        """Forgets the strays."""
        for pidfd in self._strays.values():
            os.close(pidfd)
        self._strays.clear()

    def _signal_strays(self, number: signal.Signals) -> None:
        for pid, pidfd in list(self._strays.items()):
            try:
                signal.pidfd_send_signal(pidfd, number)
            except ProcessLookupError:
                os.close(self._strays.pop(pid))


class NoFreezer:
    """Leaves the processes running, as a debugger may want it."""

    def freeze(self, groups: Iterable[int]) -> None:
        """Does nothing."""

    def freeze_rest(self, groups: Iterable[int]) -> None:
        """Does nothing."""

    def thaw(self, groups: Iterable[int]) -> None:
        """Does nothing."""

    def close(self) -> None:
        """Does nothing."""


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def _signal_groups(groups: Iterable[int], number: signal.Signals) -> None:
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, number)
