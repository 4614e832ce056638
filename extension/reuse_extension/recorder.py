"""Joins the core with the world: events in, lines out, and what must survive kept before them."""

import os

from . import config, interpreter
from .core import batches
from .core.account import Account
from .core.container import Container
from .core.emf import LineWriter
from .core.events import parse_next
from .core.json_text import text
from .identity import Identity
from .pages import Pages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .core.records import Record

FOLDER = "/.lambda-reuse"
"""In TMPDIR: where the helper's pages lie and what must survive a reset."""


class Recorder:
    """One container's account, as it is told on stdout."""

    def __init__(self, function: "dict[str, Any]", has_telemetry: bool) -> None:
        """`function`: what Lambda told at registering."""
        started_ms = interpreter.now_ms()
        self._settings = settings = config.read(os.getenv)
        folder = (os.getenv("TMPDIR") or "/tmp").rstrip("/") + FOLDER
        self._identity = Identity(folder)
        self._pages = Pages(folder)
        self._writer = LineWriter(
            settings.namespace, settings.dimensions, settings.metrics, settings.resource_metrics
        )
        account = Account(
            _who(function, has_telemetry, settings.function_log_level),
            self._pages.read,
            lambda: interpreter.random_hex(16),
            started_ms,
            settings.flush == "invocation",
        )
        self._container = Container(account, has_telemetry)
        self._is_saved = False
        self._restore()
        for warning in settings.warnings:
            self.log("WARN", warning)

    def receive_next(self, answer: "dict[str, Any]") -> "Any":
        """Take in the answer to `next`; the event it was."""
        now_ms = interpreter.now_ms()
        event = parse_next(answer, now_ms)
        self._write(self._container.receive(event, now_ms))
        return event

    def receive_batch(self, body: "bytes | None") -> None:
        """Take in one telemetry batch; None is one that was too large."""
        now_ms = interpreter.now_ms()
        told: "list[Record]" = []
        for event in batches.events(body):
            told.extend(self._container.receive(event, now_ms))
        told.extend(self._container.settle(now_ms))
        self._write(told)

    def wait_ms(self) -> "int | None":
        """How long until `tick` shall be called; None where nothing waits for a time."""
        wake_ms = self._container.wake_ms
        return None if wake_ms is None else max(0, wake_ms - interpreter.now_ms())

    def tick(self) -> None:
        """Do what the time has come for, if anything."""
        if self.wait_ms() == 0:
            self._write(self._container.tick(interpreter.now_ms()))

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is to be waited for before the last record."""
        return self._container.is_settled

    def finish(self) -> None:
        """Write the last record."""
        self._write(self._container.finish(interpreter.now_ms()))

    def log(self, level: str, message: str) -> None:
        """One line of our own, in the function's log format, if its level is asked for."""
        levels = config.LOG_LEVELS
        if levels.index(level) < levels.index(self._settings.log_level):
            return
        message = "lambda-reuse " + level + " " + message
        if self._settings.function_log_level is not None:
            message = '{"level":' + text(level) + ',"message":' + text(message) + "}"
        interpreter.write_error(message)

    def _restore(self) -> None:
        snapshot = self._identity.load()
        if snapshot is None:
            return
        try:
            self._container.restore(snapshot)
        except Exception as error:
            # Not ours, or damaged: the container begins anew, which is what it would look like.
            self.log("WARN", "the state in /tmp is not legible: " + repr(error))
            self._container.begin_anew()

    def _write(self, records: "list[Record]") -> None:
        """Write lines, and before them what accounts for them."""
        if not records and (self._is_saved or not self._container.is_known):
            return
        self._is_saved = True
        self._identity.save(self._container.snapshot())
        for record in records:
            interpreter.write_line(self._writer.line(record))
        if records:
            self._container.forget_pages(self._pages.remove_dead())


def _who(
    function: "dict[str, Any]", has_telemetry: bool, log_level: "str | None"
) -> "dict[str, Any]":
    """The fields of every record that do not change."""
    memory = os.getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE") or ""
    return {
        "level": log_level,
        "FunctionName": function.get("functionName")
        or os.getenv("AWS_LAMBDA_FUNCTION_NAME")
        or "unknown",
        "function_version": function.get("functionVersion")
        or os.getenv("AWS_LAMBDA_FUNCTION_VERSION"),
        "init_type": os.getenv("AWS_LAMBDA_INITIALIZATION_TYPE") or "on-demand",
        "architecture": interpreter.architecture(),
        "memory_mb": int(memory) if memory.isdigit() else None,
        "telemetry": "full" if has_telemetry else "none",
    }
