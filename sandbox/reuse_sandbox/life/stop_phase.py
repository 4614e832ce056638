"""The steps from the decision to end all processes to a container that is new again, or down; pure.

How the processes are ended, one after the other, stands in `shutdown.py`.
"""

from collections.abc import Sequence

from reuse_sandbox.life import actions, events
from reuse_sandbox.life.actions import Action
from reuse_sandbox.life.agents import Agents
from reuse_sandbox.life.fatal import sandbox_ended
from reuse_sandbox.life.invocation import Invocation
from reuse_sandbox.life.scene import Calls, Scene, State
from reuse_sandbox.life.shutdown import Shutdown


def stop(scene: Scene, reason: str) -> None:
    """Begins to end all processes; extensions get this reason."""
    scene.state = State.STOPPING
    scene.agents.registration_open = False
    scene.do(actions.CloseSubscriptions(), actions.Flush())
    scene.shutdown = Shutdown(
        reason,
        scene.function.limits,
        scene.agents.extensions,
        scene.alive,
        is_managed=scene.mode.is_managed,
    )
    _go_on(scene, scene.shutdown.begin(scene.now))


def report(scene: Scene, invocation: Invocation) -> None:
    """The invocation is over."""
    extensions = bool(scene.agents.extensions)
    scene.emit(invocation.report(scene.now, scene.function, extensions=extensions))
    scene.do(actions.Finished(invocation.request))


def end_unstarted(scene: Scene, _: events.ShutdownWanted) -> None:
    """Nothing runs: the container is over."""
    scene.state = State.DOWN
    scene.do(actions.Clear(), actions.Ended())


def wait(scene: Scene, event: events.InvokeWanted) -> None:
    """An invocation came while the container could not begin it."""
    scene.waiting = event.request


def _go_on(scene: Scene, steps: Sequence[Action]) -> None:
    scene.do(*steps)
    if scene.shutdown is not None and scene.shutdown.over:
        _stopped(scene)


def _stopped(scene: Scene) -> None:
    scene.shutdown = None
    scene.agents = Agents(registration_open=False)
    scene.phase = "invoke"
    scene.state = State.NEW
    scene.do(actions.Clear())
    if scene.current is not None:
        report(scene, scene.current)
        scene.current = None
    if scene.ending:
        _end_for_good(scene)
    elif scene.waiting is not None:  # the init failed before the invocation could begin
        scene.take_waiting()
        scene.mode.begin_init(scene)
    else:
        scene.do(actions.Idle())


def _end_for_good(scene: Scene) -> None:
    scene.state = State.DOWN
    if scene.waiting is not None:
        request, fatal = scene.waiting, sandbox_ended()
        invocation = scene.new_invocation(request, cold=True)
        scene.do(*invocation.answer(scene.now, fatal.status, fatal.body(request.id)))
        scene.do(actions.Finished(request))
    scene.do(actions.Ended(scene.fatal.sentence if scene.fatal else ""))


def _end_after_stopping(scene: Scene, _: events.ShutdownWanted) -> None:
    scene.ending = True


def _exited(scene: Scene, event: events.Exited) -> None:
    scene.alive.discard(event.process)
    if scene.shutdown is not None:
        _go_on(scene, scene.shutdown.exited(scene.now))


def _launch_failed(scene: Scene, event: events.LaunchFailed) -> None:
    _exited(scene, events.Exited(event.process, event.message))


def _took_long(scene: Scene, _: events.TimeUp) -> None:
    if scene.shutdown is not None:
        _go_on(scene, scene.shutdown.time_up(scene.now))


def _delivered(scene: Scene, _: events.TelemetryDelivered) -> None:
    if scene.shutdown is not None:
        _go_on(scene, scene.shutdown.delivered(scene.now))


STOPPING: Calls = {
    events.InvokeWanted: wait,
    events.ShutdownWanted: _end_after_stopping,
    events.LaunchFailed: _launch_failed,
    events.Exited: _exited,
    events.TelemetryDelivered: _delivered,
    events.TimeUp: _took_long,
}
"""What can befall a container that is being stopped, in every mode."""
