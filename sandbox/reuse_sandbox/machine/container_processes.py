"""All processes of one container: their start, their stillness between invocations, their end."""

import asyncio
import shutil
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.layer import Layer
from reuse_sandbox.life.events import LaunchFailed
from reuse_sandbox.machine.cgroup import ControlGroups
from reuse_sandbox.machine.freezer import Freezer
from reuse_sandbox.machine.frozen_clock import FrozenClock
from reuse_sandbox.machine.launcher import Launcher, TakeLine
from reuse_sandbox.machine.namespaces import Namespaces
from reuse_sandbox.machine.processes import Process, peak_memory_mb
from reuse_sandbox.machine.reaper import kill_processes_of

# How long a container must have been idle before /proc is looked through for strays.
FREEZE_REST_S = 0.05

# SIGTERM must not follow SIGCONT too closely: while the main thread of a process is still waking
# up, the kernel gives the signal to another thread, and a handler written in Python, which only the
# main thread runs, would wait for the main thread's next system call to end.
AWAKE_S = 0.01

# The kernel takes a tenth of a millisecond to tell how much memory a process has held: invocations
# that follow each other more closely than this get the answer of the one before.
PEAK_S = 0.01

Exited = Callable[[str, str, bool], None]


class ContainerProcesses:
    """The processes, with the folder that is their temporary one.

    `line` and the further settings are the launcher's; `exited` is called at each exit with its
    outcome and whether memory had run out.
    """

    def __init__(
        self,
        function: FunctionConfig,
        layer: Layer | None,
        tmp: Path,
        freezer: Freezer,
        *,
        line: TakeLine,
        exited: Exited,
        control_groups: ControlGroups | None = None,
        is_full: bool = False,
        clock: FrozenClock | None = None,
    ) -> None:
        self._function = function
        self._tmp = tmp
        self._freezer = freezer
        self._exited = exited
        self._control_groups = control_groups
        self._clock = clock
        self._launcher = Launcher(
            function,
            layer,
            tmp,
            control_groups=control_groups,
            is_full=is_full,
            clock=clock,
            line=line,
            ended=self._ended,
        )
        self.extensions = tuple(self._launcher.extensions)
        self._processes: dict[str, Process] = {}
        self._leaders: list[int] = []  # of process groups
        self._peak_mb = 0
        self._peak_until = 0.0
        self._rest_timer: asyncio.TimerHandle | None = None
        self._awake_at = 0.0

    def open(self, private: Sequence[str]) -> Namespaces | None:
        """Makes the folder, and the namespaces that are wanted or can be had."""
        return self._launcher.open(private)

    def start_extension(self, name: str, log_stream: str, api: str) -> LaunchFailed | None:
        """Starts an external extension; answers what was in the way, if anything."""
        return self._keep(self._launcher.start_extension(name, log_stream, api))

    def start_runtime(self, log_stream: str, api: str) -> LaunchFailed | None:
        """Starts the runtime; answers what was in the way, if anything."""
        return self._keep(self._launcher.start_runtime(log_stream, api))

    def hold_to_share(self) -> None:
        """From now on they have the share of the processor that goes with the memory size."""
        if self._control_groups is not None:
            self._control_groups.hold_to_share()

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

    def go_on(self, name: str) -> None:
        """Lets a process go on that was stopped, and its group, if it runs."""
        self._signal(name, signal.SIGCONT)

    def drain(self, name: str) -> None:
        """Takes in what a process has written so far."""
        process = self._processes.get(name)
        if process is not None:
            process.drain()

    def freeze(self) -> None:
        """Holds all processes still."""
        self._freezer.freeze(self._leaders)
        if self._clock is not None:
            self._clock.freeze()
        loop = asyncio.get_running_loop()
        self._rest_timer = loop.call_later(FREEZE_REST_S, self._freezer.freeze_rest, self._leaders)

    def thaw(self) -> None:
        """Lets all processes go on."""
        self._cancel_rest()
        if self._clock is not None:
            self._clock.thaw()
        self._freezer.thaw(self._leaders)
        self._awake_at = asyncio.get_running_loop().time() + AWAKE_S

    def memory_mb(self) -> int:
        """What all processes together held at most so far, or a moment ago."""
        present = asyncio.get_running_loop().time()
        if present < self._peak_until:
            return self._peak_mb
        self._peak_until = present + PEAK_S
        self._peak_mb = max(self._peak_mb, peak_memory_mb(self._leaders))
        if self._control_groups is not None:
            self._peak_mb = max(self._peak_mb, self._control_groups.peak_mb())
        return self._peak_mb

    def clear(self) -> None:
        """Ends whatever still runs, at once; others may start afterwards."""
        self._cancel_rest()
        if self._processes:
            for process in self._processes.values():
                process.signal(signal.SIGKILL)
            if self._control_groups is not None:
                self._control_groups.kill()
            kill_processes_of(str(self._tmp))
            if self._control_groups is not None:
                self._control_groups.forget_peak()
        for process in self._processes.values():
            process.close()
        self._processes, self._leaders, self._peak_mb, self._peak_until = {}, [], 0, 0.0
        self._freezer.close()

    def remove(self) -> None:
        """Ends everything and removes the temporary folder; may be called again."""
        self.clear()
        if self._control_groups is not None:
            self._control_groups.remove()
        if self._clock is not None:
            self._clock.close()
        shutil.rmtree(self._tmp, ignore_errors=True)

    def _keep(self, started: Process | LaunchFailed) -> LaunchFailed | None:
        if isinstance(started, LaunchFailed):
            return started
        self._processes[started.name] = started
        self._leaders.append(started.pid)
        return None

    def _signal(self, name: str, number: signal.Signals) -> None:
        process = self._processes.get(name)
        if process is not None:
            process.signal(number)

    def _ended(self, process: Process, outcome: str) -> None:
        if self._processes.get(process.name) is process:
            self._leaders.remove(process.pid)
            self._exited(process.name, outcome, self._ran_out_of_memory())

    def _ran_out_of_memory(self) -> bool:
        if self._control_groups is None or not self._control_groups.was_out_of_memory():
            return False
        self._peak_mb = self._function.memory_mb
        return True

    def _cancel_rest(self) -> None:
        if self._rest_timer is not None:
            self._rest_timer.cancel()
            self._rest_timer = None
