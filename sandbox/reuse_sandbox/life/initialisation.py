"""What the platform keeps in mind about one init, and reports of it; pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from reuse_sandbox.clock import Instant
from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.life import records
from reuse_sandbox.life.actions import PlatformEvent
from reuse_sandbox.life.agents import Agents
from reuse_sandbox.life.fatal import Fatal


@dataclass(frozen=True, slots=True)
class Initialisation:
    """One init; `phase` is `invoke` when it is repeated inside an invocation."""

    function: FunctionConfig
    instance_id: str
    phase: str
    began: Instant

    def start(self) -> PlatformEvent:
        """platform.initStart."""
        record = records.init_start(self.function, self.instance_id, self.phase)
        return "platform.initStart", record

    def end_runtime(self, agents: Agents, fatal: Fatal | None) -> Iterator[PlatformEvent]:
        """platform.initRuntimeDone, where a runtime was started."""
        if agents.runtime is not None:
            status, error_type = _outcome(fatal)
            record = records.init_runtime_done(self.function, self.phase, status, error_type)
            yield "platform.initRuntimeDone", record

    def end(self, agents: Agents, fatal: Fatal | None, now: Instant) -> Iterator[PlatformEvent]:
        """platform.extension of each, and platform.initReport, when it is over, well or not."""
        status, error_type = _outcome(fatal)
        for agent in agents.extensions.values():
            yield "platform.extension", records.extension(agent)
        duration = now.ms_since(self.began)
        report = records.init_report(self.function, self.phase, status, error_type, duration)
        yield "platform.initReport", report


def _outcome(fatal: Fatal | None) -> tuple[str, str | None]:
    if fatal is None:
        return "success", None
    return "timeout" if fatal.status == "timeout" else "error", fatal.reported_type
