"""What the platform keeps in mind about the invocation it serves, and reports of it; pure."""

from dataclasses import dataclass

from reuse_sandbox.clock import Instant
from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.life import records
from reuse_sandbox.life.actions import Answer, PlatformEvent
from reuse_sandbox.life.events import InvokeRequest, RuntimeResponded
from reuse_sandbox.life.fatal import Fatal
from reuse_sandbox.life.records import Span


@dataclass(slots=True)
class Invocation:
    """One invocation from its routing to its report.

    `began` is when its time began to count: an init repeated inside the invocation counts too.
    """

    request: InvokeRequest
    began: Instant
    deadline: Instant
    init_ms: float | None = None
    restore_ms: float | None = None
    cold: bool = False
    init_failed: bool = False
    released: Instant | None = None
    response: RuntimeResponded | None = None
    response_ended: Instant | None = None
    runtime_done: Instant | None = None
    answered: bool = False
    fatal: Fatal | None = None
    failed_at: Instant | None = None
    memory_mb: int = 0

    @property
    def deadline_ms(self) -> int:
        """The deadline as the agents get it: milliseconds since the epoch."""
        return int(self.deadline.wall * 1000)

    def fail(self, fatal: Fatal, now: Instant, memory_mb: int) -> None:
        """Notes what ended it and when; its report follows after the reset."""
        self.fatal, self.failed_at, self.memory_mb = fatal, now, memory_mb

    def answer(self, now: Instant, status: str, payload: bytes) -> list[Answer]:
        """What the caller is answered; nothing when he has had his answer."""
        if self.answered:
            return []
        self.answered = True
        duration_ms = now.ms_since(self.began)
        failed = self.init_failed
        return [Answer(self.request, status, payload, duration_ms, self.cold, failed)]

    def start(self, function: FunctionConfig) -> PlatformEvent:
        """platform.start."""
        return "platform.start", records.start(function, self.request)

    def end_runtime(self, now: Instant) -> list[PlatformEvent]:
        """platform.runtimeDone, once, when the runtime is done or was cut short.

        A function that raised is a success here: the runtime did its work, and the platform's own
        source sends `success` unless the container is reset.
        """
        if self.runtime_done is not None:
            return []
        self.runtime_done = now
        status, error_type = self._outcome()
        record = records.runtime_done(
            self.request,
            status,
            error_type,
            duration_ms=now.ms_since(self.released or self.began),
            produced=self.response.size if self.response else 0,
            spans=self._runtime_spans(now),
        )
        return [("platform.runtimeDone", record)]

    def report(self, now: Instant, function: FunctionConfig, *, extensions: bool) -> PlatformEvent:
        """platform.report, at the very end."""
        status, error_type = self._outcome()
        ended = self.failed_at or now
        duration = ended.ms_since(self.began)
        if status == "timeout":
            duration = function.timeout_s * 1000.0  # as Lambda reports it since 2025
        metrics = records.report_metrics(
            function, duration, self.memory_mb, self.init_ms, self.restore_ms
        )
        spans = []
        if extensions and self.runtime_done and not self.fatal:
            spans = [Span("extensionOverhead", self.runtime_done, now)]
        record = records.report(self.request, status, error_type, metrics, spans)
        return "platform.report", record

    def managed_report(self, now: Instant, status: str, error_type: str | None) -> PlatformEvent:
        """platform.report of a managed instance, which bills no invocations."""
        metrics = {"durationMs": now.ms_since(self.began)}
        spans = self._runtime_spans(now)[:2]  # its runtime does not go to rest in between
        return "platform.report", records.report(self.request, status, error_type, metrics, spans)

    def _outcome(self) -> tuple[str, str | None]:
        if self.fatal is None:
            return "success", None
        return self.fatal.status, self.fatal.reported_type

    def _runtime_spans(self, now: Instant) -> list[Span]:
        if not (self.released and self.response and self.response_ended):
            return []
        return [
            Span("responseLatency", self.released, self.response.began),
            Span("responseDuration", self.response.began, self.response_ended),
            Span("runtimeOverhead", self.response_ended, now),
        ]
