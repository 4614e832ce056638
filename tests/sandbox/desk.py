"""A container whose processes only sleep: the test itself plays the runtime and the extensions."""

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import aiohttp
from reuse_sandbox import InvokeResult, Limits

from tests.sandbox.patience import eventually
from tests.sandbox.workshop import Workshop

# Says where the API is, then sleeps; the file appears whole.
SLEEPER = """#!/bin/sh
echo "$AWS_LAMBDA_RUNTIME_API" > "$RECORDS/api.part"
mv "$RECORDS/api.part" "$RECORDS/api"
exec sleep 1000
"""


class Answer(NamedTuple):
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def error(self) -> tuple[int, str, str]:
        """Status, type and message of an error answer."""
        body = json.loads(self.text)
        return self.status, body["errorType"], body["errorMessage"]


class Desk:
    """Calls a container's APIs."""

    def __init__(self, session: aiohttp.ClientSession, invoked: "asyncio.Task[Any]") -> None:
        self.session = session
        self.invoked = invoked
        self.identifier = ""
        self.waiting: set[asyncio.Task[Answer]] = set()

    async def call(
        self, line: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request, `METHOD PATH`; the body is sent as JSON unless it is bytes."""
        method, path = line.split()
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        async with self.session.request(method, path, data=data, headers=headers) as response:
            return Answer(response.status, dict(response.headers), await response.text())

    async def register(self, *events: str, name: str = "sleeper", **headers: str) -> Answer:
        """Registers an extension and remembers its identifier."""
        sent = {"Lambda-Extension-Name": name, **headers}
        line = "POST /2020-01-01/extension/register"
        answer = await self.call(line, {"events": events}, sent)
        self.identifier = answer.headers.get("Lambda-Extension-Identifier", self.identifier)
        return answer

    def as_extension(self) -> dict[str, str]:
        """The headers of the extension that registered last."""
        return {"Lambda-Extension-Identifier": self.identifier}

    def extension_next(self) -> "asyncio.Task[Answer]":
        """The extension waits for an event."""
        line = "GET /2020-01-01/extension/event/next"
        return self._waits(self.call(line, headers=self.as_extension()))

    def runtime_next(self) -> "asyncio.Task[Answer]":
        """The runtime waits for an event."""
        return self._waits(self.call("GET /2018-06-01/runtime/invocation/next"))

    async def respond(self, request_id: str, body: Any = "fine", what: str = "response") -> Answer:
        """The runtime responds."""
        return await self.call(f"POST /2018-06-01/runtime/invocation/{request_id}/{what}", body)

    async def hang_up(self) -> None:
        """Ends all calls that still wait."""
        for call in self.waiting:
            call.cancel()
        await asyncio.gather(*self.waiting, return_exceptions=True)

    def _waits(self, call: Coroutine[Any, Any, Answer]) -> "asyncio.Task[Answer]":
        task = asyncio.create_task(call)
        self.waiting.add(task)
        return task

    async def initialise(self, *events: str) -> "asyncio.Task[Answer]":
        """Registers, and lets both agents wait; -> the runtime's call."""
        await self.register(*events)
        self.extension_event = self.extension_next()
        return self.runtime_next()


@asynccontextmanager
async def desk(workshop: Workshop, payload: bytes = b"{}", **settings: Any) -> AsyncIterator[Desk]:
    """A container that has just been asked to serve an invocation."""
    path = workshop.layer / "extensions" / "sleeper"
    path.write_text(SLEEPER)
    path.chmod(0o755)
    limits = Limits(shutdown_ms=50)
    settings = {"command": ["sleep", "1000"], "limits": limits, "freeze": False, **settings}
    async with workshop.sandbox(**settings) as sandbox:
        invoked: asyncio.Task[InvokeResult] = asyncio.create_task(sandbox.invoke(payload))
        await eventually((workshop.records / "api").exists)
        base = f"http://{(workshop.records / 'api').read_text().strip()}"
        async with aiohttp.ClientSession(base) as session:
            here = Desk(session, invoked)
            try:
                yield here
            finally:
                await here.hang_up()
    await asyncio.gather(invoked, return_exceptions=True)
