"""The live page's server: loopback only, the page's own origin only, nothing from elsewhere.

`/` is the page, `/events` a stream of server-sent events (the whole state first, then changes), and
`/records` the records of one container.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib import resources
from pathlib import Path
from typing import Any

from aiohttp import web

from reuse_cli.live.diagnosis import Finding, diagnose
from reuse_cli.live.fleet import Fleet
from reuse_cli.live.follow import Follower

HOST = "127.0.0.1"
LOOK_S = 0.5
"""Between two looks into the files; a change is on the page within this time and a little."""
FINDINGS_S = 3
"""Between two looks for findings at least; ten times as long as a look takes where that is more."""
KEEP_ALIVE_S = 15
MAX_WAITING = 32
"""Messages that wait for one browser; one that is further behind gets the whole state instead."""
END, WHOLE = "", "whole"
"""In the place of a message: the stream ends; the whole state is due."""
STATIC = {
    "/": ("index.html", "text/html"),
    "/app.js": ("app.js", "text/javascript"),
    "/style.css": ("style.css", "text/css"),
}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
NAMES = ("127.0.0.1", "localhost", "[::1]")


class LivePage:
    """Serves the page over the log files below some folders."""

    def __init__(self, folders: Callable[[], list[Path]]) -> None:
        self._fleet = Fleet()
        self._folders = folders
        self._findings: list[Finding] | None = None  # nobody has looked yet
        self._follower = Follower(folders, self._fleet)
        self._listeners: set[asyncio.Queue[str]] = set()
        self.port = 0

    @contextlib.asynccontextmanager
    async def serve(self, port: int) -> AsyncIterator[str]:
        """Serve until the end of the block; the page's address. Raises OSError."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/events", self._events)
        app.router.add_get("/records", self._records)
        for path in STATIC:
            app.router.add_get(path, self._static)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, HOST, port)
        try:
            await site.start()
        except BaseException:
            await runner.cleanup()
            raise
        self.port = runner.addresses[0][1]
        tasks = [asyncio.create_task(work()) for work in (self._follow, self._diagnose)]
        try:
            yield f"http://{HOST}:{self.port}/"
        finally:
            for task in tasks:
                task.cancel()
            for listener in self._listeners:
                _only(listener, END)
            await runner.cleanup()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self) -> None:
        while True:
            has_more = self._follower.look()
            changes = self._fleet.changes()
            if changes:
                self._send(changes)
            await asyncio.sleep(0 if has_more else LOOK_S)

    async def _diagnose(self) -> None:
        """Look for findings while somebody looks at the page and there are new records."""
        seen = -1
        while True:
            took_s = 0.0
            if self._listeners and self._fleet.records != seen:
                seen, begun = self._fleet.records, time.monotonic()
                found = await asyncio.to_thread(diagnose, self._folders)
                took_s = time.monotonic() - begun
                if found != self._findings:
                    self._findings = found
                    self._send({"findings": found})
            await asyncio.sleep(max(FINDINGS_S, 10 * took_s) if took_s else LOOK_S)

    def _send(self, changes: dict[str, Any]) -> None:
        message = _message(changes)
        for listener in self._listeners:
            if listener.full():
                _only(listener, WHOLE)
            else:
                listener.put_nowait(message)

    @web.middleware
    async def _guard(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        """Refuse what comes by another name, or from another page."""
        allowed = {f"{name}:{self.port}" for name in NAMES} | set(NAMES if self.port == 80 else ())
        origin = request.headers.get("Origin")
        is_own = origin is None or origin.removeprefix("http://") in allowed
        site = request.headers.get("Sec-Fetch-Site", "none")
        if request.host not in allowed or not is_own or site not in ("none", "same-origin"):
            return web.Response(status=403, text="This page is for this machine only.\n")
        return await handler(request)

    async def _static(self, request: web.Request) -> web.Response:
        name, kind = STATIC[request.path]
        body = resources.files(__package__).joinpath("static", name).read_bytes()
        return web.Response(body=body, content_type=kind, charset="utf-8", headers=HEADERS)

    async def _records(self, request: web.Request) -> web.Response:
        """The records of the container that `file` names, as it came with the events."""
        file = self._file_of(request.query.get("container", ""))
        messages = [json.loads(line)["message"] for line in self._follower.records(file)]
        records = [json.loads(message) for message in messages]
        return web.json_response({"records": records}, headers=HEADERS)

    def _file_of(self, container_id: str) -> str:
        found = [c.file for c in self._fleet.containers.values() if c.id == container_id]
        return found[-1] if found else ""

    def _everything(self) -> dict[str, Any]:
        return {**self._fleet.everything(), "findings": self._findings, "all": True}

    async def _events(self, request: web.Request) -> web.StreamResponse:
        headers = {**HEADERS, "Content-Type": "text/event-stream"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        listener: asyncio.Queue[str] = asyncio.Queue(MAX_WAITING)
        listener.put_nowait(WHOLE)
        self._listeners.add(listener)
        try:
            while True:
                try:
                    message = await asyncio.wait_for(listener.get(), KEEP_ALIVE_S)
                except TimeoutError:
                    message = ": still here\n\n"
                if message == WHOLE:  # changes that came after it are part of the state by now
                    is_over = END in _taken(listener)
                    message = END if is_over else _message(self._everything())
                if message == END:
                    return response
                await response.write(message.encode())
        except ConnectionError:
            return response
        finally:
            self._listeners.discard(listener)


def _taken(listener: "asyncio.Queue[str]") -> list[str]:
    """All messages that wait; they do so no longer."""
    return [listener.get_nowait() for _ in range(listener.qsize())]


def _only(listener: "asyncio.Queue[str]", message: str) -> None:
    """Put a message in the place of all that wait."""
    _taken(listener)
    listener.put_nowait(message)


def _message(value: object) -> str:
    return f"data: {json.dumps(value, separators=(',', ':'))}\n\n"
