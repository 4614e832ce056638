"""The calls that wait for an event: what they are answered, and when."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reuse_sandbox.life.actions import ReleaseEvent, ReleaseInvoke, ReleaseRestore, ReleaseShutdown
from reuse_sandbox.life.events import Event, ExtensionNext, InvokeRequest, RuntimeRestoreNext

ExtensionEvent = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RuntimeEvent:
    """What the runtime's `next` is answered."""

    headers: dict[str, str]
    body: bytes


class WaitingCalls:
    """All `next` calls of one container that have not been answered.

    A call whose client has gone stays here until its event comes, and the event is lost with it:
    the platform knows no better.
    """

    def __init__(self, arn: str, *, is_managed: bool = False) -> None:
        """With `is_managed` each event is for one call, and waits for it."""
        self._arn = arn
        self._is_managed = is_managed
        self._events: deque[RuntimeEvent] = deque()
        self._runtime: list[asyncio.Future[RuntimeEvent]] = []
        self._restore: asyncio.Future[None] | None = None
        self._extensions: dict[str, list[asyncio.Future[ExtensionEvent]]] = {}

    def call(self, event: Event) -> "asyncio.Future[Any]":
        """A call that this event stands for, and that is answered by an event of its own."""
        call: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if isinstance(event, ExtensionNext):
            self._extensions.setdefault(event.name, []).append(call)
        elif isinstance(event, RuntimeRestoreNext):
            self._restore = call
        else:
            self._runtime.append(call)
            self._hand_out()
        return call

    def release_restore(self, _: ReleaseRestore) -> None:
        """Answers the runtime that it was restored."""
        if self._restore is not None:
            _answer([self._restore], None)

    def take_back(self, call: "asyncio.Future[Any]") -> None:
        """The call was refused."""
        for calls in self._all():
            if call in calls:
                calls.remove(call)

    def release_event(self, action: ReleaseEvent) -> None:
        """Answers the runtime with an invocation."""
        event = RuntimeEvent(self._headers(action), action.request.payload)
        if self._is_managed:
            self._events.append(event)
            self._hand_out()
        else:
            calls, self._runtime = self._runtime, []
            _answer(calls, event)

    def _hand_out(self) -> None:
        while self._events and self._runtime:
            call = self._runtime.pop(0)
            if not call.done():  # else its client has gone
                call.set_result(self._events.popleft())

    def release_invoke(self, action: ReleaseInvoke) -> None:
        """Answers extensions with INVOKE."""
        request = action.request
        event = {
            "eventType": "INVOKE",
            "deadlineMs": action.deadline_ms,
            "requestId": request.id,
            "invokedFunctionArn": self._arn_of(request),
            "tracing": {"type": "X-Amzn-Trace-Id", "value": request.trace},
        }
        self._release(action.names, event)

    def release_shutdown(self, action: ReleaseShutdown) -> None:
        """Answers extensions with SHUTDOWN."""
        event = {
            "eventType": "SHUTDOWN",
            "shutdownReason": action.reason,
            "deadlineMs": action.deadline_ms,
        }
        self._release(action.names, event)

    def cancel(self) -> None:
        """Nobody will be answered any more."""
        for calls in self._all():
            for call in calls:
                call.cancel()
        self._runtime, self._extensions, self._restore = [], {}, None
        self._events.clear()

    def _all(self) -> "list[list[asyncio.Future[Any]]]":
        restore = [] if self._restore is None else [self._restore]
        return [self._runtime, restore, *self._extensions.values()]

    def _release(self, names: Sequence[str], event: ExtensionEvent) -> None:
        for name in names:
            _answer(self._extensions.pop(name, []), event)

    def _headers(self, action: ReleaseEvent) -> dict[str, str]:
        request = action.request
        headers = {
            "Lambda-Runtime-Aws-Request-Id": request.id,
            "Lambda-Runtime-Deadline-Ms": str(action.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": self._arn_of(request),
            "Lambda-Runtime-Trace-Id": request.trace,
        }
        if request.client_context:
            headers["Lambda-Runtime-Client-Context"] = _on_one_line(request.client_context)
        if request.tenant:
            headers["Lambda-Runtime-Aws-Tenant-Id"] = request.tenant
        return headers

    def _arn_of(self, request: InvokeRequest) -> str:
        return request.arn or self._arn


def _on_one_line(json_text: str) -> str:
    """JSON as a header may have it: outside strings, where they are escaped, breaks are blanks."""
    return json_text.replace("\r", " ").replace("\n", " ")


def _answer(calls: "Sequence[asyncio.Future[Any]]", event: Any) -> None:
    for call in calls:
        if not call.done():
            call.set_result(event)
