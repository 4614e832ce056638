"""The life of one execution environment as the platform sees it; pure: no socket, no clock.

Rules of this file: `Platform.receive` takes what happened and answers what must be done; whatever
it knows about time is handed to it. The first fatal error wins, because all later ones are its
consequences. Nothing here knows how an action is carried out.

Three tables at the end drive it. `calls`: what the parties say (what they may say at which moment
stands in `parties.py`). `gates`: the steps that wait for a condition, looked at after each call.
`transitions`: what befalls a container from outside, an invocation, an exit, a deadline. How
processes are ended stands in `shutdown.py`.

The order of things was read in AWS's runtime interface emulator (`internal/lambda/rapid`) and in
"Understanding the Lambda execution environment lifecycle":

    init      initStart, extensions started, all registered, runtime started, its first `next`,
              registration closed, every extension's first `next`, subscriptions closed,
              initRuntimeDone, extension (each), initReport
    invoke    start, INVOKE to the extensions, the event to the runtime, response, the runtime's
              `next`, runtimeDone, every INVOKE subscriber's `next`, report
    reset     runtimeDone, shutdown of all processes, report; the next invocation repeats the init
              (phase `invoke`) in the same container with the same /tmp
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, ClassVar

from reuse_sandbox.clock import Instant
from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.life import actions, events
from reuse_sandbox.life.actions import Action, Told
from reuse_sandbox.life.events import RUNTIME, Event, Request, extension_process
from reuse_sandbox.life.fatal import Fatal, exited, launch_failed, sandbox_ended, timed_out
from reuse_sandbox.life.initialisation import Initialisation
from reuse_sandbox.life.invocation import Invocation
from reuse_sandbox.life.parties import MAX_EXTENSIONS, Extension, Parties, Refused
from reuse_sandbox.life.shutdown import Shutdown


class State(Enum):
    """Where the container stands."""

    NEW = "new"  # nothing runs; the next step is an init
    REGISTERING = "registering"  # extensions run; not all have registered
    STARTING = "starting"  # the runtime runs; it has not called next
    SETTLING = "settling"  # the runtime is ready; not all extensions are
    SNAPSHOT = "snapshot"  # frozen, before its first restore
    RESTORING = "restoring"  # the runtime is told that it was restored; it has not called next
    READY = "ready"  # idle and frozen
    INVOKING = "invoking"  # the runtime has the event
    FINISHING = "finishing"  # the runtime is done; not all extensions are
    STOPPING = "stopping"  # the processes are being ended, for a reset or for good
    DOWN = "down"


Calls = Mapping[type, Callable[[Any, Any], None]]
Gates = Mapping[State, tuple[Callable[[Parties], bool], Callable[[Any], None]]]
Transitions = Mapping[State, Mapping[type, Callable[[Any, Any], None]]]


class Platform:
    """One container.

    `memory_used_mb` is asked when a report is due: the peak memory of all processes so far.
    """

    is_managed: ClassVar[bool] = False

    def __init__(
        self,
        function: FunctionConfig,
        extensions: Sequence[str],
        instance_id: str,
        memory_used_mb: Callable[[], int],
    ) -> None:
        self.state = State.NEW
        self._function = function
        self._external = tuple(extensions)
        self._instance_id = instance_id
        self._memory_used_mb = memory_used_mb
        self._parties = Parties(registration_open=False)
        self._alive: set[str] = set()
        self._phase = "init"
        self._init: Initialisation | None = None
        self._waiting: Request | None = None  # arrived before the init phase was over
        self._current: Invocation | None = None
        self._fatal: Fatal | None = None
        self._shutdown: Shutdown | None = None
        self._ending = False
        self._now = Instant(0, 0)
        self._actions: list[Action] = []

    def receive(self, event: Event, now: Instant) -> list[Action]:
        """What must be done now that `event` happened; raises `Refused` for a call out of turn."""
        self._now, self._actions = now, []
        call = self.calls.get(type(event))
        if call is not None:
            call(self, event)
            self._advance()
            return self._actions
        transition = self.transitions[self.state].get(type(event))
        if transition is not None:  # what has no row came too late to matter
            transition(self, event)
        return self._actions

    def find(self, identifier: str) -> Extension | None:
        """The extension that was given this identifier."""
        extensions = self._parties.extensions.values()
        return next((party for party in extensions if party.identifier == identifier), None)

    # What the parties say.

    def _register(self, event: events.Registered) -> None:
        self._parties.register(event)

    def _extension_next(self, event: events.ExtensionNext) -> None:
        party = self._parties.extension(event.name)
        party.does("next")
        if self._shutdown is not None:
            self._actions += self._shutdown.tell(party)

    def _extension_failed(self, event: events.ExtensionFailed) -> None:
        self._parties.fail(event)
        self._note(Fatal("Extension.InitError" if event.stage == "init" else "Extension.ExitError"))

    def _runtime_next(self, _: events.RuntimeNext) -> None:
        runtime = self._parties.runtime_does("next")
        if runtime.state == "Running" and self._current is not None:
            self._release_event(self._current)  # asked again: the same event again

    def _runtime_responded(self, event: events.RuntimeResponded) -> None:
        invocation = self._current
        if invocation is None or invocation.request.id != event.request_id:
            raise Refused(400, "InvalidRequestID", "Invalid request ID")
        self._parties.runtime_does("error" if event.error_type else "response")
        invocation.response, invocation.response_ended = event, self._now
        status = "error" if event.error_type else "success"
        self._do(*invocation.answer(self._now, status, event.payload))

    def _runtime_init_failed(self, event: events.RuntimeInitFailed) -> None:
        self._parties.runtime_does("init error")
        self._note(Fatal(event.error_type, payload=event.payload))

    # The gates: a condition, and the step that it opens.

    def _advance(self) -> None:
        while (gate := self.gates.get(self.state)) and gate[0](self._parties):
            gate[1](self)

    def _start_runtime(self) -> None:
        self.state = State.STARTING
        self._parties.start_runtime()
        self._alive.add(RUNTIME)
        self._do(actions.StartRuntime())

    def _close_registration(self) -> None:
        self.state = State.SETTLING
        self._parties.registration_open = False

    def _initialised(self) -> None:
        self._do(actions.CloseSubscriptions())
        init_ms = self._end_init(None)
        if self._waiting is not None:
            self._current = self._invocation(self._waiting, cold=True)
            self._waiting = None
            self._current.init_ms = init_ms
        if self._current is not None:
            self._start(self._current)
        else:
            self._rest()

    def _runtime_done(self) -> None:
        self.state = State.FINISHING
        if self._current is not None:
            self._tell(*self._current.end_runtime(self._now))

    def _finished(self) -> None:
        if self._current is not None:
            self._current.memory_mb = self._memory_used_mb()
            self._report(self._current)
        self._rest()

    # What befalls the container.

    def _init_ahead(self, _: events.InitWanted) -> None:
        self._begin_init()

    def _init_for(self, event: events.InvokeWanted) -> None:
        if self._phase == "init":
            self._waiting = event.request
        else:
            self._current = self._invocation(event.request, cold=True)
        self._begin_init()

    def _wait(self, event: events.InvokeWanted) -> None:
        self._waiting = event.request

    def _invoke(self, event: events.InvokeWanted) -> None:
        self._do(actions.Thaw())
        self._current = self._invocation(event.request)
        if self._fatal is None:
            self._start(self._current)
        else:  # a process died while nothing was asked of it
            self._fail_unstarted(self._fatal)

    def _spin_down(self, event: events.ShutdownWanted) -> None:
        self._do(actions.Thaw())
        self._end_running(event)

    def _end_running(self, event: events.ShutdownWanted) -> None:
        self._ending = True
        if self._current is not None and self.state in {State.INVOKING, State.FINISHING}:
            self._fail(sandbox_ended(), event.reason)
        elif self._current is not None:
            self._fail_unstarted(sandbox_ended(), event.reason)
        else:
            self._stop(event.reason)

    def _end_after_stopping(self, _: events.ShutdownWanted) -> None:
        self._ending = True

    def _end(self, _: events.ShutdownWanted) -> None:
        self.state = State.DOWN
        self._do(actions.Clear(), actions.Ended())

    def _launch_failed(self, event: events.LaunchFailed) -> None:
        self._alive.discard(event.process)
        if event.process != RUNTIME:
            self._parties.could_not_launch(event)
        self._note(launch_failed(event))
        self._fail_init()

    def _exited_idle(self, event: events.Exited) -> None:
        self._note_exit(event)  # the next invocation pays for it

    def _exited_in_init(self, event: events.Exited) -> None:
        self._note_exit(event)
        self._fail_init()

    def _exited_in_invocation(self, event: events.Exited) -> None:
        self._fail(self._note_exit(event))

    def _exited_in_shutdown(self, event: events.Exited) -> None:
        self._alive.discard(event.process)
        if self._shutdown is not None:
            self._go_on_stopping(self._shutdown.exited(self._now))

    def _init_timed_out(self, _: events.TimeUp) -> None:
        function = self._function
        seconds = function.timeout_s if self._current else function.init_limit_s
        self._note(timed_out(seconds))
        self._fail_init()

    def _timed_out(self, _: events.TimeUp) -> None:
        self._fail(timed_out(self._function.timeout_s))

    def _launch_failed_in_shutdown(self, event: events.LaunchFailed) -> None:
        self._exited_in_shutdown(events.Exited(event.process, event.message))

    def _stopping_took_long(self, _: events.TimeUp) -> None:
        if self._shutdown is not None:
            self._go_on_stopping(self._shutdown.time_up(self._now))

    def _telemetry_delivered(self, _: events.TelemetryDelivered) -> None:
        if self._shutdown is not None:
            self._go_on_stopping(self._shutdown.delivered(self._now))

    # The steps.

    def _begin_init(self) -> None:
        self.state = State.REGISTERING
        self._fatal = None
        started = self._external[:MAX_EXTENSIONS]
        self._parties = Parties(started, is_managed=self.is_managed)
        self._alive = {extension_process(name) for name in started}
        self._init = Initialisation(self._function, self._instance_id, self._phase, self._now)
        self._tell(self._init.start())
        limit = self._now.tick + self._function.init_limit_s
        self._do(actions.SetTimer(self._current.deadline.tick if self._current else limit))
        if started:
            self._do(actions.StartExtensions(started))
        if len(self._external) > MAX_EXTENSIONS:
            message = f"Extension limit ({MAX_EXTENSIONS}) reached"
            self._note(Fatal("Extension.LaunchError", message))
            self._fail_init()
        self._advance()

    def _fail_init(self) -> None:
        """Ends a failed init; one inside an invocation is that invocation's failure."""
        fatal = self._fatal or sandbox_ended()
        self._end_init(fatal)
        if self._current is not None:
            self._current.init_failed = True
            self._fail_unstarted(fatal)
        else:
            self._stop(fatal.reset_reason)

    def _end_init(self, fatal: Fatal | None) -> float:
        """Tells the end of the init; answers how long it took, in ms.

        The runtime's part, too, is told after the extensions are ready, though it happened before
        (`defer` in the platform's source).
        """
        if self._init is None:
            return 0.0
        self._tell(*self._init.end_runtime(self._parties, fatal))
        self._tell(*self._init.end(self._parties, fatal, self._now))
        return self._now.ms_since(self._init.began)

    def _invocation(self, request: Request, *, cold: bool = False) -> Invocation:
        timeout_s = self._function.timeout_s
        deadline = Instant(self._now.wall + timeout_s, self._now.tick + timeout_s)
        return Invocation(request, self._now, deadline, cold=cold)

    def _start(self, invocation: Invocation) -> None:
        self.state = State.INVOKING
        self._tell(invocation.start(self._function))
        self._do(actions.SetTimer(invocation.deadline.tick))
        told = self._parties.release()
        if told:
            self._do(actions.ReleaseInvoke(told, invocation.request, invocation.deadline_ms))
        invocation.released = self._now
        self._release_event(invocation)

    def _release_event(self, invocation: Invocation) -> None:
        self._do(actions.ReleaseEvent(invocation.request, invocation.deadline_ms))

    def _rest(self) -> None:
        self.state = State.READY
        self._current = None
        self._do(actions.SetTimer(None), actions.Freeze(), actions.Idle())

    def _fail_unstarted(self, fatal: Fatal, reason: str = "") -> None:
        if self._current is not None:
            self._tell(self._current.start(self._function))
        self._fail(fatal, reason)

    def _fail(self, fatal: Fatal, reason: str = "") -> None:
        """Fails the invocation and resets the container."""
        invocation = self._current
        if invocation is not None:
            invocation.fail(fatal, self._now, self._memory_used_mb())
            self._tell(*invocation.end_runtime(self._now))
            request_id = invocation.request.id
            for text in fatal.log_lines(request_id, self._now.wall):
                self._do(actions.LogLine(self._now, text))
            self._do(*invocation.answer(self._now, fatal.status, fatal.body(request_id)))
        self._stop(reason or fatal.reset_reason)

    def _stop(self, reason: str) -> None:
        self.state = State.STOPPING
        self._parties.registration_open = False
        self._do(actions.CloseSubscriptions(), actions.Flush())
        limits, extensions = self._function.limits, self._parties.extensions
        self._shutdown = Shutdown(
            reason, limits, extensions, self._alive, is_managed=self.is_managed
        )
        self._go_on_stopping(self._shutdown.begin(self._now))

    def _go_on_stopping(self, steps: Sequence[Action]) -> None:
        self._actions += steps
        if self._shutdown is not None and self._shutdown.over:
            self._stopped()

    def _stopped(self) -> None:
        self._shutdown = None
        self._parties = Parties(registration_open=False)
        self._phase = "invoke"
        self.state = State.NEW
        self._do(actions.Clear())
        if self._current is not None:
            self._report(self._current)
            self._current = None
        if self._ending:
            self._end_for_good()
        elif self._waiting is not None:  # the init failed before the invocation could begin
            self._current = self._invocation(self._waiting, cold=True)
            self._waiting = None
            self._begin_init()
        else:
            self._do(actions.Idle())

    def _end_for_good(self) -> None:
        self.state = State.DOWN
        if self._waiting is not None:
            request, fatal = self._waiting, sandbox_ended()
            invocation = self._invocation(request, cold=True)
            self._do(*invocation.answer(self._now, fatal.status, fatal.body(request.id)))
            self._do(actions.Finished(request))
        self._do(actions.Ended(self._fatal.sentence if self._fatal else ""))

    def _note(self, fatal: Fatal) -> None:
        self._fatal = self._fatal or fatal

    def _note_exit(self, event: events.Exited) -> Fatal:
        self._alive.discard(event.process)
        fatal = exited(event)
        self._fatal = self._fatal.explained_by(fatal) if self._fatal else fatal
        return self._fatal

    def _report(self, invocation: Invocation) -> None:
        extensions = bool(self._parties.extensions)
        self._tell(invocation.report(self._now, self._function, extensions=extensions))
        self._do(actions.Finished(invocation.request))

    def _do(self, *todo: Action) -> None:
        self._actions += todo

    def _tell(self, *told: Told) -> None:
        self._do(*(actions.Emit(self._now, kind, record) for kind, record in told))

    # What drives it.

    calls: ClassVar[Calls] = {
        events.Registered: _register,
        events.ExtensionNext: _extension_next,
        events.ExtensionFailed: _extension_failed,
        events.RuntimeNext: _runtime_next,
        events.RuntimeResponded: _runtime_responded,
        events.RuntimeInitFailed: _runtime_init_failed,
    }

    # state -> (what must be true of the parties, what is then done)
    gates: ClassVar[Gates] = {
        State.REGISTERING: (Parties.all_registered, _start_runtime),
        State.STARTING: (Parties.runtime_ready, _close_registration),
        State.SETTLING: (Parties.extensions_ready, _initialised),
        State.INVOKING: (Parties.runtime_ready, _runtime_done),
        State.FINISHING: (Parties.subscribers_ready, _finished),
    }

    _in_init: ClassVar[Calls] = {
        events.InvokeWanted: _wait,
        events.ShutdownWanted: _end_running,
        events.LaunchFailed: _launch_failed,
        events.Exited: _exited_in_init,
        events.TimeUp: _init_timed_out,
    }
    _in_invocation: ClassVar[Calls] = {
        events.ShutdownWanted: _end_running,
        events.Exited: _exited_in_invocation,
        events.TimeUp: _timed_out,
    }

    # state -> what befalls the container -> what is then done
    transitions: ClassVar[Transitions] = {
        State.NEW: {
            events.InitWanted: _init_ahead,
            events.InvokeWanted: _init_for,
            events.ShutdownWanted: _end,
        },
        State.REGISTERING: _in_init,
        State.STARTING: _in_init,
        State.SETTLING: _in_init,
        State.READY: {
            events.InvokeWanted: _invoke,
            events.ShutdownWanted: _spin_down,
            events.Exited: _exited_idle,
        },
        State.INVOKING: _in_invocation,
        State.FINISHING: _in_invocation,
        State.STOPPING: {
            events.InvokeWanted: _wait,
            events.ShutdownWanted: _end_after_stopping,
            events.LaunchFailed: _launch_failed_in_shutdown,
            events.Exited: _exited_in_shutdown,
            events.TelemetryDelivered: _telemetry_delivered,
            events.TimeUp: _stopping_took_long,
        },
        State.DOWN: {},
    }
