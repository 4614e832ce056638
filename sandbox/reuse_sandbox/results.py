"""What the caller of an invocation gets, and the place where it appears."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from reuse_sandbox.errors import SandboxClosed
from reuse_sandbox.life.events import InvokeRequest

TAIL_BYTES = 4096  # the Invoke API's LogResult: the last 4 KB


@dataclass(frozen=True, slots=True)
class InvokeResult:
    """The outcome of one invocation.

    `status` is `success`, `error`, `timeout` or `failure`; `function_error` is `Unhandled` unless
    it is `success`, as the Invoke API has it; `cold` says that the caller waited for an init.
    `duration_ms` ends with the response, so it leaves out what extensions do after it.
    `init_failed` says that the function cannot start: its init, or its restore from a snapshot, has
    failed, and so has the init that was repeated for this invocation.
    """

    request_id: str
    container_id: str
    status: str
    function_error: str | None
    duration_ms: float
    payload: bytes
    cold: bool
    executed_version: str
    init_failed: bool = False

    @property
    def value(self) -> Any:
        """The response as the JSON value it is; raises ValueError where it is none."""
        return json.loads(self.payload)


class Pending:
    """An invocation under way: first its result appears, then it is finished.

    `tail` holds the last log lines, where they were asked for; `parts` gives the response piece by
    piece, where it is to be streamed.
    """

    def __init__(
        self, request: InvokeRequest, *, tail: bool = False, is_streamed: bool = False
    ) -> None:
        loop = asyncio.get_running_loop()
        self.request = request
        self.result: asyncio.Future[InvokeResult] = loop.create_future()
        self.finished: asyncio.Future[None] = loop.create_future()
        self.answered = False
        self._parts: asyncio.Queue[bytes | None] | None = asyncio.Queue() if is_streamed else None
        self._has_begun = False
        self._tail: deque[str] | None = deque() if tail else None
        self._tail_size = 0

    def answer(self, result: InvokeResult) -> None:
        """The result is there; a caller that has gone is passed over."""
        self.answered = True
        if not self._has_begun and not result.function_error:  # it was sent in one piece
            self.stream(result.payload)
        self._end_stream()
        if not self.result.done():
            self.result.set_result(result)

    def stream(self, part: bytes) -> None:
        """A piece of the response has come."""
        if self._parts is not None and part:
            self._has_begun = True
            self._parts.put_nowait(part)

    async def parts(self) -> AsyncIterator[bytes]:
        """The response piece by piece, until the result is there."""
        while self._parts is not None and (part := await self._parts.get()) is not None:
            yield part

    @property
    def is_streamed(self) -> bool:
        """Whether the response is wanted piece by piece."""
        return self._parts is not None

    def _end_stream(self) -> None:
        if self._parts is not None:
            self._parts.put_nowait(None)

    def finish(self) -> None:
        """The invocation is over."""
        if not self.finished.done():
            self.finished.set_result(None)

    def abandon(self) -> None:
        """Nothing will come any more: whoever waits gets an error."""
        self._end_stream()
        for future in (self.result, self.finished):
            if not future.done():
                future.set_exception(SandboxClosed("The sandbox has ended."))
                future.exception()  # seen, in case that nobody waits

    def log(self, message: str) -> None:
        """Takes a log line."""
        if self._tail is None:
            return
        self._tail.append(message)
        self._tail_size += len(message) + 1
        while self._tail_size - len(self._tail[0]) > TAIL_BYTES:
            self._tail_size -= len(self._tail.popleft()) + 1

    def tail(self) -> bytes:
        """The end of the log."""
        text = "".join(f"{message}\n" for message in self._tail or ())
        return text.encode()[-TAIL_BYTES:]
