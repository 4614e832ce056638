"""The steps of an invocation, of one that fails, and of the rest between two; pure."""

from reuse_sandbox.life import actions, events
from reuse_sandbox.life.agents import Refused
from reuse_sandbox.life.fatal import Fatal, sandbox_ended, timed_out
from reuse_sandbox.life.invocation import Invocation
from reuse_sandbox.life.scene import Calls, Scene, State
from reuse_sandbox.life.stop_phase import report, stop

# What the runtime says.


def runtime_next(scene: Scene, _: events.RuntimeNext) -> None:
    """It waits for an event."""
    runtime = scene.agents.runtime_transition("next")
    if runtime.state == "Running" and scene.current is not None:
        release_event(scene, scene.current)  # asked again: the same event again


def runtime_responded(scene: Scene, event: events.RuntimeResponded) -> None:
    """It has a response, or an error of the function."""
    invocation = scene.current
    if invocation is None or invocation.request.id != event.request_id:
        raise Refused(400, "InvalidRequestID", "Invalid request ID")
    scene.agents.runtime_transition("error" if event.error_type else "response")
    invocation.response, invocation.response_ended = event, scene.now
    status = "error" if event.error_type else "success"
    scene.do(*invocation.answer(scene.now, status, event.payload))


# The steps.


def start(scene: Scene, invocation: Invocation) -> None:
    """Everybody gets the event."""
    scene.state = State.INVOKING
    scene.emit(invocation.start(scene.function))
    scene.do(actions.SetTimer(invocation.deadline.tick))
    subscribers = scene.agents.release()
    if subscribers:
        request, deadline_ms = invocation.request, invocation.deadline_ms
        scene.do(actions.ReleaseInvoke(subscribers, request, deadline_ms))
    invocation.released = scene.now
    release_event(scene, invocation)


def release_event(scene: Scene, invocation: Invocation) -> None:
    """The runtime gets the event."""
    scene.do(actions.ReleaseEvent(invocation.request, invocation.deadline_ms))


def runtime_done(scene: Scene) -> None:
    """The runtime waits for the next event; extensions may still be at work."""
    scene.state = State.FINISHING
    if scene.current is not None:
        scene.emit(*scene.current.end_runtime(scene.now))


def finished(scene: Scene) -> None:
    """Everybody waits for the next event."""
    if scene.current is not None:
        scene.current.memory_mb = scene.memory_used_mb()
        report(scene, scene.current)
    rest(scene)


def rest(scene: Scene) -> None:
    """The container is idle, and frozen."""
    scene.state = State.READY
    scene.current = None
    scene.do(actions.SetTimer(None), actions.Freeze(), actions.Idle())


def fail(scene: Scene, fatal: Fatal, reason: str = "") -> None:
    """Fails the invocation and resets the container."""
    invocation = scene.current
    if invocation is not None:
        invocation.fail(fatal, scene.now, scene.memory_used_mb())
        scene.emit(*invocation.end_runtime(scene.now))
        request_id = invocation.request.id
        for text in fatal.log_lines(request_id, scene.now.wall):
            scene.do(actions.LogLine(scene.now, text))
        scene.do(*invocation.answer(scene.now, fatal.status, fatal.body(request_id)))
    stop(scene, reason or fatal.reset_reason)


def fail_unstarted(scene: Scene, fatal: Fatal, reason: str = "") -> None:
    """Fails an invocation that nobody got; its start is reported all the same."""
    if scene.current is not None:
        scene.emit(scene.current.start(scene.function))
    fail(scene, fatal, reason)


# What befalls the container.


def invoke(scene: Scene, event: events.InvokeWanted) -> None:
    """An invocation comes to the idle container."""
    scene.do(actions.Thaw())
    scene.current = scene.new_invocation(event.request)
    if scene.fatal is None:
        start(scene, scene.current)
    else:  # a process died while nothing was asked of it
        fail_unstarted(scene, scene.fatal)


def end_idle(scene: Scene, event: events.ShutdownWanted) -> None:
    """The idle container is to end."""
    scene.do(actions.Thaw())
    end_running(scene, event)


def end_running(scene: Scene, event: events.ShutdownWanted) -> None:
    """The container is to end, whatever it does."""
    scene.ending = True
    if scene.current is not None and scene.state in {State.INVOKING, State.FINISHING}:
        fail(scene, sandbox_ended(), event.reason)
    elif scene.current is not None:
        fail_unstarted(scene, sandbox_ended(), event.reason)
    else:
        stop(scene, event.reason)


def exited_idle(scene: Scene, event: events.Exited) -> None:
    """The next invocation pays for it."""
    scene.note_exit(event)


def _exited(scene: Scene, event: events.Exited) -> None:
    fail(scene, scene.note_exit(event))


def _took_long(scene: Scene, _: events.TimeUp) -> None:
    fail(scene, timed_out(scene.function.timeout_s))


READY: Calls = {
    events.InvokeWanted: invoke,
    events.ShutdownWanted: end_idle,
    events.Exited: exited_idle,
}
"""What can befall an idle container that serves one invocation at a time."""

INVOKING: Calls = {
    events.ShutdownWanted: end_running,
    events.Exited: _exited,
    events.TimeUp: _took_long,
}
"""What can befall it while it serves one."""
