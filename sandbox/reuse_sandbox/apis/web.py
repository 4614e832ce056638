"""The little that all servers of the sandbox share: routes, answers, a listening socket."""

import asyncio
import errno
import json
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from reuse_sandbox.apis.http_server import HttpServer
from reuse_sandbox.apis.origin import cross_site
from reuse_sandbox.errors import PortTaken
from reuse_sandbox.life.agents import Refused
from reuse_sandbox.telemetry.delivery import LOOPBACK

Request = web.BaseRequest
Response = web.Response
StreamResponse = web.StreamResponse
Handler = Callable[[Request], Awaitable[Response]]
Routes = Mapping[str, Mapping[str, Handler]]
"""path -> method -> handler"""

KEEP_ALIVE_S = 3600.0  # a frozen client does not come back for long
CLOSE_S = 0.5
MAX_HEADER = 8190  # aiohttp's own default

_encode = json.JSONEncoder(separators=(",", ":")).encode


class Site:
    """A server on loopback, for the programs of this machine and not for web pages.

    `bind` takes the port, `listen` begins to answer; `open` does both.
    """

    def __init__(
        self,
        handler: Callable[[Request], Awaitable[StreamResponse]],
        max_body: int,
        max_header: int = MAX_HEADER,
    ) -> None:
        self.port = 0
        self._handler = handler
        self._max_body = max_body
        self._max_header = max_header
        self._socket: socket.socket | None = None
        self._http: web.Server | None = None
        self._listener: asyncio.Server | None = None

    async def open(self, port: int = 0, bound: socket.socket | None = None) -> None:
        """Answers at a port, or on a socket that is bound already; raises `PortTaken`."""
        self.bind(port, bound)
        await self.listen()

    def bind(self, port: int = 0, bound: socket.socket | None = None) -> None:
        """Takes the port; before `listen`, connections are refused."""
        self._socket = bound if bound is not None else _bound(port)
        self.port = self._socket.getsockname()[1]

    async def listen(self) -> None:
        """Answers from now on; `bind` comes first."""
        if self._socket is None:
            raise RuntimeError("bind comes first")
        # A client that goes away takes its waiting call with it.
        self._http = HttpServer(
            self._answer,
            request_factory=self._request,
            handler_cancellation=True,
            access_log=None,
            keepalive_timeout=KEEP_ALIVE_S,
            max_field_size=self._max_header,
        )
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._http, sock=self._socket)

    async def _answer(self, request: Request) -> StreamResponse:
        reason = cross_site(request.headers)
        return _forbidden(reason) if reason else await self._handler(request)

    async def close(self) -> None:
        """Stops listening and closes every connection."""
        if self._listener is not None:
            self._listener.close()
        elif self._socket is not None:
            self._socket.close()
        if self._http is not None:
            await self._http.shutdown(CLOSE_S)
        self._listener = self._http = self._socket = None

    def _request(
        self, message: Any, payload: Any, protocol: Any, writer: Any, task: Any
    ) -> web.BaseRequest:
        loop = asyncio.get_running_loop()
        return web.BaseRequest(
            message, payload, protocol, writer, task, loop, client_max_size=self._max_body
        )


def _bound(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((LOOPBACK, port))
    except OSError as error:
        made.close()
        if error.errno in {errno.EADDRINUSE, errno.EACCES}:
            raise PortTaken(f"Port {port} of {LOOPBACK} cannot be used: it is taken.") from None
        raise
    return made


def _forbidden(reason: str) -> Response:
    headers = {"x-amzn-ErrorType": "AccessDeniedException"}
    return json_answer(403, {"Type": "User", "Message": reason}, headers)


async def read_body(request: Request) -> bytes | None:
    """The request's body, or None when it is longer than the site takes."""
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        return None


async def dispatch(routes: Routes, request: Request, otherwise: Handler) -> Response:
    """Answers by the table, `otherwise` for paths that are not in it."""
    methods = routes.get(request.path)
    try:
        if methods is None:
            return await otherwise(request)
        handler = methods.get(request.method)
        return await handler(request) if handler else Response(status=405)
    except Refused as refusal:
        return refused(refusal)


def not_found() -> Response:
    """The answer of AWS's own servers to a path they do not know."""
    return Response(status=404, text="404 page not found\n")


def json_answer(status: int, content: object, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer, ended by a newline as AWS's are."""
    body = _encode(content).encode() + b"\n"
    return Response(status=status, body=body, headers=headers, content_type="application/json")


def refused(refusal: Refused) -> Response:
    """The answer to a call out of turn."""
    content = {"errorMessage": refusal.message, "errorType": refusal.error_type}
    return json_answer(refusal.status, content)


def accepted() -> Response:
    """The answer to what has been taken in."""
    return json_answer(202, {"status": "OK"})
