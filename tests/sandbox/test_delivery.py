"""How batches reach a subscriber: over HTTP, over TCP, and what counts as not delivered."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import pytest
from aiohttp import web
from reuse_sandbox.telemetry.delivery import BatchSender, NotDelivered
from reuse_sandbox.telemetry.subscription import Destination

from tests.conftest import MS
from tests.sandbox.leftovers import Leftovers
from tests.sandbox.workshop import Workshop

BATCH = [b'{"n":1}', b'{"n":2}']


class Post(NamedTuple):
    """A batch as it came."""

    path: str
    host: str
    content_type: str
    body: object


@asynccontextmanager
async def listener(posts: list[Post], *statuses: int) -> AsyncIterator[int]:
    """A listener that answers these statuses in turn; -> its port."""
    answers = list(statuses)

    async def handler(request: web.BaseRequest) -> web.Response:
        body = json.loads(await request.read())
        posts.append(Post(request.path_qs, request.host, request.content_type, body))
        return web.Response(status=answers.pop(0))

    http = web.Server(handler)
    server = await asyncio.get_running_loop().create_server(http, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await http.shutdown(100 * MS)


@asynccontextmanager
async def courier() -> AsyncIterator[BatchSender]:
    """A courier that is closed in the end."""
    carrier = BatchSender()
    try:
        yield carrier
    finally:
        await carrier.close()


async def test_http(leftovers: Leftovers) -> None:
    """A JSON array is posted to the path that was asked for, under the host that was named."""
    posts: list[Post] = []
    async with courier() as carrier, listener(posts, 200) as port:
        host = f"sandbox.localdomain:{port}"
        await carrier.open_destination(Destination("http", port, host, "/telemetry?a=1"))(BATCH)

    expected = Post("/telemetry?a=1", host, "application/json", [{"n": 1}, {"n": 2}])
    assert [expected] == posts


async def test_http_that_is_not_taken(leftovers: Leftovers) -> None:
    """An error status, and nobody who listens; a later attempt may succeed."""
    posts: list[Post] = []
    async with courier() as carrier:
        async with listener(posts, 500, 400, 204) as port:
            deliver = carrier.open_destination(Destination("http", port, "sandbox"))
            for _ in range(2):
                with pytest.raises(NotDelivered):
                    await deliver(BATCH)
            await deliver(BATCH)
        with pytest.raises(NotDelivered):
            await deliver(BATCH)

    assert len(posts) == 3


async def test_tcp(leftovers: Leftovers) -> None:
    """A line for each event; nobody who listens is not delivered."""
    received = asyncio.get_running_loop().create_future()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.set_result(await reader.read())
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with courier() as carrier:
        deliver = carrier.open_destination(Destination("tcp", port))
        await deliver(BATCH)
        lines = await received
        server.close()
        await server.wait_closed()
        with pytest.raises(NotDelivered):
            await deliver(BATCH)

    assert lines == b'{"n":1}\n{"n":2}\n'


async def test_a_listener_that_refuses_gets_its_batch_again(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """The whole way: what a real extension answers with 500 is posted again until it takes it."""
    workshop.write_function("def handler(event, context): return 1")
    workshop.write_extension("""
        refusals = [500, 503]
        register("INVOKE", "SHUTDOWN")
        take = lambda _: refusals.pop() if refusals else 200
        subscribe("platform", path="/here", take=take, timeoutMs=25)
        next_event()
        while refusals:
            time.sleep(0.005)
        loop()
        time.sleep(0.1)
    """)

    async with workshop.sandbox() as sandbox:
        result = await sandbox.invoke()
        await asyncio.sleep(10 * MS)

    emitted = workshop.telemetry()
    assert emitted[0]["type"] == "platform.initStart"
    assert emitted[-1]["record"]["requestId"] == result.request_id
    batches = [entry for entry in workshop.recorded() if entry["what"] == "batch"]
    assert {batch["path"] for batch in batches} == {"/here"}
    assert all(batch["host"].startswith("sandbox.localdomain:") for batch in batches)
