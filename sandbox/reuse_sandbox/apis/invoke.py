"""The Lambda API that `boto3.client("lambda", endpoint_url=...)` and the aws command speak to.

It invokes, and describes the function, which is what waiters ask for. Paths, headers, status codes
and limits: "Invoke" in the Lambda API reference and "Lambda quotas".
"""

import asyncio
import base64
import binascii
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from reuse_sandbox.apis import event_stream
from reuse_sandbox.apis.functions import DESCRIPTIONS, Describe, check_function
from reuse_sandbox.apis.service_errors import ApiError, error_answer, throttled
from reuse_sandbox.apis.web import (
    Request,
    Response,
    Site,
    StreamResponse,
    json_answer,
    not_found,
    read_body,
)
from reuse_sandbox.clock import Clock
from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.errors import (
    BadRequest,
    InitFailed,
    RecordingError,
    SandboxClosed,
    TooManyRequests,
)
from reuse_sandbox.life.events import InvokeRequest, new_trace
from reuse_sandbox.results import InvokeResult, Pending

PATH = re.compile(r"/2015-03-31/functions/([^/]+)/invocations/?")
STREAM_PATH = re.compile(r"/2021-11-15/functions/([^/]+)/response-streaming-invocations/?")

MAX_PAYLOAD = 6 * 1024 * 1024  # synchronous invocations
MAX_EVENT_PAYLOAD = 1024 * 1024  # asynchronous ones


class Invoker(Protocol):
    """What the API needs of the sandbox."""

    def check(self, request: InvokeRequest) -> None:
        """Raises `BadRequest` where the function does not take it."""

    async def submit(self, pending: Pending, *, wait: bool = False) -> None:
        """Hands an invocation to a container."""


@dataclass(frozen=True)
class InvocationMode:
    """One of the two operations that invoke, with buffered and with streamed responses.

    `types` are the invocation types that it takes.
    """

    types: frozenset[str]
    run: Callable[[Request, InvokeRequest, bool], Awaitable[StreamResponse]]


class InvokeApi:
    """Serves one function's invocations."""

    def __init__(self, function: FunctionConfig, invoker: Invoker, clock: Clock) -> None:
        self._function = function
        self._invoker = invoker
        self._clock = clock
        self._site = Site(self._answer, MAX_PAYLOAD)
        self._modes = {
            PATH: InvocationMode(frozenset({"RequestResponse", "Event", "DryRun"}), self._run),
            STREAM_PATH: InvocationMode(frozenset({"RequestResponse", "DryRun"}), self._stream),
        }
        self._background: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._site.port

    def bind(self, port: int) -> None:
        """Takes the port; raises `PortTaken`."""
        self._site.bind(port)

    async def listen(self) -> None:
        """Answers from now on."""
        await self._site.listen()

    async def close(self) -> None:
        """Stops listening; asynchronous invocations that have no container yet are dropped."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._site.close()

    async def _answer(self, request: Request) -> StreamResponse:
        try:
            operation = self._operation(request)
            return not_found() if operation is None else await operation()
        except ApiError as error:
            return error_answer(error)
        except BadRequest as error:
            return error_answer(ApiError(400, "InvalidParameterValueException", str(error)))
        except TooManyRequests:
            return throttled()
        except (InitFailed, RecordingError, SandboxClosed) as error:
            return error_answer(ApiError(500, "ServiceException", str(error)))

    def _operation(self, request: Request) -> "Callable[[], Awaitable[StreamResponse]] | None":
        """What this request asks for."""
        if request.method == "GET":
            return self._description(request)
        for path, mode in self._modes.items():
            match = path.fullmatch(request.path)
            if match is not None and request.method == "POST":
                check_function(self._function, match[1], request.query.get("Qualifier"))
                return partial(self._invoke, request, mode)
        return None

    def _description(self, request: Request) -> "Callable[[], Awaitable[StreamResponse]] | None":
        for path, describe in DESCRIPTIONS.items():
            match = path.fullmatch(request.path)
            if match is not None:
                return partial(self._describe, describe, request, *match.groups())
        return None

    async def _describe(self, describe: Describe, request: Request, name: str = "") -> Response:
        qualifier = request.query.get("Qualifier")
        if name:
            check_function(self._function, name, qualifier)
        return json_answer(200, describe(self._function, name, qualifier))

    async def _invoke(self, request: Request, mode: InvocationMode) -> StreamResponse:
        kind = request.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        if kind not in mode.types:
            message = f"{kind!r} is not an invocation type"
            raise ApiError(400, "InvalidParameterValueException", message)
        payload = await self._payload(
            request, MAX_EVENT_PAYLOAD if kind == "Event" else MAX_PAYLOAD
        )
        if kind == "DryRun":
            return Response(status=204, headers=self._headers())
        invocation = InvokeRequest(
            payload,
            arn=self._function.arn,
            trace=request.headers.get("X-Amzn-Trace-Id") or new_trace(),
            client_context=_client_context(request.headers.get("X-Amz-Client-Context", "")),
            tenant=request.headers.get("X-Amz-Tenant-Id", ""),
        )
        if kind == "Event":
            self._invoker.check(invocation)
            self._run_later(invocation)
            return Response(status=202, headers=self._headers(invocation.id))
        return await mode.run(request, invocation, request.headers.get("X-Amz-Log-Type") == "Tail")

    async def _payload(self, request: Request, most: int) -> bytes:
        payload = await read_body(request)
        if payload is None or len(payload) > most:
            message = f"Request must be smaller than {most} bytes for the InvokeFunction operation"
            raise ApiError(413, "RequestTooLargeException", message)
        try:
            json.loads(payload or b"{}")
        except (ValueError, RecursionError) as error:
            message = f"Could not parse request body into json: {error}"
            raise ApiError(400, "InvalidRequestContentException", message) from None
        return payload or b"{}"

    async def _run(self, _: Request, invocation: InvokeRequest, tail: bool) -> Response:
        pending = Pending(invocation, tail=tail)
        await self._invoker.submit(pending)
        result = await pending.result
        headers = self._headers(result.request_id)
        if tail:  # the log is whole only when the report has been written
            await pending.finished
            headers["X-Amz-Log-Result"] = base64.b64encode(pending.tail()).decode()
        return _result(result, headers)

    async def _stream(
        self,
        request: Request,
        invocation: InvokeRequest,
        tail: bool,
    ) -> StreamResponse:
        """Answers piece by piece, and at the end with what became of it."""
        pending = Pending(invocation, tail=tail, is_streamed=True)
        await self._invoker.submit(pending)
        response = StreamResponse(headers=self._headers(invocation.id))
        response.content_type = event_stream.CONTENT_TYPE
        response.enable_chunked_encoding()
        await response.prepare(request)
        async for part in pending.parts():
            await response.write(
                event_stream.message("PayloadChunk", "application/octet-stream", part)
            )
        result = await pending.result
        complete = {}
        if result.function_error:
            complete["ErrorCode"] = result.function_error
            complete["ErrorDetails"] = result.payload.decode(errors="replace")
        if tail:
            await pending.finished
            complete["LogResult"] = base64.b64encode(pending.tail()).decode()
        body = json.dumps(complete).encode()
        await response.write(event_stream.message("InvokeComplete", "application/json", body))
        await response.write_eof()
        return response

    def _run_later(self, invocation: InvokeRequest) -> None:
        task = asyncio.get_running_loop().create_task(self._run_asynchronously(invocation))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _run_asynchronously(self, invocation: InvokeRequest) -> None:
        """Runs it until it succeeds or has failed often enough, under the same id each time."""
        for pause in (0.0, *self._function.limits.retry_s):
            await self._clock.sleep(pause)
            pending = Pending(invocation)
            try:
                await self._invoker.submit(pending, wait=True)
                result = await pending.result
            except (InitFailed, RecordingError, SandboxClosed):
                return  # the caller has been answered long ago; the sandbox tells it at its end
            if not result.function_error:
                return

    def _headers(self, request_id: str = "") -> dict[str, str]:
        headers = {"X-Amz-Executed-Version": self._function.version}
        if request_id:
            headers["x-amzn-RequestId"] = request_id
        return headers


def _client_context(text: str) -> str:
    """The client context as the runtime wants it: JSON, which came in base64."""
    if not text:
        return ""
    try:
        context = base64.b64decode(text, validate=True).decode()
        if not isinstance(json.loads(context), dict):
            raise ValueError
    except (binascii.Error, ValueError, RecursionError):
        message = "Client context must be a valid Base64-encoded JSON object."
        raise ApiError(400, "InvalidRequestContentException", message) from None
    return context


def _result(result: InvokeResult, headers: dict[str, str]) -> Response:
    if result.function_error:
        headers["X-Amz-Function-Error"] = result.function_error
    return Response(body=result.payload, headers=headers, content_type="application/json")
