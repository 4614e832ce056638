"""The steps of an init, from the start of the extensions to the readiness of all; pure."""

from reuse_sandbox.life import actions, events
from reuse_sandbox.life.agents import MAX_EXTENSIONS, Agents
from reuse_sandbox.life.events import RUNTIME_PROCESS, extension_process
from reuse_sandbox.life.fatal import Fatal, launch_failed, sandbox_ended, timed_out
from reuse_sandbox.life.initialisation import Initialisation
from reuse_sandbox.life.invoke_phase import end_running, fail_unstarted, rest, start
from reuse_sandbox.life.scene import Calls, Scene, State
from reuse_sandbox.life.stop_phase import stop, wait

# What the runtime and the extensions say.


def register(scene: Scene, event: events.Registered) -> None:
    """An extension registers."""
    scene.agents.register(event)


def extension_next(scene: Scene, event: events.ExtensionNext) -> None:
    """An extension waits for an event."""
    extension = scene.agents.extension(event.name)
    extension.transition("next")
    if scene.shutdown is not None:
        scene.do(*scene.shutdown.tell(extension))


def extension_failed(scene: Scene, event: events.ExtensionFailed) -> None:
    """An extension reports an error; what follows, follows on its exit."""
    scene.agents.fail(event)
    scene.note(Fatal("Extension.InitError" if event.stage == "init" else "Extension.ExitError"))


def runtime_init_failed(scene: Scene, event: events.RuntimeInitFailed) -> None:
    """The runtime reports that it cannot start."""
    scene.agents.runtime_transition("init error")
    scene.note(Fatal(event.error_type, payload=event.payload))


# The steps.


def begin_init(scene: Scene) -> None:
    """Starts the extensions, or the runtime where there are none."""
    scene.state = State.REGISTERING
    scene.fatal = None
    started = scene.external[:MAX_EXTENSIONS]
    scene.agents = Agents(started, is_managed=scene.mode.is_managed)
    scene.alive = {extension_process(name) for name in started}
    scene.init = Initialisation(scene.function, scene.instance_id, scene.phase, scene.now)
    scene.emit(scene.init.start())
    limit = scene.now.tick + scene.function.init_limit_s
    scene.do(actions.SetTimer(scene.current.deadline.tick if scene.current else limit))
    if started:
        scene.do(actions.StartExtensions(started))
    if len(scene.external) > MAX_EXTENSIONS:
        scene.note(Fatal("Extension.LaunchError", f"Extension limit ({MAX_EXTENSIONS}) reached"))
        scene.mode.fail_init(scene)
    scene.advance()


def start_runtime(scene: Scene) -> None:
    """All extensions have registered."""
    scene.state = State.STARTING
    scene.agents.start_runtime()
    scene.alive.add(RUNTIME_PROCESS)
    scene.do(actions.StartRuntime())


def close_registration(scene: Scene) -> None:
    """The runtime is ready; extensions may still be at work."""
    scene.state = State.SETTLING
    scene.agents.registration_open = False


def initialised(scene: Scene) -> None:
    """Everybody is ready."""
    scene.do(actions.CloseSubscriptions())
    init_ms = end_init(scene, None)
    if scene.waiting is not None and (invocation := scene.take_waiting()):
        invocation.init_ms = init_ms
    if scene.current is not None:
        start(scene, scene.current)
    else:
        rest(scene)


def fail_init(scene: Scene) -> None:
    """Ends a failed init; one inside an invocation is that invocation's failure."""
    fatal = scene.fatal or sandbox_ended()
    end_init(scene, fatal)
    if scene.current is not None:
        scene.current.init_failed = True
        fail_unstarted(scene, fatal)
    else:
        stop(scene, fatal.reset_reason)


def end_init(scene: Scene, fatal: Fatal | None) -> float:
    """Tells the end of the init; answers how long it took, in ms.

    The runtime's part, too, is reported after the extensions are ready, though it happened before
    (`defer` in the platform's source).
    """
    if scene.init is None:
        return 0.0
    scene.emit(*scene.init.end_runtime(scene.agents, fatal))
    scene.emit(*scene.init.end(scene.agents, fatal, scene.now))
    if scene.init.phase == "init" and scene.function.is_init_boosted:
        scene.do(actions.HoldToShare())
    return scene.now.ms_since(scene.init.began)


# What befalls the container.


def init_ahead(scene: Scene, _: events.InitWanted) -> None:
    """Make it ready though nobody waits for it."""
    scene.mode.begin_init(scene)


def init_for(scene: Scene, event: events.InvokeWanted) -> None:
    """An invocation has come to a container that must be initialised first."""
    scene.waiting = event.request
    if scene.phase != "init":
        scene.take_waiting()
    scene.mode.begin_init(scene)


def _launch_failed(scene: Scene, event: events.LaunchFailed) -> None:
    scene.alive.discard(event.process)
    if event.process != RUNTIME_PROCESS:
        scene.agents.could_not_launch(event)
    scene.note(launch_failed(event))
    scene.mode.fail_init(scene)


def _exited(scene: Scene, event: events.Exited) -> None:
    scene.note_exit(event)
    scene.mode.fail_init(scene)


def _took_long(scene: Scene, _: events.TimeUp) -> None:
    function = scene.function
    scene.note(timed_out(function.timeout_s if scene.current else function.init_limit_s))
    scene.mode.fail_init(scene)


IN_INIT: Calls = {
    events.InvokeWanted: wait,
    events.ShutdownWanted: end_running,
    events.LaunchFailed: _launch_failed,
    events.Exited: _exited,
    events.TimeUp: _took_long,
}
"""What can befall a container that is being initialised."""
