"""Carries out what the platform decides, on real processes, calls, timers and logs."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from reuse_sandbox.apis.waiting import WaitingCalls
from reuse_sandbox.clock import Timer
from reuse_sandbox.container_context import ContainerContext
from reuse_sandbox.faults import EXTENSION_KILLED, HANG, RUNTIME_EXIT
from reuse_sandbox.freezing import Freezing
from reuse_sandbox.life import actions, events
from reuse_sandbox.life.actions import Action
from reuse_sandbox.life.events import RUNTIME_PROCESS, Event, LaunchFailed, extension_process
from reuse_sandbox.machine.container_processes import ContainerProcesses
from reuse_sandbox.output import Output
from reuse_sandbox.results import InvokeResult, Pending
from reuse_sandbox.telemetry.publisher import Telemetry


class ActionRunner:
    """Carries out the actions of one container.

    `dispatch` takes what that brings about; `became_idle` and `ended` are the two actions that are
    the container's own business.
    """

    def __init__(
        self,
        context: ContainerContext,
        container_id: str,
        *,
        processes: ContainerProcesses,
        telemetry: Telemetry,
        output: Output,
        waiting: WaitingCalls,
        pending: dict[str, Pending],
        dispatch: Callable[[Event], None],
        became_idle: Callable[[], None],
        ended: Callable[[str], None],
    ) -> None:
        self.api = ""
        """Where the container's APIs are, HOST:PORT."""
        self._context = context
        self._faults = context.faults
        self._id = container_id
        self._processes = processes
        self._telemetry = telemetry
        self._output = output
        self._waiting = waiting
        self._pending = pending
        self._dispatch = dispatch
        self._became_idle = became_idle
        self._ended = ended
        self._freezing = Freezing(processes, telemetry, is_prompt=context.is_prompt)
        self._timer: Timer | None = None
        self._delivery: asyncio.Task[None] | None = None
        self._runs = self._table()

    def run(self, action: Action) -> None:
        """Carries one out."""
        self._runs[type(action)](action)

    def clear(self) -> None:
        """Ends all processes, and forgets calls and timers; what is sent later reaches nobody."""
        if self._delivery is not None:
            self._delivery.cancel()
        self._freezing.cancel()
        self._processes.clear()
        self._telemetry.reset()
        self._waiting.cancel()

    def cancel_timer(self) -> None:
        """Nothing goes off any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _table(self) -> Mapping[type, Callable[[Any], None]]:
        processes, telemetry, waiting = self._processes, self._telemetry, self._waiting
        output = self._output
        return {
            actions.StartExtensions: self._start_extensions,
            actions.StartRuntime: self._start_runtime,
            actions.HoldToShare: lambda _: processes.hold_to_share(),
            actions.CloseSubscriptions: lambda _: telemetry.close_subscriptions(),
            actions.ReleaseInvoke: waiting.release_invoke,
            actions.ReleaseEvent: self._release_event,
            actions.ReleaseRestore: waiting.release_restore,
            actions.ReleaseShutdown: waiting.release_shutdown,
            actions.Emit: lambda does: output.platform_event(does.time, does.type, does.record),
            actions.LogLine: lambda does: output.log_line(does.time.wall, does.text),
            actions.Answer: self._answer,
            actions.Finished: self._finished,
            actions.Terminate: lambda does: processes.terminate(does.process),
            actions.Kill: lambda does: processes.kill(does.process),
            actions.SetTimer: self._set_timer,
            actions.Freeze: self._freeze,
            actions.Thaw: lambda _: self._freezing.thaw(),
            actions.Flush: lambda _: telemetry.flush(),
            actions.AwaitDelivery: self._await_delivery,
            actions.Clear: lambda _: self.clear(),
            actions.Idle: lambda _: self._became_idle(),
            actions.Ended: lambda does: self._ended(does.reason),
        }

    def _start_extensions(self, action: actions.StartExtensions) -> None:
        for name in action.names:
            self._report(self._processes.start_extension(name, self._id, self.api))

    def _start_runtime(self, _: actions.StartRuntime) -> None:
        self._report(self._processes.start_runtime(self._id, self.api))

    def _report(self, failure: LaunchFailed | None) -> None:
        if failure is not None:
            self._dispatch(failure)

    def _release_event(self, action: actions.ReleaseEvent) -> None:
        self._waiting.release_event(action)
        if self._faults.strikes(RUNTIME_EXIT):
            self._processes.kill(RUNTIME_PROCESS)
        if self._faults.strikes(HANG):
            self._processes.stop(RUNTIME_PROCESS)
        for name in self._processes.extensions:
            if self._faults.strikes(EXTENSION_KILLED):
                self._processes.kill(extension_process(name))

    def _answer(self, action: actions.Answer) -> None:
        pending = self._pending.get(action.request.id)
        if pending is None:
            return
        result = InvokeResult(
            request_id=action.request.id,
            container_id=self._id,
            status=action.status,
            function_error=None if action.status == "success" else "Unhandled",
            duration_ms=action.duration_ms,
            payload=action.payload,
            cold=action.cold,
            executed_version=self._context.function.version,
            init_failed=action.init_failed,
        )
        pending.answer(result)

    def _finished(self, action: actions.Finished) -> None:
        pending = self._pending.pop(action.request.id, None)
        if pending is not None:
            pending.finish()

    def _set_timer(self, action: actions.SetTimer) -> None:
        self.cancel_timer()
        if action.at is not None:
            clock = self._context.clock
            delay_s = max(0.0, action.at - clock.now().tick)
            self._timer = clock.call_later(delay_s, lambda: self._dispatch(events.TimeUp()))

    def _freeze(self, _: actions.Freeze) -> None:
        if self._context.freeze:
            self._freezing.freeze()

    def _await_delivery(self, _: actions.AwaitDelivery) -> None:
        loop = asyncio.get_running_loop()
        self._delivery = loop.create_task(self._telemetry.delivered())
        self._delivery.add_done_callback(lambda _: self._dispatch(events.TelemetryDelivered()))
