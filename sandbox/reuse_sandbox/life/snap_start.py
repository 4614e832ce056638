"""The life of a container of a SnapStart function; pure.

Lambda initialises such a function once, when a version is published, takes a snapshot and begins
every container by restoring it. This machine cannot clone processes: here each container is
initialised by itself, ahead of any invocation, then held still, which stands for its snapshot, and
its first invocation restores it. The init is told as the snapshot's making, under an instance id
that all containers have in common, as it is in the memory of every clone.

    init        as on demand, but the runtime asks `restore/next`; nobody is invoked afterwards
    restore     restoreStart, `restore/next` is answered, the runtime's first `next`,
                restoreRuntimeDone, restoreReport, then the invocation

A snapshot that was never restored is not a container: its processes end without SHUTDOWN.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar

from reuse_sandbox.clock import Instant
from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.life import actions, events, records
from reuse_sandbox.life.fatal import Fatal, sandbox_ended, timed_out
from reuse_sandbox.life.parties import Parties
from reuse_sandbox.life.platform import Calls, Gates, Platform, State, Transitions


class SnapStartPlatform(Platform):
    """One container; `snapshot_id` is the instance that made the snapshot."""

    def __init__(
        self,
        function: FunctionConfig,
        extensions: Sequence[str],
        instance_id: str,
        memory_used_mb: Callable[[], int],
        snapshot_id: str,
    ) -> None:
        super().__init__(function, extensions, snapshot_id, memory_used_mb)
        self._own_id = instance_id
        self._restore_began: Instant | None = None

    # What the runtime says.

    def _restore_next(self, _: events.RuntimeRestoreNext) -> None:
        self._parties.runtime_does("restore next")

    def _restore_error(self, event: events.RuntimeRestoreFailed) -> None:
        self._parties.runtime_does("restore error")
        self._note(Fatal(event.error_type, payload=event.payload))

    # The steps.

    def _snapshot(self) -> None:
        """The init is over: what follows is a rest, or the restore that somebody waits for."""
        self._do(actions.CloseSubscriptions())
        self._end_init(None)
        if self._current is not None:  # repeated inside an invocation: there is nothing to restore
            self._release_runtime()
        elif self._waiting is not None:
            self._begin_restore()
        else:
            self.state = State.SNAPSHOT
            self._do(actions.SetTimer(None), actions.Freeze(), actions.Idle())

    def _restore_for(self, event: events.InvokeWanted) -> None:
        self._do(actions.Thaw())
        self._waiting = event.request
        self._begin_restore()

    def _begin_restore(self) -> None:
        self._restore_began = self._now
        self._tell(("platform.restoreStart", records.restore_start(self._function, self._own_id)))
        if self._fatal is not None:  # a process died in the snapshot
            self.state = State.RESTORING
            self._fail_restore()
            return
        self._do(actions.SetTimer(self._now.tick + self._function.limits.restore_s))
        self._release_runtime()

    def _release_runtime(self) -> None:
        self.state = State.RESTORING
        if not self._parties.runtime_ready():  # one that knows nothing of snapshots is ready
            self._parties.runtime_does("restored")
            self._do(actions.ReleaseRestore())

    def _restored(self) -> None:
        if self._waiting is not None:
            restore_ms = self._end_restore(None)
            self._current = self._invocation(self._waiting, cold=True)
            self._current.restore_ms = restore_ms
            self._waiting = None
        if self._current is not None:
            self._start(self._current)

    def _fail_restore(self) -> None:
        fatal = self._fatal or sandbox_ended()
        if self._waiting is not None:
            self._end_restore(fatal)
            self._current = self._invocation(self._waiting, cold=True)
            self._waiting = None
        if self._current is not None:
            self._current.init_failed = not self._ending
        self._fail_unstarted(fatal)

    def _end_restore(self, fatal: Fatal | None) -> float:
        """Tells the end of the restore; answers how long it took, in ms."""
        status, error_type = (fatal.status, fatal.reported_type) if fatal else ("success", None)
        duration = self._now.ms_since(self._restore_began or self._now)
        self._tell(
            ("platform.restoreRuntimeDone", records.restore_runtime_done(status, error_type)),
            ("platform.restoreReport", records.restore_report(status, error_type, duration)),
        )
        return duration

    # What befalls the container.

    def _restore_took_long(self, _: events.TimeUp) -> None:
        seconds = self._function.timeout_s if self._current else self._function.limits.restore_s
        self._note(timed_out(seconds))
        self._fail_restore()

    def _exited_in_restore(self, event: events.Exited) -> None:
        self._note_exit(event)
        self._fail_restore()

    def _end_in_restore(self, _: events.ShutdownWanted) -> None:
        self._ending = True
        self._note(sandbox_ended())
        self._fail_restore()

    def _discard(self, _: events.ShutdownWanted) -> None:
        self.state = State.DOWN
        self._do(actions.SetTimer(None), actions.Thaw(), actions.Clear(), actions.Ended())

    def _end_in_init(self, event: events.ShutdownWanted) -> None:
        if self._current is None and self._waiting is None:
            self._discard(event)
        else:
            self._end_running(event)

    # What drives it.

    calls: ClassVar[Calls] = {
        **Platform.calls,
        events.RuntimeRestoreNext: _restore_next,
        events.RuntimeRestoreFailed: _restore_error,
    }
    gates: ClassVar[Gates] = {
        **Platform.gates,
        State.STARTING: (Parties.runtime_initialised, Platform._close_registration),
        State.SETTLING: (Parties.extensions_ready, _snapshot),
        State.RESTORING: (Parties.runtime_ready, _restored),
    }
    _in_init: ClassVar[Calls] = {**Platform._in_init, events.ShutdownWanted: _end_in_init}
    transitions: ClassVar[Transitions] = {
        **Platform.transitions,
        State.REGISTERING: _in_init,
        State.STARTING: _in_init,
        State.SETTLING: _in_init,
        State.SNAPSHOT: {
            events.InvokeWanted: _restore_for,
            events.ShutdownWanted: _discard,
            events.Exited: Platform._exited_idle,
        },
        State.RESTORING: {
            events.ShutdownWanted: _end_in_restore,
            events.Exited: _exited_in_restore,
            events.TimeUp: _restore_took_long,
        },
    }
