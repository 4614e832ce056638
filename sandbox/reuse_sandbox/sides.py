"""A container as its APIs see it: what is called becomes an event, and waits for its answer."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from reuse_sandbox.apis.waiting import ExtensionEvent, RuntimeEvent, WaitingCalls
from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.life import events
from reuse_sandbox.life.events import RUNTIME, extension_process
from reuse_sandbox.life.parties import Extension
from reuse_sandbox.results import Pending
from reuse_sandbox.telemetry.subscription import Subscription


class Sides:
    """The sides of the Runtime, Extensions and Telemetry APIs; calls out of turn raise `Refused`.

    `happen` takes what happened, `find` an extension's identifier, `drain` the name of a process
    whose lines come before the news of its call, `subscribe` a subscription to telemetry.
    """

    def __init__(
        self,
        function: FunctionConfig,
        *,
        happen: Callable[[events.Event], None],
        find: Callable[[str], Extension | None],
        drain: Callable[[str], None],
        subscribe: Callable[[str, Subscription], None],
        waiting: WaitingCalls,
        pending: Mapping[str, Pending],
    ) -> None:
        self._function = function
        self._happen = happen
        self._find = find
        self._drain = drain
        self._subscribe = subscribe
        self._waiting = waiting
        self._pending = pending

    @property
    def registration(self) -> dict[str, str]:
        """What a registered extension is told of the function."""
        function = self._function
        return {
            "accountId": function.account_id,
            "functionName": function.name,
            "functionVersion": function.version,
            "handler": function.handler,
        }

    def runtime_next(self) -> "asyncio.Future[RuntimeEvent]":
        """The runtime waits for its next event."""
        self._drain(RUNTIME)  # its lines come before the news that it is done
        call = self._waiting.runtime_call()
        self._happen_for(call, events.RuntimeNext())
        return call

    def runtime_responded(self, event: events.RuntimeResponded) -> None:
        """The runtime is done with an event."""
        self._happen(event)

    def runtime_streams(self, request_id: str, part: bytes) -> None:
        """The runtime has sent a piece of a response."""
        pending = self._pending.get(request_id)
        if pending is not None:
            pending.stream(part)

    def is_streamed(self, request_id: str) -> bool:
        """Whether the caller wants the response piece by piece."""
        pending = self._pending.get(request_id)
        return pending is not None and pending.is_streamed

    def runtime_init_failed(self, event: events.RuntimeInitFailed) -> None:
        """The runtime could not initialise."""
        self._happen(event)

    def runtime_restore_next(self) -> "asyncio.Future[None]":
        """The runtime waits to be restored from a snapshot."""
        self._drain(RUNTIME)
        call = self._waiting.restore_call()
        self._happen_for(call, events.RuntimeRestoreNext())
        return call

    def runtime_restore_failed(self, event: events.RuntimeRestoreFailed) -> None:
        """The runtime could not go on after a restore."""
        self._happen(event)

    def find_extension(self, identifier: str) -> Extension | None:
        """The extension that has this identifier."""
        return self._find(identifier)

    def extension_registered(self, event: events.Registered) -> None:
        """An extension registers."""
        self._happen(event)

    def extension_next(self, name: str) -> "asyncio.Future[ExtensionEvent]":
        """An extension waits for its next event."""
        self._drain(extension_process(name))
        call = self._waiting.extension_call(name)
        self._happen_for(call, events.ExtensionNext(name))
        return call

    def extension_failed(self, event: events.ExtensionFailed) -> None:
        """An extension reports an error."""
        self._happen(event)

    def telemetry_subscribed(self, name: str, subscription: Subscription) -> None:
        """An extension subscribes to telemetry."""
        self._subscribe(name, subscription)

    def _happen_for(self, call: "asyncio.Future[Any]", event: events.Event) -> None:
        try:
            self._happen(event)
        except BaseException:
            self._waiting.take_back(call)
            raise
