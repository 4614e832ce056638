"""All processes of one container: their start, their stillness between invocations, their end."""

import asyncio
import contextlib
import os
import resource
import shutil
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.layer import Layer
from reuse_sandbox.life.events import RUNTIME, LaunchFailed, extension_process
from reuse_sandbox.machine.cgroup import Groups
from reuse_sandbox.machine.commands import runtime_command
from reuse_sandbox.machine.freezer import Freezer
from reuse_sandbox.machine.keeper import MARK_LIMIT, kill_processes_of, mark_of
from reuse_sandbox.machine.namespaces import Namespaces
from reuse_sandbox.machine.pipes import Message
from reuse_sandbox.machine.processes import Process, peak_memory_mb, start
from reuse_sandbox.machine.variables import extension_variables, runtime_variables

# How long a container must have been idle before /proc is looked through for strays.
FREEZE_REST_S = 0.05

# SIGTERM must not follow SIGCONT too closely: while the main thread of a process is still waking
# up, the kernel gives the signal to another thread, and a handler written in Python, which only the
# main thread runs, would wait for the main thread's next system call to end.
AWAKE_S = 0.01

# The kernel takes a tenth of a millisecond to tell how much memory a process has held: invocations
# that follow each other more closely than this are told what the one before was.
PEAK_S = 0.01

Line = Callable[[str, Message], None]
Exited = Callable[[str, str, bool], None]


class Crew:
    """The processes, with the folder that is their temporary one.

    `line` is told each line with its category (`function` or `extension`), `exited` each exit with
    its outcome and whether memory had run out. `groups` hold all processes, where there are any.
    With `is_full` no file of theirs can grow.
    """

    def __init__(
        self,
        function: FunctionConfig,
        layer: Layer | None,
        tmp: Path,
        freezer: Freezer,
        *,
        line: Line,
        exited: Exited,
        groups: Groups | None = None,
        is_full: bool = False,
    ) -> None:
        self.tmp = tmp
        self.extensions = layer.extensions() if layer is not None else {}
        self._function = function
        self._layer = layer
        self._freezer = freezer
        self._line = line
        self._exited = exited
        self._control = groups
        self._is_full = is_full
        self._namespaces: Namespaces | None = None
        self._processes: dict[str, Process] = {}
        self._groups: list[int] = []
        self._peak_mb = 0
        self._peak_until = 0.0
        self._rest_timer: asyncio.TimerHandle | None = None
        self._awake_at = 0.0

    def live_in(self, namespaces: Namespaces) -> None:
        """Every process is started in these from now on."""
        self._namespaces = namespaces

    def start_extension(self, name: str, log_stream: str, api: str) -> LaunchFailed | None:
        """Starts an external extension; answers what was in the way, if anything."""
        variables = extension_variables(self._variables(log_stream, api))
        command = [str(self.extensions[name])]
        return self._start(extension_process(name), command, variables, "extension")

    def start_runtime(self, log_stream: str, api: str) -> LaunchFailed | None:
        """Starts the runtime; answers what was in the way, if anything."""
        variables = self._variables(log_stream, api)
        try:
            command = runtime_command(self._function, self._layer, variables)
        except FileNotFoundError as error:
            return LaunchFailed(RUNTIME, str(error))
        return self._start(RUNTIME, command, variables, "function")

    def terminate(self, name: str) -> None:
        """Sends SIGTERM to a process and its group, if it runs."""
        loop = asyncio.get_running_loop()
        loop.call_at(self._awake_at, self._signal, name, signal.SIGTERM)

    def kill(self, name: str) -> None:
        """Sends SIGKILL to a process and its group, if it runs."""
        self._signal(name, signal.SIGKILL)

    def stop(self, name: str) -> None:
        """Lets a process stand still, and its group, if it runs."""
        self._signal(name, signal.SIGSTOP)

    def drain(self, name: str) -> None:
        """Takes in what a process has written so far."""
        process = self._processes.get(name)
        if process is not None:
            process.drain()

    def freeze(self) -> None:
        """Holds all processes still."""
        self._freezer.freeze(self._groups)
        loop = asyncio.get_running_loop()
        self._rest_timer = loop.call_later(FREEZE_REST_S, self._freezer.freeze_rest, self._groups)

    def thaw(self) -> None:
        """Lets all processes go on."""
        self._cancel_rest()
        self._freezer.thaw(self._groups)
        self._awake_at = asyncio.get_running_loop().time() + AWAKE_S

    def memory_mb(self) -> int:
        """What all processes together held at most so far, or a moment ago."""
        present = asyncio.get_running_loop().time()
        if present < self._peak_until:
            return self._peak_mb
        self._peak_until = present + PEAK_S
        self._peak_mb = max(self._peak_mb, peak_memory_mb(self._groups))
        if self._control is not None:
            self._peak_mb = max(self._peak_mb, self._control.peak_mb())
        return self._peak_mb

    def clear(self) -> None:
        """Ends whatever still runs, at once; a new crew may start afterwards."""
        self._cancel_rest()
        if self._processes:
            for process in self._processes.values():
                process.signal(signal.SIGKILL)
            if self._control is not None:
                self._control.kill()
            kill_processes_of(str(self.tmp))
            if self._control is not None:
                self._control.forget_peak()
        for process in self._processes.values():
            process.close()
        self._processes, self._groups, self._peak_mb, self._peak_until = {}, [], 0, 0.0
        self._freezer.close()

    def remove(self) -> None:
        """Ends everything and removes the temporary folder; may be called again."""
        self.clear()
        if self._control is not None:
            self._control.remove()
        shutil.rmtree(self.tmp, ignore_errors=True)

    def _start(
        self, name: str, command: list[str], variables: Mapping[str, str], category: str
    ) -> LaunchFailed | None:
        try:
            process = start(
                name,
                command,
                folder=self._function.folder,
                environment=variables,
                told=lambda message: self._line(category, message),
                ended=self._ended,
                framed=name == RUNTIME and (self._function.is_python or self._function.is_node),
                before=self._before(),
            )
        except OSError as error:
            message = f"fork/exec {command[0]}: {(error.strerror or str(error)).lower()}"
            return LaunchFailed(name, message, isinstance(error, PermissionError))
        self._processes[name] = process
        self._groups.append(process.pid)
        return None

    def _before(self) -> Callable[[], None]:
        """What a process does ahead of its program."""
        control, namespaces, is_full = self._control, self._namespaces, self._is_full
        folder, mark = self._function.folder.resolve(), mark_of(str(self.tmp))

        def before() -> None:
            with contextlib.suppress(OSError, ValueError):  # there is a lower limit already
                resource.setrlimit(MARK_LIMIT, (mark, mark))
            if control is not None:
                control.join()
            if namespaces is not None:
                namespaces.join()
                os.chdir(folder)  # with other files the process is at their root
            if is_full:  # as if the disk were full, but that the error is EFBIG
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

        return before

    def _signal(self, name: str, number: signal.Signals) -> None:
        process = self._processes.get(name)
        if process is not None:
            process.signal(number)

    def _ended(self, process: Process, outcome: str) -> None:
        if self._processes.get(process.name) is process:
            self._groups.remove(process.pid)
            self._exited(process.name, outcome, self._ran_out_of_memory())

    def _ran_out_of_memory(self) -> bool:
        if self._control is None or not self._control.was_out_of_memory():
            return False
        self._peak_mb = self._function.memory_mb
        return True

    def _variables(self, log_stream: str, api: str) -> dict[str, str]:
        return runtime_variables(
            self._function, self._layer, log_stream=log_stream, tmp=self.tmp, api=api
        )

    def _cancel_rest(self) -> None:
        if self._rest_timer is not None:
            self._rest_timer.cancel()
            self._rest_timer = None
