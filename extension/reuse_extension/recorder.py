"""Joins the core with the world: events in, lines out, and what must survive kept before them."""

import os

from . import config, files, interpreter, trace
from .alarm import Alarm, sooner
from .core import batches
from .core.closed import AnotherContainer, FromSnapshot
from .core.container import Container
from .core.emf import LineWriter
from .core.events import Invoke, LogsDropped, Served, parse_next, pieces
from .core.json_text import text
from .core.record_builder import RecordBuilder
from .output import Output
from .pages import Pages
from .state_file import StateFile
from .version import VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterator

    from .core.records import Record

MAX_EVENTS = 128
"""Of a batch that are taken in at a time: between them `next` is asked."""
MAX_HELD = 32
"""Events that are held and received together, while the caches hold what that takes: for a caller
they are half a millisecond, at full speed."""
MAX_FAILURES_LOGGED = 3
MANY_PAGES = 24
"""Pages of ended processes that one look finds: more are coming, and /tmp must not fill with them
until the next record."""
MANY_PAGES_MS = 5000
FOLDER = "/.lambda-reuse"
"""In TMPDIR: where the helper's pages lie and what must survive a reset."""


class Recorder:
    """One container's account, as it is written to stdout."""

    def __init__(
        self, function: "dict[str, Any]", has_telemetry: bool, started_ms: int, native: "Any"
    ) -> None:
        """`function`: the answer to registering; `started_ms`: when this process began.

        `native`: as in `core.batches.events`.
        """
        self._native = native
        self._settings = settings = config.read(interpreter.getenv)
        self._is_debug = settings.log_level == "DEBUG"
        folder = (os.getenv("TMPDIR") or "/tmp").rstrip("/") + FOLDER
        self._state_file = StateFile(folder)
        self._pages = Pages(folder)
        self._output = Output()
        self._writer = LineWriter(
            settings.namespace, settings.dimensions, settings.metrics, settings.resource_metrics
        )
        common_fields = _common_fields(function, has_telemetry, settings.function_log_level)
        self._builder = RecordBuilder(common_fields, interpreter.random_hex(16))
        self._container = Container(
            common_fields["init_type"],
            has_telemetry,
            started_ms,
            settings.flush == "invocation",
        )
        self._batch: "Iterator[Any] | None" = None
        self._held: "list[Any]" = []
        self._is_saved = False
        self._alarm = Alarm()
        self._pages_alarm = Alarm()
        self._pages_ms: "int | None" = None
        self._failures = 0
        self._restore(started_ms)
        for warning in settings.warnings:
            self.log("WARN", warning)

    def receive_next(self, answer: "dict[str, Any]") -> "Any":
        """Take in the answer to `next`; the event it was."""
        self._receive_held()
        now_ms = interpreter.now_ms()
        event = parse_next(answer, now_ms)
        self._safely(self._receive, [event], now_ms, False)
        return event

    def receive_batch(self, body: "bytes | None") -> None:
        """Take in one telemetry batch; None is one that was too large.

        The beginning of it: `tick` does the rest while `is_busy`.
        """
        self._receive_held()
        self._batch = batches.events(body, self._native)
        self._safely(self._receive_more)

    def hold(self, files: "list[int]", request: bytes) -> "tuple[int, int] | None":
        """Hold events while only such come as no record is due for: as `hold` of the native module.

        None at once where records may be due, or without that module.
        """
        minutes = None
        if self._native is not None and not self._is_debug and self._output.is_empty:
            minutes = self._container.calm_minutes if self.wait_ms() is None else None
        if minutes is None:
            return None
        found: "tuple[int, int] | None" = self._native.hold(
            files, request, interpreter.received, batches.USUAL, self._held, MAX_HELD, *minutes
        )
        if len(self._held) >= MAX_HELD:
            self._receive_held()
        return found

    @property
    def is_busy(self) -> bool:
        """Whether a batch is taken in, and no other can be."""
        return self._batch is not None

    def wait_ms(self) -> "int | None":
        """How long until `tick` is to be called; None where nothing waits for a time."""
        if self._batch is not None or self._pages.has_more:
            return 0
        if self._pages_ms is None and self._container.wake_ms is None:
            return None  # as nearly always
        wait_ms = self._alarm.wait_ms(self._container.wake_ms)
        return sooner(wait_ms, self._pages_alarm.wait_ms(self._pages_ms))

    def tick(self) -> None:
        """Do what the time has come for, if anything; never much at a time."""
        if not self._output.is_empty:
            self._output.flush()
        if self.wait_ms() is None:
            return
        if self.is_busy:
            self._safely(self._receive_more)
        elif self._pages.has_more:
            self._safely(self._count, self._pages.read_more)
        if self._pages_alarm.wait_ms(self._pages_ms) == 0:
            self._pages_ms = None
            self._safely(self._count, self._pages.read)
        if self._alarm.wait_ms(self._container.wake_ms) == 0:
            self._alarm.stop()
            self._safely(self._tick)

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is to be waited for before the last record."""
        return self.is_idle and self._container.is_settled

    @property
    def is_idle(self) -> bool:
        """Whether all that has come is taken in."""
        return not self.is_busy and not self._pages.has_more

    @property
    def has_lines(self) -> bool:
        """Whether lines wait for a reader."""
        return not self._output.is_empty

    def begin_end(self) -> None:
        """SHUTDOWN has come: read all pages, `tick` by `tick`."""
        self._receive_held()
        self._safely(self._count, self._pages.read)

    @property
    def max_wait_ms(self) -> "int | None":
        """How long to wait at most until it is settled; None for as long as SHUTDOWN grants."""
        return self._container.max_wait_ms

    def finish(self) -> None:
        """Write the last record, of all pages that there was time for."""
        self._receive_held()
        self._safely(self._finish)

    def log(self, level: str, message: str) -> None:
        """One line of our own, in the function's log format, if its level is asked for."""
        levels = config.LOG_LEVELS
        if levels.index(level) < levels.index(self._settings.log_level):
            return
        message = "lambda-reuse " + level + " " + message
        if self._settings.function_log_level is not None:
            message = '{"level":' + text(level) + ',"message":' + text(message) + "}"
        interpreter.write_error(message)

    # Each of these may fail by a defect of ours or for want of memory, and the next one works again

    def _safely(self, do: "Callable[..., None]", *arguments: "Any") -> None:
        """Do this; where it fails, what it was about is counted as dropped."""
        try:
            do(*arguments)
        except Exception as error:
            self._failed(error)

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        self._output.dropped += 1
        if self._failures <= MAX_FAILURES_LOGGED:
            self.log("ERROR", "something is not reported: " + repr(error))

    def _receive(self, events: "list[Any]", now_ms: int, ends_batch: bool) -> None:
        container = self._container
        outputs: "list[Any]" = []
        if self._output.dropped and self._output.has_room:
            events = [LogsDropped(None, self._output.dropped)] + events
            self._output.dropped = 0
        receive = self._receive_traced if self._is_debug else container.receive
        for event in events:
            try:
                outputs.extend(receive(event, event.time if isinstance(event, Invoke) else now_ms))
            except Exception as error:
                self._failed(error)
        if ends_batch:
            outputs.extend(container.end_batch(now_ms))
        self._write(outputs)

    def _receive_held(self) -> None:
        if self._held:
            held, self._held = self._held, []
            self._safely(self._receive, held, interpreter.now_ms(), True)

    def _receive_traced(self, event: "Any", now_ms: int) -> "list[Any]":
        outputs: "list[Any]" = []
        for piece in pieces(event) if isinstance(event, Served) else (event,):
            before = self._container.state
            own = self._container.receive(piece, now_ms)
            self.log("DEBUG", trace.event_line(piece, before, self._container.state, own))
            outputs.extend(own)
        return outputs

    def _receive_more(self) -> None:
        """Take in so much of a batch as may be done at a time."""
        batch, self._batch = self._batch, None  # if this fails, the rest is not tried again
        events: "list[Any]" = []
        try:
            for event in batch or ():
                events.append(event)
                if len(events) == MAX_EVENTS:
                    break
        except Exception as error:
            self._failed(error)
        self._receive(events, interpreter.now_ms(), len(events) < MAX_EVENTS)
        if len(events) == MAX_EVENTS:
            self._batch = batch

    def _count(self, read: "Callable[[], list[tuple[str, Any]]]") -> None:
        """Count what pages say before the next record is due."""
        self._builder.read(read())
        ended = self._pages.ended_count
        if ended:
            self._save()
        if ended >= MANY_PAGES:
            self._pages_ms = interpreter.now_ms() + MANY_PAGES_MS

    def _tick(self) -> None:
        self._write(self._container.tick(interpreter.now_ms()))

    def _finish(self) -> None:
        self._receive([], interpreter.now_ms(), False)
        self._write(self._container.finish(interpreter.now_ms()))

    def _restore(self, started_ms: int) -> None:
        try:
            snapshot = self._state_file.load() or self._reconstructed(started_ms)
            if snapshot is not None:
                self._go_on_from(snapshot)
        except Exception as error:
            # Not ours: the container begins again, which is what it would look like.
            self.log("WARN", "the state in /tmp is not legible: " + repr(error))
            self._container.begin_again()
            self._builder.begin()

    def _reconstructed(self, started_ms: int) -> "dict[str, Any] | None":
        """A state after one that could not be written, or is damaged.

        What the pages held by then may have been reported, and nothing is reported twice.
        """
        mark = self._state_file.load_mark()
        if mark is None and not self._state_file.is_damaged:
            return None
        self._builder.resources.mark_seen([], started_ms)
        if mark is None:
            return None
        snapshot = self._snapshot()
        snapshot.update(mark)
        return snapshot

    def _go_on_from(self, snapshot: "dict[str, Any]") -> None:
        if self._container.restore(snapshot):
            self._builder.restore(snapshot)

    def _snapshot(self) -> "dict[str, Any]":
        """What must survive a reset, as JSON."""
        snapshot = self._container.snapshot()
        snapshot.update(self._builder.snapshot())
        return snapshot

    def _write(self, outputs: "list[Any]") -> None:
        """Write lines, and before them what accounts for them."""
        if not outputs and (self._is_saved or not self._container.is_known):
            return
        records = self._build(outputs)
        self._is_saved = True
        self._safely(self._save)
        for record in records:
            self._output.write(self._writer.line(record))

    def _build(self, outputs: "list[Any]") -> "list[Record]":
        """The records of what left the container, and of what the pages say by now."""
        builder = self._builder
        records: "list[Record]" = []
        for output in outputs:
            if isinstance(output, FromSnapshot):
                builder.resources.mark_seen(self._pages.read(), output.time_ms)
            elif isinstance(output, AnotherContainer):
                builder.begin()
            else:
                builder.read(self._pages.read())
                records.extend(builder.build(output))
        if self._is_debug:
            for record in records:
                self.log("DEBUG", trace.record_line(record))
        return records

    def _save(self) -> None:
        """Keep what must survive; then pages that are counted may go."""
        is_saved = self._state_file.save(self._snapshot())
        gone = self._pages.remove_ended()
        for name in gone:
            self._builder.resources.forget(name)
        if gone and not is_saved:
            self._state_file.save(self._snapshot())  # they have made room


def _common_fields(
    function: "dict[str, Any]", has_telemetry: bool, log_level: "str | None"
) -> "dict[str, Any]":
    """The fields of every record that do not change."""
    return {
        "level": log_level,
        "FunctionName": _text(function.get("functionName"))
        or interpreter.getenv("AWS_LAMBDA_FUNCTION_NAME")
        or "unknown",
        "function_version": _text(function.get("functionVersion"))
        or interpreter.getenv("AWS_LAMBDA_FUNCTION_VERSION"),
        "init_type": interpreter.getenv("AWS_LAMBDA_INITIALIZATION_TYPE") or "on-demand",
        "extension_version": VERSION,
        "architecture": files.architecture(),
        "memory_mb": _memory_mb(interpreter.getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE") or ""),
        "telemetry": "full" if has_telemetry else "none",
    }


def _text(value: "Any") -> "str | None":
    return value if isinstance(value, str) else None


def _memory_mb(size: str) -> "int | None":
    try:
        return int(size) if len(size) < 10 else None
    except ValueError:
        return None
