"""How a process of a container is started: its command, its variables, its surroundings."""

import contextlib
import os
import resource
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.errors import ConfigError
from reuse_sandbox.layer import Layer
from reuse_sandbox.life.events import RUNTIME_PROCESS, LaunchFailed, extension_process
from reuse_sandbox.machine.cgroup import ControlGroups
from reuse_sandbox.machine.commands import runtime_command
from reuse_sandbox.machine.frozen_clock import FrozenClock
from reuse_sandbox.machine.mounts import OPT
from reuse_sandbox.machine.namespaces import Namespaces, hides_nothing, visible_folders
from reuse_sandbox.machine.pipes import Message
from reuse_sandbox.machine.processes import Ended, Process, start
from reuse_sandbox.machine.reaper import MARK_LIMIT, mark_of
from reuse_sandbox.machine.variables import extension_variables, runtime_variables

TakeLine = Callable[[str, Message], None]


class Launcher:
    """Starts the processes of one container.

    `tmp` is its temporary folder; `control_groups` hold all processes, where there are any; with
    `is_full` no file of theirs can grow; `clock` is theirs, where it is not the machine's. `line`
    takes each line with its category (`function` or `extension`), `ended` each process that has
    ended.
    """

    def __init__(
        self,
        function: FunctionConfig,
        layer: Layer | None,
        tmp: Path,
        *,
        control_groups: ControlGroups | None,
        is_full: bool,
        clock: FrozenClock | None,
        line: TakeLine,
        ended: Ended,
    ) -> None:
        self._function = function
        self._layer = layer
        self._tmp = tmp
        self._control_groups = control_groups
        self._is_full = is_full
        self._clock = clock
        self._line = line
        self._ended = ended
        self._namespaces: Namespaces | None = None

    @property
    def extensions(self) -> dict[str, Path]:
        """The external extensions by their names."""
        return self._layer.extensions() if self._layer is not None else {}

    def open(self, private: Sequence[str]) -> Namespaces | None:
        """Makes the folder and the namespaces, in which every process is started from now on.

        The layer lies at /opt where this user may mount it, and where nothing that the function
        needs is hidden by it; else, and where nothing was asked for, there are no namespaces.
        """
        self._tmp.mkdir()
        mountable = self._mountable_layer()
        layer = mountable.folder.resolve() if mountable is not None else None
        visible = visible_folders(self._function, self._layer)
        if self._clock is not None:
            visible.append(self._clock.folder)
        try:
            if private or layer is not None:
                self._namespaces = Namespaces(private, self._tmp, layer, visible)
        except ConfigError:
            if private:
                raise
            return None
        if mountable is not None:
            self._layer = replace(mountable, mounted=Path(OPT))
        return self._namespaces

    def _mountable_layer(self) -> Layer | None:
        if self._layer is None:
            return None
        try:
            command = runtime_command(self._function, self._layer, {})
        except FileNotFoundError:
            command = []
        return self._layer if hides_nothing(self._function, command) else None

    def start_extension(self, name: str, log_stream: str, api: str) -> Process | LaunchFailed:
        """Starts an external extension; answers what was in the way, if anything."""
        variables = extension_variables(self._variables(log_stream, api))
        command = [str(self.extensions[name])]
        return self._start(extension_process(name), command, variables, "extension")

    def start_runtime(self, log_stream: str, api: str) -> Process | LaunchFailed:
        """Starts the runtime; answers what was in the way, if anything."""
        variables = self._variables(log_stream, api)
        try:
            command = runtime_command(self._function, self._layer, variables)
        except FileNotFoundError as error:
            return LaunchFailed(RUNTIME_PROCESS, str(error))
        return self._start(RUNTIME_PROCESS, command, variables, "function")

    def _start(
        self, name: str, command: list[str], variables: Mapping[str, str], category: str
    ) -> Process | LaunchFailed:
        try:
            return start(
                name,
                command,
                folder=self._function.folder,
                environment=variables,
                take=lambda message: self._line(category, message),
                ended=self._ended,
                framed=name == RUNTIME_PROCESS and self._function.has_log_frames,
                before=self._before(),
            )
        except OSError as error:
            message = f"fork/exec {command[0]}: {(error.strerror or str(error)).lower()}"
            return LaunchFailed(name, message, isinstance(error, PermissionError))

    def _before(self) -> Callable[[], None]:
        """What a process does ahead of its program."""
        groups, namespaces, is_full = self._control_groups, self._namespaces, self._is_full
        folder, mark = self._function.folder.resolve(), mark_of(str(self._tmp))

        def before() -> None:
            with contextlib.suppress(OSError, ValueError):  # there is a lower limit already
                resource.setrlimit(MARK_LIMIT, (mark, mark))
            if groups is not None:
                groups.join()
            if namespaces is not None:
                namespaces.join()
                os.chdir(folder)  # with other files the process is at their root
            if is_full:  # as if the disk were full, but that the error is EFBIG
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

        return before

    def _variables(self, log_stream: str, api: str) -> dict[str, str]:
        variables = runtime_variables(
            self._function, self._layer, log_stream=log_stream, tmp=self._tmp, api=api
        )
        return variables | (self._clock.variables(variables) if self._clock is not None else {})
