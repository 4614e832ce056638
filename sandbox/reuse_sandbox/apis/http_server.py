"""aiohttp's server, with what it lacks for clients of AWS.

The answers that they expect to requests that cannot be read, and the trailers of requests.
"""

import http
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong
from aiohttp.web_protocol import RequestHandler

# How much of what came last is kept for trailers: Lambda's have an error with its trace in base64.
RECENT_BYTES = 128 * 1024
LAST_CHUNK = b"\r\n0\r\n"

TOO_MANY_HEADERS = "Too many headers"  # how aiohttp begins that message


class HttpServer(web.Server):
    """A server whose answer to a malformed request is one line, in its log nothing."""

    def __init__(
        self,
        handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
        **options: Any,
    ) -> None:
        super().__init__(handler, **options)
        self._options = {
            name: value
            for name, value in options.items()
            if name not in {"request_factory", "handler_cancellation", "loop"}
        }

    def __call__(self) -> RequestHandler:
        """The handler of one connection."""
        return _Connection(self, loop=self._loop, **self._options)


def trailers(request: web.BaseRequest) -> dict[str, str]:
    """The trailers of a request whose body has been read, by their names in lower case.

    aiohttp drops them. They are looked for only where the request announces some.
    """
    connection = request.protocol
    if "Trailer" not in request.headers or not isinstance(connection, _Connection):
        return {}
    lines = connection.recent().rpartition(LAST_CHUNK)[2].decode("latin-1").split("\r\n")
    pairs = [line.partition(":") for line in lines if ":" in line]
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


class _Connection(RequestHandler):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._recent: deque[bytes] = deque()
        self._recent_size = 0

    def data_received(self, data: bytes) -> None:
        """Keeps the last bytes, by reference, for there is no saying yet whose they are."""
        self._recent.append(data)
        self._recent_size += len(data)
        while self._recent_size - len(self._recent[0]) > RECENT_BYTES:
            self._recent_size -= len(self._recent.popleft())
        super().data_received(data)

    def recent(self) -> bytes:
        """The last bytes that have come."""
        return b"".join(self._recent)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if not isinstance(exc, HttpProcessingError):
            return super().handle_error(request, status, exc, message)
        if isinstance(exc, LineTooLong) or exc.message.startswith(TOO_MANY_HEADERS):
            status = 431
        answer = web.Response(status=status, text=f"{status} {http.HTTPStatus(status).phrase}\n")
        answer.force_close()
        return answer
