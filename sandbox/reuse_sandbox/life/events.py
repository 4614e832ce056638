"""What can happen to a container: the inputs of `platform.Platform`."""

from dataclasses import dataclass, field
from time import time
from typing import Literal
from uuid import uuid4

from reuse_sandbox.clock import Instant

RUNTIME_PROCESS = "runtime"
"""The runtime's process; an extension's is named by `extension_process`."""


def extension_process(name: str) -> str:
    """The name of an extension's process; with a prefix, because one may be called "runtime"."""
    return f"extension-{name}"


def new_trace() -> str:
    """A tracing header as Lambda makes one for a caller who sends none."""
    digits = uuid4().hex
    return f"Root=1-{int(time()):08x}-{digits[:24]};Parent={uuid4().hex[:16]};Sampled=0"


@dataclass(frozen=True, slots=True)
class InvokeRequest:
    """One invocation as the caller asked for it."""

    payload: bytes
    id: str = field(default_factory=lambda: str(uuid4()))
    arn: str = ""
    trace: str = field(default_factory=new_trace)
    client_context: str = ""
    tenant: str = ""

    @property
    def sampled(self) -> bool:
        """Whether the trace is recorded; only then does telemetry speak of it."""
        return "Sampled=1" in self.trace


@dataclass(frozen=True, slots=True)
class InitWanted:
    """The container is to be initialised though nobody waits for it."""


@dataclass(frozen=True, slots=True)
class InvokeWanted:
    """An invocation was routed to the container."""

    request: InvokeRequest


@dataclass(frozen=True, slots=True)
class ShutdownWanted:
    """The container is to end."""

    reason: str


@dataclass(frozen=True, slots=True)
class Registered:
    """An extension called `register`; `identifier` is the one it will be answered."""

    name: str
    events: tuple[str, ...]
    identifier: str


@dataclass(frozen=True, slots=True)
class ExtensionNext:
    """An extension called `event/next`."""

    name: str


@dataclass(frozen=True, slots=True)
class ExtensionFailed:
    """An extension called `init/error` or `exit/error`."""

    name: str
    stage: Literal["init", "exit"]
    error_type: str


@dataclass(frozen=True, slots=True)
class RuntimeNext:
    """The runtime called `invocation/next`."""


@dataclass(frozen=True, slots=True)
class RuntimeResponded:
    """The runtime posted a response, or an error where `error_type` is set.

    `size` is what it posted: `payload` differs where a response was too large.
    """

    request_id: str
    payload: bytes
    size: int
    began: Instant
    error_type: str | None = None


@dataclass(frozen=True, slots=True)
class RuntimeInitFailed:
    """The runtime called `init/error`."""

    error_type: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class RuntimeRestoreNext:
    """The runtime called `restore/next`: it may be put into a snapshot."""


@dataclass(frozen=True, slots=True)
class RuntimeRestoreFailed:
    """The runtime called `restore/error`."""

    error_type: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class LaunchFailed:
    """A process could not be started."""

    process: str
    message: str
    permission_denied: bool = False


@dataclass(frozen=True, slots=True)
class Exited:
    """A process ended; `outcome` is `exit status 1`, `signal: killed`, or empty for code 0.

    `out_of_memory` says that the kernel killed it because the container's memory was used up.
    """

    process: str
    outcome: str
    out_of_memory: bool = False


@dataclass(frozen=True, slots=True)
class TelemetryDelivered:
    """All telemetry has arrived."""


@dataclass(frozen=True, slots=True)
class TimeUp:
    """The time set by the last `actions.SetTimer` has come."""


Event = (
    InitWanted
    | InvokeWanted
    | ShutdownWanted
    | Registered
    | ExtensionNext
    | ExtensionFailed
    | RuntimeNext
    | RuntimeResponded
    | RuntimeInitFailed
    | RuntimeRestoreNext
    | RuntimeRestoreFailed
    | LaunchFailed
    | Exited
    | TelemetryDelivered
    | TimeUp
)
