"""The Invoke API: what `boto3.client("lambda", endpoint_url=...)` and the aws command speak to.

Paths, headers, status codes and limits: "Invoke" in the Lambda API reference and "Lambda quotas".
"""

import asyncio
import base64
import binascii
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from reuse_sandbox.apis import event_stream
from reuse_sandbox.apis.web import Request, Response, Site, StreamResponse, not_found, read_body
from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.errors import (
    BadRequest,
    InitFailed,
    RecordingError,
    SandboxClosed,
    TooManyRequests,
)
from reuse_sandbox.life.events import Request as Invocation
from reuse_sandbox.life.events import new_trace
from reuse_sandbox.results import InvokeResult, Pending

PATH = re.compile(r"/2015-03-31/functions/([^/]+)/invocations/?")
STREAM_PATH = re.compile(r"/2021-11-15/functions/([^/]+)/response-streaming-invocations/?")

# name | account:function:name | arn:aws:lambda:region:account:function:name, each with :qualifier
FUNCTION = re.compile(
    r"(?:(?:arn:aws[\w-]*:lambda:(?P<region>[\w-]+):)?(?P<account>\d{12}):function:|function:)?"
    r"(?P<name>[\w-]+)(?::(?P<qualifier>\$LATEST|[\w-]+))?"
)

MAX_PAYLOAD = 6 * 1024 * 1024  # synchronous invocations
MAX_EVENT_PAYLOAD = 1024 * 1024  # asynchronous ones


class ApiError(Exception):
    """An error of the Invoke API, as the service words it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Invoker(Protocol):
    """What the API needs of the sandbox."""

    def check(self, request: Invocation) -> None:
        """Raises `BadRequest` where the function does not take it."""

    async def submit(self, pending: Pending, *, wait: bool = False) -> None:
        """Hands an invocation to a container."""


@dataclass(frozen=True)
class Way:
    """One of the two ways to invoke: whole answers and streamed ones."""

    kinds: frozenset[str]
    run: Callable[[Request, Invocation, bool], Awaitable[StreamResponse]]


class InvokeApi:
    """Serves one function's invocations."""

    def __init__(self, function: FunctionConfig, invoker: Invoker) -> None:
        self._function = function
        self._invoker = invoker
        self._site = Site(self._answer, MAX_PAYLOAD)
        self._ways = {
            PATH: Way(frozenset({"RequestResponse", "Event", "DryRun"}), self._run),
            STREAM_PATH: Way(frozenset({"RequestResponse", "DryRun"}), self._stream),
        }
        self._background: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._site.port

    async def open(self, port: int) -> None:
        """Listens; raises `PortTaken`."""
        await self._site.open(port)

    async def close(self) -> None:
        """Stops listening; asynchronous invocations that have no container yet are dropped."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._site.close()

    async def _answer(self, request: Request) -> StreamResponse:
        way, name = self._way(request.path)
        if way is None or request.method != "POST":
            return not_found()
        try:
            self._check_function(name, request.query.get("Qualifier"))
            return await self._invoke(request, way)
        except ApiError as error:
            return _error(error)
        except BadRequest as error:
            return _error(ApiError(400, "InvalidParameterValueException", str(error)))
        except TooManyRequests:
            return _throttled()
        except (InitFailed, RecordingError, SandboxClosed) as error:
            return _error(ApiError(500, "ServiceException", str(error)))

    def _way(self, path: str) -> "tuple[Way | None, str]":
        """How this path is served, and the function that it names."""
        for pattern, way in self._ways.items():
            match = pattern.fullmatch(path)
            if match is not None:
                return way, match[1]
        return None, ""

    def _check_function(self, text: str, qualifier: str | None) -> None:
        function = self._function
        match = FUNCTION.fullmatch(text)
        if match is None:
            raise ApiError(400, "ValidationException", f"{text!r} is not a function name")
        version = match["qualifier"] or qualifier or function.version
        known = (
            match["name"] == function.name
            and match["region"] in {None, function.region}
            and match["account"] in {None, function.account_id}
            and version in {"$LATEST", function.version}
        )
        if not known:
            arn = f"arn:aws:lambda:{match['region'] or function.region}"
            arn += f":{match['account'] or function.account_id}:function:{match['name']}"
            arn += f":{version}" if match["qualifier"] or qualifier else ""
            raise ApiError(404, "ResourceNotFoundException", f"Function not found: {arn}")

    async def _invoke(self, request: Request, way: Way) -> StreamResponse:
        kind = request.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        if kind not in way.kinds:
            message = f"{kind!r} is not an invocation type"
            raise ApiError(400, "InvalidParameterValueException", message)
        payload = await self._payload(
            request, MAX_EVENT_PAYLOAD if kind == "Event" else MAX_PAYLOAD
        )
        if kind == "DryRun":
            return Response(status=204, headers=self._headers())
        invocation = Invocation(
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
        return await way.run(request, invocation, request.headers.get("X-Amz-Log-Type") == "Tail")

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

    async def _run(self, _: Request, invocation: Invocation, tail: bool) -> Response:
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
        invocation: Invocation,
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

    def _run_later(self, invocation: Invocation) -> None:
        task = asyncio.get_running_loop().create_task(self._run_asynchronously(invocation))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _run_asynchronously(self, invocation: Invocation) -> None:
        """Runs it until it succeeds or has failed often enough, under the same id each time."""
        for pause in (0.0, *self._function.limits.retry_s):
            await asyncio.sleep(pause)
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
        json.loads(context)
    except (binascii.Error, ValueError):
        message = "Client context must be a valid Base64-encoded JSON object."
        raise ApiError(400, "InvalidRequestContentException", message) from None
    return context


def _result(result: InvokeResult, headers: dict[str, str]) -> Response:
    if result.function_error:
        headers["X-Amz-Function-Error"] = result.function_error
    return Response(body=result.payload, headers=headers, content_type="application/json")


def _error(error: ApiError) -> Response:
    owner = "User" if error.status < 500 else "Service"
    return _json(error.status, error.code, {"Type": owner, "Message": str(error)})


def _throttled() -> Response:
    reason = "ReservedFunctionConcurrentInvocationLimitExceeded"
    content = {"Reason": reason, "Type": "User", "message": "Rate Exceeded."}
    return _json(429, "TooManyRequestsException", content)


def _json(status: int, code: str, content: Mapping[str, str]) -> Response:
    headers = {"x-amzn-ErrorType": code}
    body = json.dumps(content).encode()
    return Response(status=status, body=body, headers=headers, content_type="application/json")
