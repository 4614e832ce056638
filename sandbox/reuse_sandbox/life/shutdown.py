"""How a container's processes are brought to an end, step by step; pure.

The order is the platform's (`shutdown.go` of AWS's runtime interface emulator):

1. the runtime: SIGTERM to its process group, SIGKILL when its share of the budget is used up;
2. the extensions: SHUTDOWN to those that registered for it, SIGKILL to the others;
3. at the deadline, SIGKILL to everything that is left.

On managed instances telemetry is delivered ahead of SHUTDOWN, for up to a second
(`internal/lambda-managed-instances` of the same source); elsewhere nobody waits for that.

Without any extension there is no budget: the runtime is killed at once.
"""

from collections.abc import Mapping
from enum import Enum

from reuse_sandbox.clock import Instant
from reuse_sandbox.config import Limits
from reuse_sandbox.life.actions import (
    Action,
    AwaitDelivery,
    Kill,
    ReleaseShutdown,
    SetTimer,
    Terminate,
)
from reuse_sandbox.life.agents import Extension
from reuse_sandbox.life.events import RUNTIME_PROCESS, extension_process


class Step(Enum):
    """Whom the shutdown waits for."""

    RUNTIME = "runtime"
    TELEMETRY = "telemetry"
    EXTENSIONS = "extensions"
    KILLED = "killed"
    OVER = "over"


class Shutdown:
    """One end of all processes; `alive` is kept up to date by its owner."""

    def __init__(
        self,
        reason: str,
        limits: Limits,
        extensions: Mapping[str, Extension],
        alive: set[str],
        *,
        is_managed: bool = False,
    ) -> None:
        self.reason = reason
        self.step = Step.RUNTIME
        self._limits = limits
        self._extensions = extensions
        self._alive = alive
        self._is_managed = is_managed
        self._notified: set[str] = set()
        self._deadline = Instant(0, 0)
        self._runtime_killed = False

    @property
    def over(self) -> bool:
        """Whether nothing is left to wait for."""
        return self.step is Step.OVER

    def begin(self, now: Instant) -> list[Action]:
        """The first step."""
        budget_s = self._budget_s()
        self._deadline = Instant(now.wall + budget_s, now.tick + budget_s)
        if not budget_s:
            return self._kill_everything(now)
        if RUNTIME_PROCESS not in self._alive:
            return self._without_runtime(now)
        share = self._limits.runtime_share if self._has_external() else 1.0
        return [Terminate(RUNTIME_PROCESS), SetTimer(now.tick + share * budget_s)]

    def exited(self, now: Instant) -> list[Action]:
        """A process has gone and is out of `alive`."""
        if self.step is Step.RUNTIME:
            return [] if RUNTIME_PROCESS in self._alive else self._without_runtime(now)
        return [] if self._alive else self._finish()

    def time_up(self, now: Instant) -> list[Action]:
        """The step's time is used up."""
        if self.step is Step.RUNTIME and not self._runtime_killed:
            self._runtime_killed = True
            return [Kill(RUNTIME_PROCESS), SetTimer(max(self._deadline.tick, now.tick))]
        if self.step is Step.TELEMETRY:
            return self._tell_extensions(now)
        if self.step is Step.KILLED:
            return self._finish()  # a process that SIGKILL does not end is not waited for
        return self._kill_everything(now)

    def delivered(self, now: Instant) -> list[Action]:
        """All telemetry has arrived."""
        return self._tell_extensions(now) if self.step is Step.TELEMETRY else []

    def _without_runtime(self, now: Instant) -> list[Action]:
        if not self._is_managed:
            return self._tell_extensions(now)
        self.step = Step.TELEMETRY
        return [AwaitDelivery(), SetTimer(now.tick + self._limits.delivery_s)]

    def tell(self, extension: Extension) -> list[Action]:
        """An extension called `event/next`, perhaps only now."""
        if self.step is not Step.EXTENSIONS or not extension.wants("SHUTDOWN"):
            return []
        if extension.name in self._notified:
            return []
        self._notified.add(extension.name)
        extension.transition("release")
        deadline_ms = int(self._deadline.wall * 1000)
        return [ReleaseShutdown((extension.name,), self.reason, deadline_ms)]

    def _budget_s(self) -> float:
        if not self._extensions:
            return 0.0
        limits = self._limits
        ms = limits.shutdown_ms if self._has_external() else limits.shutdown_internal_ms
        return ms / 1000

    def _has_external(self) -> bool:
        return any(agent.external for agent in self._extensions.values())

    def _tell_extensions(self, now: Instant) -> list[Action]:
        running = [
            agent
            for agent in self._extensions.values()
            if agent.external and extension_process(agent.name) in self._alive
        ]
        subscribers = [agent for agent in running if agent.wants("SHUTDOWN")]
        if not subscribers:
            return self._kill_everything(now)
        self.step = Step.EXTENSIONS
        actions: list[Action] = [
            Kill(extension_process(agent.name)) for agent in running if agent not in subscribers
        ]
        actions.append(SetTimer(self._deadline.tick))
        for agent in subscribers:
            if agent.state == "Ready":
                actions += self.tell(agent)
        return actions

    def _kill_everything(self, now: Instant) -> list[Action]:
        if not self._alive:
            return self._finish()
        self.step = Step.KILLED
        kills = [Kill(process) for process in sorted(self._alive)]
        return [*kills, SetTimer(now.tick + self._limits.kill_wait_s)]

    def _finish(self) -> list[Action]:
        self.step = Step.OVER
        return [SetTimer(None)]
