"""One process of a container: its start, its group, its output and its end."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from reuse_sandbox.machine.pipes import Frames, Lines, Message, Pipe

KILLED_S = 1.0  # how long a killed process is waited for; commonly it has gone at once
LOG_FD_VARIABLE = "_LAMBDA_TELEMETRY_LOG_FD"

TakeMessage = Callable[[Message], None]


class Process:
    """A running process, leader of a process group of its own.

    The group stays in the sandbox's session. In a session of its own it would be an orphaned one,
    and the kernel sends SIGHUP to an orphaned group when it is stopped and a member ends.
    """

    def __init__(
        self, name: str, popen: "subprocess.Popen[bytes]", pipes: Sequence[Pipe], ended: "Ended"
    ) -> None:
        self.name = name
        self.pid = popen.pid
        self._popen = popen
        self._pipes = pipes
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._watch = os.pidfd_open(self.pid)
        self._loop.add_reader(self._watch, self._exited)

    @property
    def running(self) -> bool:
        """Whether the process itself has not ended; members of its group may outlive it."""
        return self._watch >= 0

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to the whole group, unless the process has ended."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def drain(self) -> None:
        """Takes in what the process has written so far."""
        for pipe in self._pipes:
            pipe.drain()

    def close(self) -> None:
        """Lets go of pipes and watch; a process that still runs has been killed."""
        self._unwatch()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(KILLED_S)
        for pipe in self._pipes:
            pipe.drain()
            pipe.close()

    def _exited(self) -> None:
        # Until it is collected its number belongs to it, so the rest of its group can be ended.
        self.signal(signal.SIGKILL)
        self._unwatch()
        code = self._popen.wait()  # it has ended: this collects it and does not wait
        self.drain()
        self._ended(self, outcome(code))

    def _unwatch(self) -> None:
        if self._watch >= 0:
            self._loop.remove_reader(self._watch)
            os.close(self._watch)
            self._watch = -1


Ended = Callable[[Process, str], None]


def start(
    name: str,
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    take: TakeMessage,
    ended: Ended,
    framed: bool = False,
    before: Callable[[], None] | None = None,
) -> Process:
    """Starts a process; raises `OSError` when it cannot be executed.

    `framed` gives it a further pipe for framed messages, as Lambda gives its managed runtimes;
    `before` is called in the new process, ahead of the program.
    """
    output = Pipe(Lines(), take)
    frames = Pipe(Frames(), take) if framed else None
    pipes = [output] if frames is None else [output, frames]
    variables = dict(environment)
    if frames is not None:
        variables[LOG_FD_VARIABLE] = str(frames.writing)
    try:
        popen = subprocess.Popen(
            list(command),
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output.writing,
            stderr=output.writing,
            pass_fds=[frames.writing] if frames is not None else [],
            process_group=0,
            preexec_fn=before,  # noqa: PLW1509 - it only writes to files that are open already
        )
    except (OSError, subprocess.SubprocessError) as error:
        for pipe in pipes:
            pipe.close()
        if isinstance(error, OSError):
            raise
        raise OSError(str(error)) from error  # it is `before` that failed
    for pipe in pipes:
        pipe.listen()
    return Process(name, popen, pipes, ended)


def outcome(code: int) -> str:
    """How a process ended, in the platform's words; empty for code 0."""
    if code >= 0:
        return f"exit status {code}" if code else ""
    description = signal.strsignal(-code) or f"signal {-code}"
    return f"signal: {description.lower()}"


def peak_memory_mb(pids: Sequence[int]) -> int:
    """The sum of what each process held at most, in MB; one that has gone counts nothing."""
    total_kb = 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError):
            text = _status(pid)
            at = text.index(b"VmHWM:")
            total_kb += int(text[at + 6 : text.index(b"kB", at)])
    return round(total_kb / 1024)


def _status(pid: int) -> bytes:
    """The process's status; by bare calls, as it is read at every invocation's end."""
    file = os.open(f"/proc/{pid}/status", os.O_RDONLY)
    try:
        return os.read(file, 8192)
    finally:
        os.close(file)
