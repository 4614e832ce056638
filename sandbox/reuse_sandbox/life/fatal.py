"""What ends an invocation or an init, and how the platform words it; pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reuse_sandbox.clock import iso
from reuse_sandbox.life.events import RUNTIME_PROCESS, Exited, LaunchFailed

TIMED_OUT = "Sandbox.Timedout"


@dataclass(frozen=True, slots=True)
class Fatal:
    """A fatal error; `payload` is what the runtime reported itself, others the platform words."""

    error_type: str
    message: str = ""
    payload: bytes = b""

    @property
    def status(self) -> str:
        """The word of telemetry for it (`handleReset` in AWS's runtime interface emulator)."""
        if self.error_type == TIMED_OUT:
            return "timeout"
        return "failure" if self.error_type.startswith("Sandbox.") else "error"

    @property
    def reported_type(self) -> str | None:
        """The error type beside that word; a timeout has none."""
        return None if self.status == "timeout" else self.error_type

    @property
    def reset_reason(self) -> str:
        """The reason that extensions get with SHUTDOWN."""
        return "timeout" if self.status == "timeout" else "failure"

    @property
    def sentence(self) -> str:
        """What happened, for a person; what the runtime reported itself is JSON."""
        return self.payload.decode(errors="replace") or self.message or self.error_type

    def body(self, request_id: str) -> bytes:
        """What the caller is answered."""
        if self.payload:
            return self.payload
        message = f"RequestId: {request_id} Error: {self.message or self.error_type}"
        error = {"errorType": self.error_type, "errorMessage": message}
        return json.dumps(error, separators=(",", ":")).encode()

    def log_lines(self, request_id: str, wall: float) -> Sequence[str]:
        """What the platform writes to the log; what the runtime reported it has logged itself."""
        if self.status == "timeout":
            return [f"{iso(wall)} {request_id} {self.message}"]
        if self.payload:
            return []
        return [f"RequestId: {request_id} Error: {self.message}", self.error_type]

    def explained_by(self, exit_: "Fatal") -> "Fatal":
        """An error that was announced without words takes those of the exit that followed."""
        if self.message or self.payload:
            return self
        return replace(self, message=exit_.message)


def timed_out(seconds: float) -> Fatal:
    """The time is used up."""
    return Fatal(TIMED_OUT, f"Task timed out after {seconds:.2f} seconds")


def exited(event: Exited) -> Fatal:
    """A process ended that should not have; code 0 is no excuse."""
    if event.process != RUNTIME_PROCESS:
        return Fatal("Extension.Crash", event.outcome or "exit code 0")
    how = f"with error: {event.outcome}" if event.outcome else "without providing a reason"
    error_type = "Runtime.OutOfMemory" if event.out_of_memory else "Runtime.ExitError"
    return Fatal(error_type, f"Runtime exited {how}")


def launch_failed(event: LaunchFailed) -> Fatal:
    """A process could not be started."""
    runtime = event.process == RUNTIME_PROCESS
    error_type = "Runtime.InvalidEntrypoint" if runtime else "Extension.LaunchError"
    return Fatal(error_type, event.message)


def sandbox_ended() -> Fatal:
    """The sandbox ended under an invocation."""
    return Fatal("Sandbox.Failure", "The sandbox ended")
