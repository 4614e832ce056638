"""The life of a container of Lambda Managed Instances, as tables; pure.

Such a container serves several invocations at once, is never frozen and is not mended: when one of
its processes ends, all that it serves fails, and the container ends and is replaced. Extensions are
told of its end alone, and telemetry has no `runtimeDone`. Read in and observed of the managed mode
of AWS's runtime interface emulator (`internal/lambda-managed-instances`).

    init        as on demand, but initRuntimeDone is sent as soon as the runtime is ready
    serving     for each request by itself: start, the event to any `next`, response, report
    timeout     the caller is answered; the code is not stopped

READY means here that it serves.
"""

from reuse_sandbox.life import actions, events, init_phase, invoke_phase, stop_phase
from reuse_sandbox.life.agents import Agents, Refused
from reuse_sandbox.life.fatal import Fatal, sandbox_ended, timed_out
from reuse_sandbox.life.invocation import Invocation
from reuse_sandbox.life.on_demand import ON_DEMAND
from reuse_sandbox.life.scene import Mode, Scene, State

# What the runtime says.


def _next(scene: Scene, _: events.RuntimeNext) -> None:
    if scene.state is State.STARTING:
        scene.agents.runtime_transition("next")


def _responded(scene: Scene, event: events.RuntimeResponded) -> None:
    invocation = scene.running.pop(event.request_id, None)
    if invocation is None:
        raise Refused(400, "InvalidRequestID", "Invalid request ID")
    invocation.response, invocation.response_ended = event, scene.now
    status = "error" if event.error_type else "success"
    scene.do(*invocation.answer(scene.now, status, event.payload))
    scene.emit(invocation.managed_report(scene.now, status, event.error_type))
    _free(scene, invocation)


# The steps.


def _runtime_ready(scene: Scene) -> None:
    init_phase.close_registration(scene)
    if scene.init is not None:
        scene.emit(*scene.init.end_runtime(scene.agents, None))


def _serve(scene: Scene) -> None:
    scene.state = State.READY
    scene.do(actions.CloseSubscriptions(), actions.SetTimer(None))
    if scene.init is not None:
        scene.emit(*scene.init.end(scene.agents, None, scene.now))
    scene.do(*[actions.Idle()] * scene.function.max_concurrency)


def _free(scene: Scene, invocation: Invocation) -> None:
    """The invocation is over: there is room for another one."""
    _watch_deadlines(scene)
    scene.do(actions.Finished(invocation.request), actions.Idle())


def _watch_deadlines(scene: Scene) -> None:
    ticks = [invocation.deadline.tick for invocation in scene.running.values()]
    scene.do(actions.SetTimer(min(ticks, default=None)))


def _fail_one(scene: Scene, invocation: Invocation, fatal: Fatal) -> None:
    request_id = invocation.request.id
    for text in fatal.log_lines(request_id, scene.now.wall):
        scene.do(actions.LogLine(scene.now, text))
    scene.do(*invocation.answer(scene.now, fatal.status, fatal.body(request_id)))
    scene.emit(invocation.managed_report(scene.now, fatal.status, fatal.error_type))


def _fail_all(scene: Scene, fatal: Fatal) -> None:
    running, scene.running = scene.running, {}
    for invocation in running.values():
        _fail_one(scene, invocation, fatal)
        scene.do(actions.Finished(invocation.request))


def _fail_init(scene: Scene) -> None:
    scene.ending = True
    init_phase.end_init(scene, scene.fatal)
    stop_phase.stop(scene, "failure")


# What befalls the container.


def _begin(scene: Scene, event: events.InvokeWanted) -> None:
    invocation = scene.new_invocation(event.request)
    invocation.released = scene.now
    scene.running[event.request.id] = invocation
    scene.emit(invocation.start(scene.function))
    invoke_phase.release_event(scene, invocation)
    _watch_deadlines(scene)


def _took_long(scene: Scene, _: events.TimeUp) -> None:
    late = [one for one in scene.running.values() if one.deadline.tick <= scene.now.tick]
    for invocation in late:
        del scene.running[invocation.request.id]
        _fail_one(scene, invocation, timed_out(scene.function.timeout_s))
        _free(scene, invocation)
    if not late:
        _watch_deadlines(scene)  # a timer counts whole milliseconds: it was early


def _break(scene: Scene, event: events.Exited) -> None:
    scene.ending = True
    _fail_all(scene, scene.note_exit(event))
    stop_phase.stop(scene, "failure")


def _end_serving(scene: Scene, event: events.ShutdownWanted) -> None:
    scene.ending = True
    _fail_all(scene, sandbox_ended())
    stop_phase.stop(scene, event.reason)


MANAGED = Mode(
    calls={
        **ON_DEMAND.calls,
        events.RuntimeNext: _next,
        events.RuntimeResponded: _responded,
    },
    gates={
        State.REGISTERING: (Agents.all_registered, init_phase.start_runtime),
        State.STARTING: (Agents.runtime_ready, _runtime_ready),
        State.SETTLING: (Agents.extensions_ready, _serve),
    },
    transitions={
        **ON_DEMAND.transitions,
        State.READY: {
            events.InvokeWanted: _begin,
            events.ShutdownWanted: _end_serving,
            events.Exited: _break,
            events.TimeUp: _took_long,
        },
    },
    begin_init=init_phase.begin_init,
    fail_init=_fail_init,
    is_managed=True,
)
