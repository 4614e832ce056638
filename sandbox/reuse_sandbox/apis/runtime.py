"""The Runtime API, version 2018-06-01, of one container.

Paths, headers and answers: "Using the Lambda runtime API"; error answers as read in and observed of
AWS's runtime interface emulator.
"""

import asyncio
import base64
import json
import re
from collections.abc import Callable
from typing import Any, Protocol

from reuse_sandbox.apis.http_server import trailers
from reuse_sandbox.apis.waiting import RuntimeEvent
from reuse_sandbox.apis.web import (
    Request,
    Response,
    Routes,
    accepted,
    not_found,
    read_body,
    refused,
)
from reuse_sandbox.clock import Instant
from reuse_sandbox.life.agents import Refused
from reuse_sandbox.life.events import (
    Event,
    RuntimeInitFailed,
    RuntimeNext,
    RuntimeResponded,
    RuntimeRestoreFailed,
    RuntimeRestoreNext,
)

PREFIX = "/2018-06-01"
INVOCATION = re.compile(rf"{PREFIX}/runtime/invocation/([^/]+)/(response|error)")

# 6 MB and some bytes, the limit in the source of AWS's emulator (`MaxPayloadSize`).
MAX_RESPONSE = 6 * 1024 * 1024 + 100

# Of one header, as AWS's emulator takes it (the default of Go's net/http): runtimes send the whole
# trace of an error in one, and that of a RecursionError has a thousand calls.
MAX_HEADER = 1024 * 1024

# 200 MB streamed ("Lambda quotas").
MAX_STREAMED = 200 * 1024 * 1024

MODE_HEADER = "Lambda-Runtime-Function-Response-Mode"
ERROR_TYPE_HEADER = "Lambda-Runtime-Function-Error-Type"
ERROR_BODY_HEADER = "Lambda-Runtime-Function-Error-Body"  # a trailer, in base64
ERROR_TYPE = re.compile(r"(Runtime|Function)\.[A-Z][A-Za-z]+")


class RuntimePort(Protocol):
    """What the API needs of a container; calls out of turn raise `Refused`."""

    @property
    def now(self) -> Callable[[], Instant]:
        """The platform's clock."""

    def post(self, event: Event) -> None:
        """Something happened."""

    def wait(self, event: Event) -> "asyncio.Future[Any]":
        """The runtime waits for its next event, or to be restored."""

    def stream(self, request_id: str, part: bytes) -> None:
        """The runtime has sent a piece of a response."""

    def is_streamed(self, request_id: str) -> bool:
        """Whether the caller wants the response piece by piece."""


class RuntimeApi:
    """Answers the runtime."""

    def __init__(self, port: RuntimePort, *, snap_start: bool = False) -> None:
        self._port = port
        self.routes: Routes = {
            f"{PREFIX}/ping": {"GET": self._ping},
            f"{PREFIX}/runtime/invocation/next": {"GET": self._next},
            f"{PREFIX}/runtime/init/error": {"POST": self._init_error},
        }
        if snap_start:  # other functions' runtimes find nothing there
            self.routes = {
                **self.routes,
                f"{PREFIX}/runtime/restore/next": {"GET": self._restore_next},
                f"{PREFIX}/runtime/restore/error": {"POST": self._restore_error},
            }

    async def answer_invocation(self, request: Request) -> Response:
        """Answers the paths that name a request."""
        match = INVOCATION.fullmatch(request.path)
        if match is None:
            return not_found()
        if request.method != "POST":
            return Response(status=405)
        began = self._port.now()
        if match[2] == "response" and _is_streaming(request):
            return await self._stream(request, match[1], began)
        body = await read_body(request)
        error_type = None
        if match[2] == "error":
            error_type = valid_error_type(request.headers.get(ERROR_TYPE_HEADER, ""))
        if body is None:
            return self._too_large(match[1])
        self._port.post(RuntimeResponded(match[1], body, len(body), began, error_type))
        return accepted()

    async def _stream(self, request: Request, request_id: str, began: Instant) -> Response:
        """Passes on what the runtime sends as it comes; an error of the middle is in trailers."""
        port, parts, size = self._port, [], 0
        most = MAX_STREAMED if port.is_streamed(request_id) else MAX_RESPONSE
        async for part in request.content.iter_any():
            size += len(part)
            if size > most:
                return self._too_large(request_id, most)
            port.stream(request_id, part)
            parts.append(part)
        body, error_type = b"".join(parts), None
        trailing = trailers(request)
        if ERROR_TYPE_HEADER.lower() in trailing:
            error_type = valid_error_type(trailing[ERROR_TYPE_HEADER.lower()])
            body = _decoded(trailing.get(ERROR_BODY_HEADER.lower(), ""))
        port.post(RuntimeResponded(request_id, body, size, began, error_type))
        return accepted()

    async def _ping(self, _: Request) -> Response:
        return Response(text="pong")

    async def _next(self, _: Request) -> Response:
        event: RuntimeEvent = await self._port.wait(RuntimeNext())
        return Response(body=event.body, headers=event.headers, content_type="application/json")

    async def _init_error(self, request: Request) -> Response:
        body = await read_body(request) or b""
        error_type = valid_error_type(request.headers.get(ERROR_TYPE_HEADER, ""))
        self._port.post(RuntimeInitFailed(error_type, body))
        return accepted()

    async def _restore_next(self, _: Request) -> Response:
        await self._port.wait(RuntimeRestoreNext())
        return Response()

    async def _restore_error(self, request: Request) -> Response:
        body = await read_body(request) or b""
        error_type = valid_error_type(request.headers.get(ERROR_TYPE_HEADER, ""))
        self._port.post(RuntimeRestoreFailed(error_type, body))
        return accepted()

    def _too_large(self, request_id: str, most: int = MAX_RESPONSE) -> Response:
        sentence = f"maximum allowed payload size ({most} bytes)."
        error_type = "Function.ResponseSizeTooLarge"
        message = f"Response payload size exceeded {sentence}"
        payload = json.dumps({"errorType": error_type, "errorMessage": message}).encode()
        answer = RuntimeResponded(request_id, payload, 0, self._port.now(), error_type)
        self._port.post(answer)
        return refused(Refused(413, "RequestEntityTooLarge", f"Exceeded {sentence}"))


def valid_error_type(text: str) -> str:
    """The error type as the platform passes it on: its own names, or `Unknown`."""
    if ERROR_TYPE.fullmatch(text):
        return text
    return "Function.Unknown" if text.startswith("Function.") else "Runtime.Unknown"


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except ValueError:
        return b""


def _is_streaming(request: Request) -> bool:
    mode = request.headers.get(MODE_HEADER)
    if mode not in {None, "streaming"}:
        raise Refused(400, "Runtime.InvalidResponseModeHeader", f"Invalid response mode {mode}")
    return mode is not None
