"""Drives a `Platform` by hand: one container's life without a container."""

from pathlib import Path
from typing import Any

from reuse_sandbox import FunctionConfig, Limits
from reuse_sandbox.clock import Instant
from reuse_sandbox.life import actions, events
from reuse_sandbox.life.events import RUNTIME_PROCESS, InvokeRequest, extension_process
from reuse_sandbox.life.platform import Platform
from reuse_sandbox.life.scene import State

MIDNIGHT = 1_795_219_200.0  # 2026-11-21T00:00:00Z
STREAM = "2026/11/21/[$LATEST]0123456789abcdef0123456789abcdef"


class Life:
    """A platform, a clock that goes on when asked to, and all that had to be done so far."""

    def __init__(self, *extensions: str, memory_mb: int = 35, **settings: Any) -> None:
        settings = {"handler": "app.handler", "name": "orders", **settings}
        self.function = FunctionConfig(Path(), **settings)
        self.stream = STREAM
        self.platform = Platform(self.function, extensions, STREAM, lambda: memory_mb, "snapshot")
        self.done: list[actions.Action] = []
        self._ms = 0.0

    @property
    def state(self) -> State:
        """Where the container stands."""
        return self.platform.state

    def after(self, ms: float) -> "Life":
        """Lets time pass."""
        self._ms += ms
        return self

    def has(self, event: events.Event) -> list[actions.Action]:
        """Something happens; what must be done now."""
        now = Instant(MIDNIGHT + self._ms / 1000, self._ms / 1000)
        todo = self.platform.receive(event, now)
        self.done += todo
        return todo

    def invoked(self, request: InvokeRequest) -> list[actions.Action]:
        """An invocation comes."""
        return self.has(events.InvokeWanted(request))

    def registers(self, name: str, *wanted: str) -> list[actions.Action]:
        """An extension registers; its identifier is its name."""
        return self.has(events.Registered(name, wanted, name))

    def extension_next(self, name: str) -> list[actions.Action]:
        """An extension waits for an event."""
        return self.has(events.ExtensionNext(name))

    def runtime_next(self) -> list[actions.Action]:
        """The runtime waits for an event."""
        return self.has(events.RuntimeNext())

    def responds(
        self, request: InvokeRequest, payload: bytes = b"1", error_type: str | None = None
    ) -> list[actions.Action]:
        """The runtime posts a response, or an error of this type."""
        began = Instant(MIDNIGHT + self._ms / 1000, self._ms / 1000)
        size = len(payload)
        return self.has(events.RuntimeResponded(request.id, payload, size, began, error_type))

    def exits(self, process: str, outcome: str = "") -> list[actions.Action]:
        """A process ends."""
        return self.has(events.Exited(process, outcome))

    def extension_exits(self, name: str, outcome: str = "") -> list[actions.Action]:
        """An extension's process ends."""
        return self.exits(extension_process(name), outcome)

    def time_up(self) -> list[actions.Action]:
        """The timer that was set last goes off, at its time."""
        timers = [action.at for action in self.done if isinstance(action, actions.SetTimer)]
        assert timers[-1] is not None
        self._ms = timers[-1] * 1000
        return self.has(events.TimeUp())

    def emitted(self, kind: str = "") -> list[dict[str, Any]]:
        """The records of all events sent so far, or of one kind."""
        reported = [action for action in self.done if isinstance(action, actions.Emit)]
        return [dict(action.record) for action in reported if kind in {"", action.type}]

    def emitted_kinds(self) -> list[str]:
        """The types of all events sent so far."""
        return kinds(self.done)

    def answers(self) -> list[actions.Answer]:
        """All answers to callers so far."""
        return [action for action in self.done if isinstance(action, actions.Answer)]


def kinds(todo: list[actions.Action]) -> list[str]:
    """The types of the events sent, without their prefix."""
    reported = [action.type for action in todo if isinstance(action, actions.Emit)]
    return [kind.removeprefix("platform.") for kind in reported]


def names(todo: list[actions.Action]) -> list[str]:
    """What must be done, in short: the events by type, other actions by class."""
    return [
        action.type.removeprefix("platform.")
        if isinstance(action, actions.Emit)
        else type(action).__name__
        for action in todo
    ]


def ready(*extensions: str, wanted: tuple[str, ...] = ("INVOKE", "SHUTDOWN"), **kw: Any) -> Life:
    """A container that has been initialised ahead of any invocation, 100 ms after it began."""
    life = Life(*extensions, **kw)
    life.has(events.InitWanted())
    for name in extensions:
        life.registers(name, *wanted)
        life.extension_next(name)
    life.after(100).runtime_next()
    assert life.state is State.READY
    return life


__all__ = [
    "MIDNIGHT",
    "RUNTIME_PROCESS",
    "STREAM",
    "InvokeRequest",
    "Life",
    "Limits",
    "State",
    "extension_process",
    "kinds",
    "names",
    "ready",
]
