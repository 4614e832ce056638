"""One container: what the fleet asks of it, and how events pass through it."""

import asyncio
from collections import deque
from collections.abc import Callable

from reuse_sandbox.action_runner import ActionRunner
from reuse_sandbox.api_port import ApiPort
from reuse_sandbox.apis.extensions import ExtensionsApi
from reuse_sandbox.apis.runtime import MAX_HEADER, MAX_RESPONSE, RuntimeApi
from reuse_sandbox.apis.telemetry import TelemetryApi
from reuse_sandbox.apis.waiting import WaitingCalls
from reuse_sandbox.apis.web import Request, Response, Site, dispatch
from reuse_sandbox.clock import Instant
from reuse_sandbox.container_context import ContainerContext
from reuse_sandbox.faults import FULL
from reuse_sandbox.life import events, records
from reuse_sandbox.life.events import Event
from reuse_sandbox.life.platform import Platform
from reuse_sandbox.logs import new_stream_name
from reuse_sandbox.machine.container_processes import ContainerProcesses
from reuse_sandbox.machine.namespaces import Namespaces
from reuse_sandbox.output import Output
from reuse_sandbox.results import Pending
from reuse_sandbox.telemetry.delivery import LOOPBACK, BatchSender, Deliver
from reuse_sandbox.telemetry.publisher import Telemetry
from reuse_sandbox.telemetry.subscription import RESERVED_PORT, Destination, Subscription


class Container:
    """One execution environment.

    `idle` is called whenever it can take an invocation, once for each that it can take; `broken`
    when it has ended by itself, with what was the reason. Its id is its log stream's name, which is
    also its `instanceId` in telemetry. It `is_new` while it is being made ready ahead.
    """

    def __init__(
        self,
        context: ContainerContext,
        number: int,
        idle: Callable[["Container"], None],
        broken: Callable[["Container", str], None],
    ) -> None:
        function = context.function
        self.id = new_stream_name(context.clock.now().wall, function.version)
        self.init_type = function.init_type
        self.is_new = False
        self._context = context
        self._idle = idle
        self._broken = broken
        self._has_served = False
        self._tenant = ""
        self._clock_off_s = 0.0
        self._pending: dict[str, Pending] = {}
        self._queue: deque[Event] = deque()
        self._is_busy = False
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._namespaces: Namespaces | None = None
        self._sender = context.sender
        self._telemetry = Telemetry(
            self._open_destination, context.clock, json_lines=function.log_format == "JSON"
        )
        log = context.recording.open(self.id)
        self._output = Output(function, log, self._telemetry, self._pending)
        self._processes = self._new_processes(number)
        self._platform = Platform(
            function,
            tuple(self._processes.extensions),
            self.id,
            self._processes.memory_mb,
            context.snapshot_id,
        )
        self._waiting = WaitingCalls(function.arn, is_managed=function.is_managed)
        self._runner = self._new_runner()
        self._site = self._new_site()

    def _new_processes(self, number: int) -> ContainerProcesses:
        context, tmp = self._context, self._context.folder / str(number)
        groups = context.control_groups(number)
        return ContainerProcesses(
            context.function,
            context.layer,
            tmp,
            context.freezer(tmp, groups),
            line=self._output.process_line,
            exited=lambda *how: self._dispatch(events.Exited(*how)),
            control_groups=groups,
            is_full=context.faults.strikes(FULL),
            clock=context.frozen_clock(number),
        )

    def _new_runner(self) -> ActionRunner:
        return ActionRunner(
            self._context,
            self.id,
            processes=self._processes,
            telemetry=self._telemetry,
            output=self._output,
            waiting=self._waiting,
            pending=self._pending,
            dispatch=self._dispatch,
            became_idle=self._become_idle,
            ended=self._break_or_end,
        )

    def _new_site(self) -> Site:
        function = self._context.function
        port = ApiPort(
            function,
            now=self._now,
            dispatch=self._dispatch,
            find=self._platform.find,
            drain=self._processes.drain,
            subscribe=self._subscribe,
            waiting=self._waiting,
            pending=self._pending,
        )
        runtime = RuntimeApi(port, snap_start=self.init_type == "snap-start")
        extensions = ExtensionsApi(port)
        telemetry = TelemetryApi(port, is_managed=function.is_managed)
        routes = {**runtime.routes, **extensions.routes, **telemetry.routes}

        async def answer(request: Request) -> Response:
            return await dispatch(routes, request, runtime.answer_invocation)

        return Site(answer, MAX_RESPONSE, MAX_HEADER)

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
        self._namespaces = namespaces = self._processes.open(self._context.private)
        if namespaces is not None and namespaces.has_network:
            self._sender = BatchSender(namespaces.new_socket)
            await self._site.open(bound=namespaces.bound(LOOPBACK, RESERVED_PORT))
        else:
            await self._site.open()
        self._runner.api = f"{LOOPBACK}:{self._site.port}"

    @property
    def outlives_idle(self) -> bool:
        """Whether being idle does not end it: it is provisioned, or a snapshot yet."""
        if self.init_type == "snap-start":
            return not self._has_served
        return self.init_type in {"provisioned-concurrency", "lambda-managed-instances"}

    def can_serve(self, tenant: str) -> bool:
        """Whether it may serve this tenant, when it is idle."""
        return self._tenant in {"", tenant}

    def initialise(self) -> None:
        """Makes it ready though nobody waits for it."""
        self._dispatch(events.InitWanted())

    def invoke(self, pending: Pending) -> None:
        """Takes an invocation; the container must be idle, or have room for another one."""
        self._pending[pending.request.id] = pending
        self._has_served = True
        self._tenant = pending.request.tenant
        self._clock_off_s += self._context.faults.step_s()
        self._dispatch(events.InvokeWanted(pending.request))

    async def shutdown(self, reason: str) -> None:
        """Ends all processes as the platform does, then removes what the container has."""
        try:
            self._dispatch(events.ShutdownWanted(reason))
            await asyncio.shield(self._over)
        finally:
            self.kill()
            await self._site.close()
            if self._sender is not self._context.sender:
                await self._sender.close()

    def kill(self) -> None:
        """Ends everything at once, whatever the state; may be called again."""
        self._runner.clear()
        self._runner.cancel_timer()
        self._output.close()
        self._processes.remove()
        if self._namespaces is not None:
            self._namespaces.close()
        for pending in self._pending.values():
            pending.abandon()
        self._end()

    # The way of an event.

    def _now(self) -> Instant:
        """The platform's clock, which a fault may have set."""
        present = self._context.clock.now()
        return Instant(present.wall + self._clock_off_s, present.tick)

    def _dispatch(self, event: Event) -> None:
        if self._is_busy:  # what an action brings about waits for the other actions
            self._queue.append(event)
            return
        self._is_busy = True
        try:
            self._receive(event)
            while self._queue:
                self._receive(self._queue.popleft())
        finally:
            self._is_busy = False

    def _receive(self, event: Event) -> None:
        for action in self._platform.receive(event, self._now()):
            self._runner.run(action)

    # What the platform and the APIs say of the container.

    def _subscribe(self, name: str, subscription: Subscription) -> None:
        state = self._telemetry.subscribe(name, subscription)
        record = records.telemetry_subscription(name, state, subscription.types)
        self._output.platform_event(self._now(), "platform.telemetrySubscription", record)

    def _open_destination(self, destination: Destination) -> Deliver:
        faults, clock = self._context.faults, self._context.clock
        return faults.open_destination(self._sender.open_destination, clock)(destination)

    def _become_idle(self) -> None:
        self.is_new = False
        self._idle(self)

    def _break_or_end(self, reason: str) -> None:
        self._end()
        if reason:
            self._broken(self, reason)

    def _end(self) -> None:
        if not self._over.done():
            self._over.set_result(None)
