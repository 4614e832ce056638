"""The life of a container of a SnapStart function, as tables; pure.

Lambda initialises such a function once, when a version is published, takes a snapshot and begins
every container by restoring it. This machine cannot clone processes: here each container is
initialised by itself, ahead of any invocation, then held still, which stands for its snapshot, and
its first invocation restores it. The init is reported as the snapshot's making, with an instance id
that all containers have in common, as it is in the memory of every clone.

    init        as on demand, but the runtime asks `restore/next`; nobody is invoked afterwards
    restore     restoreStart, `restore/next` is answered, the runtime's first `next`,
                restoreRuntimeDone, restoreReport, then the invocation

A snapshot that was never restored is not a container: its processes end without SHUTDOWN.
"""

from dataclasses import replace

from reuse_sandbox.life import actions, events, init_phase, invoke_phase, records
from reuse_sandbox.life.agents import Agents
from reuse_sandbox.life.fatal import Fatal, sandbox_ended, timed_out
from reuse_sandbox.life.on_demand import ON_DEMAND
from reuse_sandbox.life.scene import Calls, Scene, State

# What the runtime says.


def _restore_next(scene: Scene, _: events.RuntimeRestoreNext) -> None:
    scene.agents.runtime_transition("restore next")


def _restore_error(scene: Scene, event: events.RuntimeRestoreFailed) -> None:
    scene.agents.runtime_transition("restore error")
    scene.note(Fatal(event.error_type, payload=event.payload))


# The steps.


def _snapshot(scene: Scene) -> None:
    """The init is over: what follows is a rest, or the restore that somebody waits for."""
    scene.do(actions.CloseSubscriptions())
    init_phase.end_init(scene, None)
    if scene.current is not None:  # repeated inside an invocation: there is nothing to restore
        _release_runtime(scene)
    elif scene.waiting is not None:
        _begin_restore(scene)
    else:
        scene.state = State.SNAPSHOT
        scene.do(actions.SetTimer(None), actions.Freeze(), actions.Idle())


def _begin_restore(scene: Scene) -> None:
    scene.restore_began = scene.now
    scene.emit(("platform.restoreStart", records.restore_start(scene.function, scene.own_id)))
    if scene.fatal is not None:  # a process died in the snapshot
        scene.state = State.RESTORING
        _fail_restore(scene)
        return
    scene.do(actions.SetTimer(scene.now.tick + scene.function.limits.restore_s))
    _release_runtime(scene)


def _release_runtime(scene: Scene) -> None:
    scene.state = State.RESTORING
    if not scene.agents.runtime_ready():  # one that knows nothing of snapshots is ready
        scene.agents.runtime_transition("restored")
        scene.do(actions.ReleaseRestore())


def _restored(scene: Scene) -> None:
    if scene.waiting is not None:
        restore_ms = _end_restore(scene, None)
        if invocation := scene.take_waiting():
            invocation.restore_ms = restore_ms
    if scene.current is not None:
        invoke_phase.start(scene, scene.current)


def _fail_restore(scene: Scene) -> None:
    fatal = scene.fatal or sandbox_ended()
    if scene.waiting is not None:
        _end_restore(scene, fatal)
    if invocation := scene.take_waiting():
        invocation.init_failed = not scene.ending
    invoke_phase.fail_unstarted(scene, fatal)


def _end_restore(scene: Scene, fatal: Fatal | None) -> float:
    """Tells the end of the restore; answers how long it took, in ms."""
    status, error_type = (fatal.status, fatal.reported_type) if fatal else ("success", None)
    duration = scene.now.ms_since(scene.restore_began or scene.now)
    scene.emit(
        ("platform.restoreRuntimeDone", records.restore_runtime_done(status, error_type)),
        ("platform.restoreReport", records.restore_report(status, error_type, duration)),
    )
    return duration


# What befalls the container.


def _restore_for(scene: Scene, event: events.InvokeWanted) -> None:
    scene.do(actions.Thaw())
    scene.waiting = event.request
    _begin_restore(scene)


def _restore_took_long(scene: Scene, _: events.TimeUp) -> None:
    function = scene.function
    scene.note(timed_out(function.timeout_s if scene.current else function.limits.restore_s))
    _fail_restore(scene)


def _exited_in_restore(scene: Scene, event: events.Exited) -> None:
    scene.note_exit(event)
    _fail_restore(scene)


def _end_in_restore(scene: Scene, _: events.ShutdownWanted) -> None:
    scene.ending = True
    scene.note(sandbox_ended())
    _fail_restore(scene)


def _discard(scene: Scene, _: events.ShutdownWanted) -> None:
    scene.state = State.DOWN
    scene.do(actions.SetTimer(None), actions.Thaw(), actions.Clear(), actions.Ended())


def _end_in_init(scene: Scene, event: events.ShutdownWanted) -> None:
    if scene.current is None and scene.waiting is None:
        _discard(scene, event)
    else:
        invoke_phase.end_running(scene, event)


IN_INIT: Calls = {**init_phase.IN_INIT, events.ShutdownWanted: _end_in_init}

SNAP_START = replace(
    ON_DEMAND,
    calls={
        **ON_DEMAND.calls,
        events.RuntimeRestoreNext: _restore_next,
        events.RuntimeRestoreFailed: _restore_error,
    },
    gates={
        **ON_DEMAND.gates,
        State.STARTING: (Agents.runtime_initialised, init_phase.close_registration),
        State.SETTLING: (Agents.extensions_ready, _snapshot),
        State.RESTORING: (Agents.runtime_ready, _restored),
    },
    transitions={
        **ON_DEMAND.transitions,
        State.REGISTERING: IN_INIT,
        State.STARTING: IN_INIT,
        State.SETTLING: IN_INIT,
        State.SNAPSHOT: {
            events.InvokeWanted: _restore_for,
            events.ShutdownWanted: _discard,
            events.Exited: invoke_phase.exited_idle,
        },
        State.RESTORING: {
            events.ShutdownWanted: _end_in_restore,
            events.Exited: _exited_in_restore,
            events.TimeUp: _restore_took_long,
        },
    },
)
