"""What the platform keeps in mind about one init, and tells of it; pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from reuse_sandbox import records
from reuse_sandbox.actions import Told
from reuse_sandbox.clock import Instant
from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.fatal import Fatal
from reuse_sandbox.parties import Parties


@dataclass(frozen=True, slots=True)
class Initialisation:
    """One init; `phase` is `invoke` when it is repeated inside an invocation."""

    function: FunctionConfig
    instance_id: str
    phase: str
    began: Instant

    def start(self) -> Told:
        """platform.initStart."""
        record = records.init_start(self.function, self.instance_id, self.phase)
        return "platform.initStart", record

    def end(self, parties: Parties, fatal: Fatal | None, now: Instant) -> Iterator[Told]:
        """All that is told when it is over, well or not.

        The runtime's part is told only when a runtime was started; it is told last of all, after
        the extensions are ready, though it happened before (`defer` in the platform's source).
        """
        status, error_type = "success", None
        if fatal is not None:
            status = "timeout" if fatal.status == "timeout" else "error"
            error_type = fatal.reported_type
        if parties.runtime is not None:
            done = records.init_runtime_done(self.function, self.phase, status, error_type)
            yield "platform.initRuntimeDone", done
        for party in parties.extensions.values():
            yield "platform.extension", records.extension(party)
        duration = now.ms_since(self.began)
        report = records.init_report(self.function, self.phase, status, error_type, duration)
        yield "platform.initReport", report
