"""The life of a container of Lambda Managed Instances; pure.

Such a container serves several invocations at once, is never frozen and is not mended: when one of
its processes ends, all that it serves fails, and the container ends and is replaced. Extensions are
told of its end alone, and telemetry has no `runtimeDone`. Read in and observed of the managed mode
of AWS's runtime interface emulator (`internal/lambda-managed-instances`).

    init        as on demand, but initRuntimeDone is told as soon as the runtime is ready
    serving     for each request by itself: start, the event to any `next`, response, report
    timeout     the caller is answered; the code is not stopped
"""

from collections.abc import Callable, Sequence
from typing import ClassVar

from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.life import actions, events
from reuse_sandbox.life.fatal import Fatal, sandbox_ended, timed_out
from reuse_sandbox.life.invocation import Invocation
from reuse_sandbox.life.parties import Parties, Refused
from reuse_sandbox.life.platform import Calls, Gates, Platform, State, Transitions


class ManagedPlatform(Platform):
    """One container; READY means that it serves."""

    is_managed = True

    def __init__(
        self,
        function: FunctionConfig,
        extensions: Sequence[str],
        instance_id: str,
        memory_used_mb: Callable[[], int],
    ) -> None:
        super().__init__(function, extensions, instance_id, memory_used_mb)
        self._running: dict[str, Invocation] = {}

    # What the runtime says.

    def _next(self, _: events.RuntimeNext) -> None:
        if self.state is State.STARTING:
            self._parties.runtime_does("next")

    def _responded(self, event: events.RuntimeResponded) -> None:
        invocation = self._running.pop(event.request_id, None)
        if invocation is None:
            raise Refused(400, "InvalidRequestID", "Invalid request ID")
        invocation.response, invocation.response_ended = event, self._now
        status = "error" if event.error_type else "success"
        self._do(*invocation.answer(self._now, status, event.payload))
        self._tell(invocation.managed_report(self._now, status, event.error_type))
        self._free(invocation)

    # The steps.

    def _runtime_ready(self) -> None:
        self._close_registration()
        if self._init is not None:
            self._tell(*self._init.end_runtime(self._parties, None))

    def _serve(self) -> None:
        self.state = State.READY
        self._do(actions.CloseSubscriptions(), actions.SetTimer(None))
        if self._init is not None:
            self._tell(*self._init.end(self._parties, None, self._now))
        self._do(*[actions.Idle()] * self._function.max_concurrency)

    def _begin(self, event: events.InvokeWanted) -> None:
        invocation = self._invocation(event.request)
        invocation.released = self._now
        self._running[event.request.id] = invocation
        self._tell(invocation.start(self._function))
        self._release_event(invocation)
        self._watch_deadlines()

    def _free(self, invocation: Invocation) -> None:
        """The invocation is over: there is room for another one."""
        self._watch_deadlines()
        self._do(actions.Finished(invocation.request), actions.Idle())

    def _watch_deadlines(self) -> None:
        ticks = [invocation.deadline.tick for invocation in self._running.values()]
        self._do(actions.SetTimer(min(ticks, default=None)))

    def _fail_one(self, invocation: Invocation, fatal: Fatal) -> None:
        request_id = invocation.request.id
        for text in fatal.log_lines(request_id, self._now.wall):
            self._do(actions.LogLine(self._now, text))
        self._do(*invocation.answer(self._now, fatal.status, fatal.body(request_id)))
        self._tell(invocation.managed_report(self._now, fatal.status, fatal.error_type))

    def _fail_all(self, fatal: Fatal) -> None:
        running, self._running = self._running, {}
        for invocation in running.values():
            self._fail_one(invocation, fatal)
            self._do(actions.Finished(invocation.request))

    def _fail_init(self) -> None:
        self._ending = True
        self._end_init(self._fatal)
        self._stop("failure")

    # What befalls the container.

    def _took_long(self, _: events.TimeUp) -> None:
        for invocation in list(self._running.values()):
            if invocation.deadline.tick <= self._now.tick:
                del self._running[invocation.request.id]
                self._fail_one(invocation, timed_out(self._function.timeout_s))
                self._free(invocation)

    def _break(self, event: events.Exited) -> None:
        self._ending = True
        self._fail_all(self._note_exit(event))
        self._stop("failure")

    def _end_serving(self, event: events.ShutdownWanted) -> None:
        self._ending = True
        self._fail_all(sandbox_ended())
        self._stop(event.reason)

    # What drives it.

    calls: ClassVar[Calls] = {
        **Platform.calls,
        events.RuntimeNext: _next,
        events.RuntimeResponded: _responded,
    }
    gates: ClassVar[Gates] = {
        State.REGISTERING: (Parties.all_registered, Platform._start_runtime),
        State.STARTING: (Parties.runtime_ready, _runtime_ready),
        State.SETTLING: (Parties.extensions_ready, _serve),
    }
    transitions: ClassVar[Transitions] = {
        **Platform.transitions,
        State.READY: {
            events.InvokeWanted: _begin,
            events.ShutdownWanted: _end_serving,
            events.Exited: _break,
            events.TimeUp: _took_long,
        },
    }
