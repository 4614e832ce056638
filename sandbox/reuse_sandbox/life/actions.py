"""What a container must do: the outputs of `platform.Platform`, to be done in the order given."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reuse_sandbox.clock import Instant
from reuse_sandbox.life.events import InvokeRequest

Record = Mapping[str, Any]
PlatformEvent = tuple[str, Record]
"""An event's type and record."""


@dataclass(frozen=True, slots=True)
class StartExtensions:
    """Start these external extensions."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StartRuntime:
    """Start the runtime."""


@dataclass(frozen=True, slots=True)
class HoldToShare:
    """From now on the container has no more of the processor than its memory size's share."""


@dataclass(frozen=True, slots=True)
class CloseSubscriptions:
    """Take no further telemetry subscriptions until the next init."""


@dataclass(frozen=True, slots=True)
class ReleaseInvoke:
    """Answer these extensions' `event/next` with INVOKE."""

    names: tuple[str, ...]
    request: InvokeRequest
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class ReleaseEvent:
    """Answer the runtime's `invocation/next` with the event."""

    request: InvokeRequest
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class ReleaseRestore:
    """Answer the runtime's `restore/next`."""


@dataclass(frozen=True, slots=True)
class ReleaseShutdown:
    """Answer these extensions' `event/next` with SHUTDOWN."""

    names: tuple[str, ...]
    reason: str
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class Emit:
    """An event of the platform: to telemetry subscribers and, as Lambda does, to the log."""

    time: Instant
    type: str
    record: Record


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line the platform writes to the log alone."""

    time: Instant
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer the caller; unless `status` is `success`, `payload` describes an error.

    `cold` says that the caller waited for an init; `init_failed` that the init repeated for it, or
    the restore, failed too, so that the function never had the event.
    """

    request: InvokeRequest
    status: str
    payload: bytes
    duration_ms: float
    cold: bool
    init_failed: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """The invocation is over: its report was sent."""

    request: InvokeRequest


@dataclass(frozen=True, slots=True)
class Terminate:
    """Send SIGTERM to the process and its group."""

    process: str


@dataclass(frozen=True, slots=True)
class Kill:
    """Send SIGKILL to the process and its group."""

    process: str


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Forget the timer set before; tell `TimeUp` at this `tick`, or never."""

    at: float | None


@dataclass(frozen=True, slots=True)
class Freeze:
    """Stop all processes: the container is idle."""


@dataclass(frozen=True, slots=True)
class Thaw:
    """Let all processes go on."""


@dataclass(frozen=True, slots=True)
class Flush:
    """Deliver telemetry at once from here on: the container ends."""


@dataclass(frozen=True, slots=True)
class AwaitDelivery:
    """Tell `TelemetryDelivered` when all telemetry has arrived."""


@dataclass(frozen=True, slots=True)
class Clear:
    """All processes should be gone: end stragglers, forget calls and registrations, keep /tmp."""


@dataclass(frozen=True, slots=True)
class Idle:
    """The container can take an invocation, with or without an init first."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The container is over for good; `reason` is what broke it, if anything did."""

    reason: str = ""


Action = (
    StartExtensions
    | StartRuntime
    | HoldToShare
    | CloseSubscriptions
    | ReleaseInvoke
    | ReleaseEvent
    | ReleaseRestore
    | ReleaseShutdown
    | Emit
    | LogLine
    | Answer
    | Finished
    | Terminate
    | Kill
    | SetTimer
    | Freeze
    | Thaw
    | Flush
    | AwaitDelivery
    | Clear
    | Idle
    | Ended
)
