"""aiohttp's server, with the answers that clients of AWS expect to requests that cannot be read."""

import http
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong
from aiohttp.web_protocol import RequestHandler

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


class _Connection(RequestHandler):
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
