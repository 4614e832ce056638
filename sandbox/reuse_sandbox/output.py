"""What a container writes: to its log, to telemetry, and to callers who asked for the log's end."""

from collections.abc import Mapping

from reuse_sandbox.clock import Instant, iso
from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.life.actions import Record
from reuse_sandbox.life.log_lines import is_logged, json_lines, text_lines
from reuse_sandbox.logs import LogStream
from reuse_sandbox.machine.pipes import Message
from reuse_sandbox.results import Pending
from reuse_sandbox.telemetry.publisher import Telemetry


class Output:
    """The outlets of one container; `pending` are the invocations that it serves."""

    def __init__(
        self,
        function: FunctionConfig,
        log: LogStream,
        telemetry: Telemetry,
        pending: Mapping[str, Pending],
    ) -> None:
        self._function = function
        self._log = log
        self._telemetry = telemetry
        self._pending = pending

    def platform_event(self, time: Instant, kind: str, record: Record) -> None:
        """An event of the platform: to subscribers, and as a line where Lambda writes one."""
        self._telemetry.publish(time, kind, record)
        if self._function.log_format == "Text":
            lines = text_lines(kind, record)
        else:
            lines = json_lines(kind, record, iso(time.wall), self._function.system_log_level)
        for line in lines:
            self.log_line(time.wall, line)

    def process_line(self, category: str, message: Message) -> None:
        """A line that the function or an extension wrote."""
        wall, text = message
        if self._function.log_level is None or is_logged(text, self._function.log_level):
            self.log_line(wall, text)
        self._telemetry.publish(Instant(wall, 0.0), category, text)

    def log_line(self, wall: float, text: str) -> None:
        """A line for the log alone."""
        self._log.write(wall, text)
        for pending in self._pending.values():
            pending.log(text)

    def close(self) -> None:
        """Nothing more is written to the log; may be called again."""
        self._log.close()
