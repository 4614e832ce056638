"""One container: the platform's word carried out on real processes, calls and logs."""

import asyncio
import sys
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reuse_sandbox.apis.extensions import ExtensionsApi
from reuse_sandbox.apis.runtime import MAX_RESPONSE, RuntimeApi
from reuse_sandbox.apis.telemetry import TelemetryApi
from reuse_sandbox.apis.waiting import WaitingCalls
from reuse_sandbox.apis.web import Request, Response, Site, dispatch
from reuse_sandbox.clock import Instant, iso, now
from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.faults import EXTENSION_KILLED, FULL, HANG, RUNTIME_EXIT, Faults
from reuse_sandbox.layer import Layer
from reuse_sandbox.life import actions, events, records
from reuse_sandbox.life.events import RUNTIME, extension_process
from reuse_sandbox.life.log_lines import is_logged, json_lines, text_lines
from reuse_sandbox.life.modes import new_platform
from reuse_sandbox.logs import Recording, new_stream_name
from reuse_sandbox.machine.cgroup import Groups
from reuse_sandbox.machine.crew import Crew
from reuse_sandbox.machine.freezer import Freezer, NoFreezer, SignalFreezer
from reuse_sandbox.machine.namespaces import Namespaces
from reuse_sandbox.machine.pipes import Message
from reuse_sandbox.machine.variables import RUNTIME_DIR
from reuse_sandbox.results import InvokeResult, Pending
from reuse_sandbox.sides import Sides
from reuse_sandbox.telemetry.delivery import LOOPBACK, Courier, OpenDestination
from reuse_sandbox.telemetry.publisher import Telemetry
from reuse_sandbox.telemetry.subscription import RESERVED_PORT, Subscription


@dataclass(frozen=True)
class Surroundings:
    """What all containers of a sandbox share.

    `folder` holds their temporary folders; `snapshot_id` is the instance whose init they were all
    restored from, where they are.
    """

    function: FunctionConfig
    layer: Layer | None
    recording: Recording
    open_destination: OpenDestination
    folder: Path
    snapshot_id: str = ""
    faults: Faults = Faults({})  # noqa: RUF009 - without any fault it has no state
    private: tuple[str, ...] = ()
    """What each container has of its own: `files`, `network`."""
    freeze: bool = True
    isolate: bool = False


class Container:
    """One execution environment.

    `idle` is called whenever it can take an invocation, once for each that it can take; `broken`
    when it has ended by itself, with what was the reason. Its id is its log stream's name, which is
    also its `instanceId` in telemetry. It `is_new` while it is being made ready ahead.
    """

    def __init__(
        self,
        surroundings: Surroundings,
        number: int,
        idle: Callable[["Container"], None],
        broken: Callable[["Container", str], None],
    ) -> None:
        function, tmp = surroundings.function, surroundings.folder / str(number)
        self.id = new_stream_name(now().wall, function.version)
        self._pending: dict[str, Pending] = {}
        self.init_type = function.init_type
        self.is_new = False
        self._has_served = False
        self._tenant = ""
        self._function = function
        self._faults = surroundings.faults
        self._clock_off_s = 0.0
        self._private = surroundings.private
        self._layer = surroundings.layer
        self._namespaces: Namespaces | None = None
        self._courier: Courier | None = None
        self._freezes = surroundings.freeze
        self._idle = idle
        self._broken = broken
        groups = _groups(surroundings, number) if surroundings.isolate else None
        self._crew = Crew(
            function,
            surroundings.layer,
            tmp,
            _freezer(surroundings, tmp, groups),
            line=self._line,
            exited=lambda *how: self._happen(events.Exited(*how)),
            groups=groups,
            is_full=surroundings.faults.strikes(FULL),
        )
        names, memory_mb = tuple(self._crew.extensions), self._crew.memory_mb
        self._platform = new_platform(function, names, self.id, memory_mb, surroundings.snapshot_id)
        self._log = surroundings.recording.open(self.id)
        json_format = function.log_format == "JSON"
        self._telemetry = Telemetry(surroundings.open_destination, json_lines=json_format)
        self._waiting = WaitingCalls(function.arn, is_managed=function.is_managed)
        self._timer: asyncio.TimerHandle | None = None
        self._delivery: asyncio.Task[None] | None = None
        self._happened: deque[events.Event] = deque()
        self._busy = False
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        sides = Sides(
            function,
            happen=self._happen,
            find=self._platform.find,
            drain=self._crew.drain,
            subscribe=self._subscribe,
            waiting=self._waiting,
            pending=self._pending,
        )
        self._runtime_api = RuntimeApi(sides, snap_start=self.init_type == "snap-start")
        extensions_api = ExtensionsApi(sides)
        telemetry_api = TelemetryApi(sides, is_managed=function.is_managed)
        self._routes = {
            **self._runtime_api.routes,
            **extensions_api.routes,
            **telemetry_api.routes,
        }
        self._site = Site(self._answer_call, MAX_RESPONSE)
        self._carry_out = self._actions()

    # What the fleet asks.

    @property
    def settling(self) -> bool:
        """Whether it has answered its invocation and only its extensions are still at work."""
        return any(pending.answered for pending in self._pending.values())

    async def settle(self, timeout_s: float) -> None:
        """Waits for the extensions to be done with what has been answered."""
        answered = [pending.finished for pending in self._pending.values() if pending.answered]
        if answered:
            await asyncio.wait(answered, timeout=timeout_s)

    async def open(self) -> None:
        """Makes the container's folder and its APIs; starts nothing yet."""
        self._crew.tmp.mkdir()
        if not self._private:
            await self._site.open()
            return
        self._namespaces = namespaces = self._new_namespaces()
        self._crew.live_in(namespaces)
        if namespaces.has_network:
            self._courier = Courier(namespaces.new_socket)
            way = self._faults.open_destination(self._courier.open_destination)
            self._telemetry.open_destination = way
            await self._site.open(bound=namespaces.bound(LOOPBACK, RESERVED_PORT))
        else:
            await self._site.open()

    def _new_namespaces(self) -> Namespaces:
        function = self._function
        visible = [function.folder, Path(sys.prefix), Path(sys.base_prefix), RUNTIME_DIR]
        visible.append(Path(function.python).parent.parent)
        layer = self._layer.folder.resolve() if self._layer is not None else None
        visible += [layer] if layer is not None else []
        found = dict.fromkeys(path.resolve() for path in visible)
        return Namespaces(self._private, self._crew.tmp, layer, list(found))

    @property
    def stays(self) -> bool:
        """Whether being idle does not end it: it is provisioned, or a snapshot yet."""
        if self.init_type == "snap-start":
            return not self._has_served
        return self.init_type in {"provisioned-concurrency", "lambda-managed-instances"}

    def takes(self, tenant: str) -> bool:
        """Whether it may serve this tenant, when it is idle."""
        return self._tenant in {"", tenant}

    def initialise(self) -> None:
        """Makes it ready though nobody waits for it."""
        self._happen(events.InitWanted())

    def invoke(self, pending: Pending) -> None:
        """Takes an invocation; the container must be idle, or have room for another one."""
        self._pending[pending.request.id] = pending
        self._has_served = True
        self._tenant = pending.request.tenant
        self._clock_off_s += self._faults.step_s()
        self._happen(events.InvokeWanted(pending.request))

    async def shutdown(self, reason: str) -> None:
        """Ends all processes as the platform does, then removes what the container has."""
        try:
            self._happen(events.ShutdownWanted(reason))
            await asyncio.shield(self._ended)
        finally:
            self.kill()
            await self._site.close()
            if self._courier is not None:
                await self._courier.close()

    def kill(self) -> None:
        """Ends everything at once, whatever the state; may be called again."""
        self._clear()
        self._set_timer(actions.SetTimer(None))
        self._log.close()
        self._crew.remove()
        if self._namespaces is not None:
            self._namespaces.close()
        for pending in self._pending.values():
            pending.abandon()
        self._end()

    def _subscribe(self, name: str, subscription: Subscription) -> None:
        state = self._telemetry.subscribe(name, subscription)
        record = records.telemetry_subscription(name, state, subscription.types)
        self._tell(self._now(), "platform.telemetrySubscription", record)

    async def _answer_call(self, request: Request) -> Response:
        return await dispatch(self._routes, request, self._runtime_api.answer_invocation)

    # What happens, and what is then done.

    def _now(self) -> Instant:
        """The platform's clock, which a fault may have set."""
        present = now()
        return Instant(present.wall + self._clock_off_s, present.tick)

    def _happen(self, event: events.Event) -> None:
        if self._busy:  # what carrying out an action brings about waits for the other actions
            self._happened.append(event)
            return
        self._busy = True
        try:
            self._receive(event)
            while self._happened:
                self._receive(self._happened.popleft())
        finally:
            self._busy = False

    def _receive(self, event: events.Event) -> None:
        for action in self._platform.receive(event, self._now()):
            self._carry_out[type(action)](action)

    def _actions(self) -> Mapping[type, Callable[[Any], None]]:
        crew, telemetry, waiting = self._crew, self._telemetry, self._waiting
        return {
            actions.StartExtensions: self._start_extensions,
            actions.StartRuntime: self._start_runtime,
            actions.CloseSubscriptions: lambda _: telemetry.close_subscriptions(),
            actions.ReleaseInvoke: waiting.release_invoke,
            actions.ReleaseEvent: self._release_event,
            actions.ReleaseRestore: waiting.release_restore,
            actions.ReleaseShutdown: waiting.release_shutdown,
            actions.Emit: lambda action: self._tell(action.time, action.type, action.record),
            actions.LogLine: lambda action: self._write(action.time.wall, action.text),
            actions.Answer: self._answer,
            actions.Finished: self._finished,
            actions.Terminate: lambda action: crew.terminate(action.process),
            actions.Kill: lambda action: crew.kill(action.process),
            actions.SetTimer: self._set_timer,
            actions.Freeze: self._freeze,
            actions.Thaw: self._thaw,
            actions.Flush: lambda _: telemetry.flush(),
            actions.AwaitDelivery: self._await_delivery,
            actions.Clear: lambda _: self._clear(),
            actions.Idle: self._become_idle,
            actions.Ended: self._break_or_end,
        }

    def _start_extensions(self, action: actions.StartExtensions) -> None:
        for name in action.names:
            self._tell_failure(self._crew.start_extension(name, self.id, self._api()))

    def _start_runtime(self, _: actions.StartRuntime) -> None:
        self._tell_failure(self._crew.start_runtime(self.id, self._api()))

    def _tell_failure(self, failure: events.LaunchFailed | None) -> None:
        if failure is not None:
            self._happen(failure)

    def _api(self) -> str:
        return f"{LOOPBACK}:{self._site.port}"

    def _release_event(self, action: actions.ReleaseEvent) -> None:
        self._waiting.release_event(action)
        if self._faults.strikes(RUNTIME_EXIT):
            self._crew.kill(RUNTIME)
        if self._faults.strikes(HANG):
            self._crew.stop(RUNTIME)
        for name in self._crew.extensions:
            if self._faults.strikes(EXTENSION_KILLED):
                self._crew.kill(extension_process(name))

    def _answer(self, action: actions.Answer) -> None:
        pending = self._pending.get(action.request.id)
        if pending is None:
            return
        result = InvokeResult(
            request_id=action.request.id,
            container_id=self.id,
            status=action.status,
            function_error=None if action.status == "success" else "Unhandled",
            duration_ms=action.duration_ms,
            payload=action.payload,
            cold=action.cold,
            executed_version=self._function.version,
            init_failed=action.init_failed,
        )
        pending.answer(result)

    def _finished(self, action: actions.Finished) -> None:
        pending = self._pending.pop(action.request.id, None)
        if pending is not None:
            pending.finish()

    def _set_timer(self, action: actions.SetTimer) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if action.at is not None:
            delay, loop = max(0.0, action.at - now().tick), asyncio.get_running_loop()
            self._timer = loop.call_later(delay, self._happen, events.TimeUp())

    def _freeze(self, _: actions.Freeze) -> None:
        if self._freezes:
            self._telemetry.freeze()
            self._crew.freeze()

    def _thaw(self, _: actions.Thaw) -> None:
        self._crew.thaw()
        self._telemetry.thaw()

    def _await_delivery(self, _: actions.AwaitDelivery) -> None:
        loop = asyncio.get_running_loop()
        self._delivery = loop.create_task(self._telemetry.delivered())
        self._delivery.add_done_callback(lambda _: self._happen(events.TelemetryDelivered()))

    def _clear(self) -> None:
        if self._delivery is not None:
            self._delivery.cancel()
        self._crew.clear()
        self._telemetry.reset()
        self._waiting.cancel()

    def _become_idle(self, _: actions.Idle) -> None:
        self.is_new = False
        self._idle(self)

    def _break_or_end(self, action: actions.Ended) -> None:
        self._end()
        if action.reason:
            self._broken(self, action.reason)

    def _end(self) -> None:
        if not self._ended.done():
            self._ended.set_result(None)

    # What is told.

    def _tell(self, time: Instant, kind: str, record: actions.Record) -> None:
        self._telemetry.tell(time, kind, record)
        if self._function.log_format == "Text":
            lines = text_lines(kind, record)
        else:
            lines = json_lines(kind, record, iso(time.wall), self._function.system_log_level)
        for line in lines:
            self._write(time.wall, line)

    def _line(self, category: str, message: Message) -> None:
        wall, text = message
        if self._function.log_level is None or is_logged(text, self._function.log_level):
            self._write(wall, text)
        self._telemetry.tell(Instant(wall, 0.0), category, text)

    def _write(self, wall: float, text: str) -> None:
        self._log.write(wall, text)
        for pending in self._pending.values():
            pending.log(text)


def _groups(surroundings: Surroundings, number: int) -> Groups | None:
    """The container's control groups, by whose names the keeper knows them; None without rights."""
    try:
        groups = Groups(f"{surroundings.folder.name}-{number}", surroundings.function.memory_mb)
    except OSError:
        return None
    return groups if groups.steps else None


def _freezer(surroundings: Surroundings, tmp: Path, groups: Groups | None) -> Freezer:
    if not surroundings.freeze:
        return NoFreezer()
    return groups if groups is not None and "freeze" in groups.steps else SignalFreezer(str(tmp))
