"""All that the platform knows of one container at one moment, and what it has decided to do; pure.

The steps (`init_phase`, `invoke_phase`, `stop_phase`, and those of a mode's own) are functions that
change a scene. Which step follows what stands in the tables of the container's mode (`on_demand`,
`snap_start`, `managed`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from reuse_sandbox.clock import Instant
from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.life import actions, events
from reuse_sandbox.life.actions import Action, PlatformEvent
from reuse_sandbox.life.agents import Agents
from reuse_sandbox.life.events import InvokeRequest
from reuse_sandbox.life.fatal import Fatal, exited
from reuse_sandbox.life.initialisation import Initialisation
from reuse_sandbox.life.invocation import Invocation
from reuse_sandbox.life.shutdown import Shutdown


class State(Enum):
    """Where the container stands."""

    NEW = "new"  # nothing runs; the next step is an init
    REGISTERING = "registering"  # extensions run; not all have registered
    STARTING = "starting"  # the runtime runs; it has not called next
    SETTLING = "settling"  # the runtime is ready; not all extensions are
    SNAPSHOT = "snapshot"  # frozen, before its first restore
    RESTORING = "restoring"  # `restore/next` was answered; the runtime has not called next
    READY = "ready"  # idle and frozen
    INVOKING = "invoking"  # the runtime has the event
    FINISHING = "finishing"  # the runtime is done; not all extensions are
    STOPPING = "stopping"  # the processes are being ended, for a reset or for good
    DOWN = "down"


Step = Callable[["Scene"], None]
Calls = Mapping[type, Callable[["Scene", Any], None]]
Gates = Mapping[State, tuple[Callable[[Agents], bool], Step]]
Transitions = Mapping[State, Calls]


@dataclass(frozen=True)
class Mode:
    """How containers of one kind live.

    `calls`: what the runtime and the extensions say; what they may say at which moment stands in
    `agents.py`. `gates`: for a state, what must be true of them, and the step that then follows;
    looked at after each call. `transitions`: for a state, what can befall the container from
    outside and what is then done; what has no row comes too late to matter.
    """

    calls: Calls
    gates: Gates
    transitions: Transitions
    begin_init: Step
    """What starts the processes, again after a failed init that somebody waits for."""
    fail_init: Step
    """What follows on an init that failed."""
    is_managed: bool = False


class Scene:
    """One container; `memory_used_mb` is asked when a report is due: the peak of all processes.

    `instance_id` is the id in its init's events, `own_id` the one in its restore's events.
    """

    def __init__(
        self,
        mode: Mode,
        function: FunctionConfig,
        extensions: Sequence[str],
        memory_used_mb: Callable[[], int],
        *,
        instance_id: str,
        own_id: str,
    ) -> None:
        self.mode = mode
        self.function = function
        self.external = tuple(extensions)
        self.memory_used_mb = memory_used_mb
        self.instance_id = instance_id
        self.own_id = own_id
        self.state = State.NEW
        self.agents = Agents(registration_open=False)
        self.alive: set[str] = set()
        self.phase = "init"
        self.init: Initialisation | None = None
        self.waiting: InvokeRequest | None = None  # arrived before the init phase was over
        self.current: Invocation | None = None
        self.running: dict[str, Invocation] = {}  # where there may be several
        self.restore_began: Instant | None = None
        self.fatal: Fatal | None = None
        self.shutdown: Shutdown | None = None
        self.ending = False
        self.now = Instant(0, 0)
        self.actions: list[Action] = []

    def do(self, *todo: Action) -> None:
        """These are the next things to be done."""
        self.actions += todo

    def emit(self, *happened: PlatformEvent) -> None:
        """The platform says that this happened."""
        self.do(*(actions.Emit(self.now, kind, record) for kind, record in happened))

    def advance(self) -> None:
        """Takes every step whose condition holds."""
        while (gate := self.mode.gates.get(self.state)) and gate[0](self.agents):
            gate[1](self)

    def note(self, fatal: Fatal) -> None:
        """Something went wrong; the first error wins, as all later ones are its consequences."""
        self.fatal = self.fatal or fatal

    def note_exit(self, event: events.Exited) -> Fatal:
        """A process has ended; what that, or an error noted before it, means."""
        self.alive.discard(event.process)
        fatal = exited(event)
        self.fatal = self.fatal.explained_by(fatal) if self.fatal else fatal
        return self.fatal

    def new_invocation(self, request: InvokeRequest, *, cold: bool = False) -> Invocation:
        """An invocation whose time begins now."""
        timeout_s = self.function.timeout_s
        deadline = Instant(self.now.wall + timeout_s, self.now.tick + timeout_s)
        return Invocation(request, self.now, deadline, cold=cold)

    def take_waiting(self) -> Invocation | None:
        """The invocation that waited for the container to be ready begins now, if there is one."""
        if self.waiting is not None:
            self.current = self.new_invocation(self.waiting, cold=True)
            self.waiting = None
        return self.current
