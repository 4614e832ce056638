"""A container as its APIs see it: what is called becomes an event, and may wait for its answer."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from reuse_sandbox.apis.waiting import WaitingCalls
from reuse_sandbox.clock import Instant
from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.life import events
from reuse_sandbox.life.agents import Extension
from reuse_sandbox.life.events import RUNTIME_PROCESS, Event, extension_process
from reuse_sandbox.results import Pending
from reuse_sandbox.telemetry.subscription import Subscription


class ApiPort:
    """The port of the Runtime, Extensions and Telemetry APIs; calls out of turn raise `Refused`.

    `dispatch` takes what happened, `find` an extension's identifier, `drain` the name of a process
    whose lines come before what its call brings about, `subscribe` a subscription to telemetry.
    """

    def __init__(
        self,
        function: FunctionConfig,
        *,
        now: Callable[[], Instant],
        dispatch: Callable[[Event], None],
        find: Callable[[str], Extension | None],
        drain: Callable[[str], None],
        subscribe: Callable[[str, Subscription], None],
        waiting: WaitingCalls,
        pending: Mapping[str, Pending],
    ) -> None:
        self.now = now
        self.post = dispatch
        self.find_extension = find
        self.subscribe = subscribe
        self._function = function
        self._drain = drain
        self._waiting = waiting
        self._pending = pending

    @property
    def registration(self) -> dict[str, str]:
        """What the answer to a registration says of the function."""
        function = self._function
        return {
            "accountId": function.account_id,
            "functionName": function.name,
            "functionVersion": function.version,
            "handler": function.handler,
        }

    def wait(self, event: Event) -> "asyncio.Future[Any]":
        """Something happened by a call that is answered when its own event comes."""
        name = event.name if isinstance(event, events.ExtensionNext) else ""
        self._drain(extension_process(name) if name else RUNTIME_PROCESS)
        call = self._waiting.call(event)
        try:
            self.post(event)
        except BaseException:
            self._waiting.take_back(call)
            raise
        return call

    def stream(self, request_id: str, part: bytes) -> None:
        """The runtime has sent a piece of a response."""
        pending = self._pending.get(request_id)
        if pending is not None:
            pending.stream(part)

    def is_streamed(self, request_id: str) -> bool:
        """Whether the caller wants the response piece by piece."""
        pending = self._pending.get(request_id)
        return pending is not None and pending.is_streamed
