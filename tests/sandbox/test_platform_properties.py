"""Whatever happens to a container, and in whichever order, nobody is forgotten."""

from collections import Counter
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from reuse_sandbox.clock import Instant
from reuse_sandbox.life import actions, events
from reuse_sandbox.life.agents import Refused
from reuse_sandbox.life.events import RUNTIME_PROCESS, extension_process

from tests.sandbox.life import InvokeRequest, Life, State

NAMES = ("a", "b")
WANTED = st.sampled_from([(), ("INVOKE",), ("SHUTDOWN",), ("INVOKE", "SHUTDOWN")])


class World:
    """What surrounds a platform: processes that run, a fleet that knows when it is idle."""

    def __init__(self, extensions: tuple[str, ...]) -> None:
        self.life = Life(*extensions)
        self.idle = True
        self.running: set[str] = set()
        self.timer = False
        self.requests: list[InvokeRequest] = []

    def has(self, event: events.Event) -> None:
        """Something happens; what must be done is done."""
        try:
            todo = self.life.after(1).has(event)
        except Refused:
            return
        for action in todo:
            match action:
                case actions.StartExtensions(names):
                    self.running |= {extension_process(name) for name in names}
                case actions.StartRuntime():
                    assert RUNTIME_PROCESS not in self.running
                    self.running.add(RUNTIME_PROCESS)
                case actions.Clear():
                    self.running.clear()
                case actions.SetTimer(at):
                    self.timer = at is not None
                case actions.Idle():
                    self.idle = True

    def invoke(self) -> None:
        """The fleet routes an invocation, which it does only to an idle container."""
        if self.idle:
            self.idle = False
            self.requests.append(InvokeRequest(b"{}"))
            self.has(events.InvokeWanted(self.requests[-1]))

    def ends(self, process: str, outcome: str) -> None:
        """A process ends, if it runs."""
        if process in self.running:
            self.running.discard(process)
            self.has(events.Exited(process, outcome))

    def cannot_launch(self, process: str) -> None:
        """A process that was to be started cannot be."""
        if process in self.running and self.life.state in {State.REGISTERING, State.STARTING}:
            self.running.discard(process)
            self.has(events.LaunchFailed(process, "exec format error"))

    def time_up(self) -> None:
        """The timer goes off, if it is set."""
        if self.timer:
            self.timer = False
            self.has(events.TimeUp())

    def end(self) -> None:
        """The container ends and everything that was asked to end does."""
        self.has(events.ShutdownWanted("spindown"))
        for _ in range(4):
            self.time_up()
        for process in sorted(self.running):
            self.ends(process, "signal: killed")


def steps() -> st.SearchStrategy[Callable[[World], None]]:
    """One thing that may happen."""
    name = st.sampled_from(NAMES)
    process = st.sampled_from([RUNTIME_PROCESS, *map(extension_process, NAMES)])
    outcome = st.sampled_from(["", "exit status 1"])
    return st.one_of(
        st.just(World.invoke),
        st.just(World.time_up),
        st.builds(lambda p, o: lambda world: world.ends(p, o), process, outcome),
        st.builds(lambda p: lambda world: world.cannot_launch(p), process),
        st.builds(lambda event: lambda world: world.has(event), calls(name)),
        st.just(lambda world: world.has(events.InitWanted()) if world.idle else None),
        *[st.just(respond)] * 3,
        *[st.just(lambda world: world.has(events.RuntimeNext()))] * 3,
    )


def calls(name: st.SearchStrategy[str]) -> st.SearchStrategy[events.Event]:
    """One call of an extension, or of the runtime about its init."""
    return st.one_of(
        st.builds(events.Registered, name, WANTED, name),
        st.builds(events.ExtensionNext, name),
        st.builds(events.ExtensionFailed, name, st.sampled_from(["init", "exit"]), st.just("X")),
        st.just(events.RuntimeInitFailed("Runtime.ImportModuleError", b"{}")),
    )


def respond(world: World) -> None:
    """The runtime responds to the last request."""
    if world.requests:
        began = Instant(0.0, 0.0)
        world.has(events.RuntimeResponded(world.requests[-1].id, b"1", 1, began))


@settings(max_examples=4 * settings.default.max_examples, deadline=None)
@given(st.sampled_from([(), ("a",), NAMES]), st.lists(steps(), max_size=60))
def test_nobody_is_forgotten(
    extensions: tuple[str, ...], happenings: list[Callable[[World], None]]
) -> None:
    """Every request is answered once and finished once; every start has its end in telemetry."""
    world = World(extensions)
    for happening in happenings:
        happening(world)
    world.end()

    done = world.life.done
    asked = Counter(request.id for request in world.requests)
    assert asked == Counter(a.request.id for a in done if isinstance(a, actions.Answer))
    assert asked == Counter(a.request.id for a in done if isinstance(a, actions.Finished))
    assert sum(isinstance(action, actions.Ended) for action in done) == 1
    assert State.DOWN is world.life.state
    reported = {
        kind: Counter(record["requestId"] for record in world.life.emitted(f"platform.{kind}"))
        for kind in ("start", "runtimeDone", "report")
    }
    assert reported["start"] == reported["runtimeDone"] == reported["report"]
    assert reported["start"] <= asked
