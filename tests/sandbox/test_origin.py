"""Who may call the sandbox: programs of this machine, no web page; and what is too long."""

import asyncio

import pytest
from reuse_sandbox.apis.origin import cross_site

from tests.sandbox.caller import caller
from tests.sandbox.desk import desk
from tests.sandbox.leftovers import Leftovers
from tests.sandbox.workshop import Workshop

INVOKE = "POST /2015-03-31/functions/orders/invocations HTTP/1.1"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "127.0.0.1:9000"},
        {"Host": "localhost"},
        {"Host": "LOCALHOST:9000"},
        {"Host": "[::1]:9000"},
        {"Host": "api.localhost:9000"},
        {"Host": "sandbox.localdomain:9001"},
        {"Host": "localhost:9000", "Origin": "http://localhost:9000"},
        {"Host": "localhost:9000", "Sec-Fetch-Site": "same-origin"},
        {"Host": "localhost:9000", "Sec-Fetch-Site": "none"},
    ],
)
def test_programs_of_this_machine_may_call(headers: dict[str, str]) -> None:
    """By any of its own names; and a person who types the address."""
    assert cross_site(headers) == ""


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Host": "rebound.example:9000"}, "'rebound.example:9000'"),
        ({"Host": "localhost.example"}, "'localhost.example'"),
        ({"Host": "127.0.0.1.example"}, "'127.0.0.1.example'"),
        ({"Host": "10.0.0.7:9000"}, "'10.0.0.7:9000'"),
        ({"Host": "[::1"}, "'[::1'"),
        ({"Host": "localhost:9000", "Origin": "https://shop.example"}, "'https://shop.example'"),
        ({"Host": "localhost:9000", "Origin": "http://localhost:3000"}, "localhost:3000"),
        ({"Host": "localhost:9000", "Origin": "null"}, "'null'"),
        ({"Host": "localhost:9000", "Sec-Fetch-Site": "cross-site"}, "other sites"),
        ({"Host": "localhost:9000", "Sec-Fetch-Site": "same-site"}, "other sites"),
    ],
)
def test_web_pages_may_not(headers: dict[str, str], reason: str) -> None:
    """Neither by a name of their own that leads here, nor from another origin."""
    assert reason in cross_site(headers)


async def status(port: int, *lines: str, body: str = "{}") -> int:
    """The status that a server on loopback answers a request of these lines."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "Connection: close"])
    writer.write(f"{head}\r\n\r\n{body}".encode())
    first = await reader.readline()
    writer.close()
    return int(first.split()[1])


async def test_a_page_cannot_invoke(workshop: Workshop, leftovers: Leftovers) -> None:
    """403 to what a browser sends for a page, 200 to a program; the page's call reaches nobody."""
    async with caller(workshop, "def handler(event, context): return event") as here:
        port = int(here.sandbox.invoke_url.rpartition(":")[2])
        own = f"Host: localhost:{port}"
        answers = [
            await status(port, INVOKE, own, "Origin: https://shop.example"),
            await status(port, INVOKE, own, "Sec-Fetch-Site: cross-site"),
            await status(port, INVOKE, f"Host: shop.example:{port}"),
            await status(port, INVOKE, own),
        ]

    assert answers == [403, 403, 403, 200]
    assert workshop.logged("START") == 1


async def test_a_page_cannot_speak_for_the_runtime(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """The containers' own APIs are closed to it, too."""
    async with desk(workshop) as here:
        line = "GET /2018-06-01/ping"
        assert (await here.call(line)).status == 200
        answer = await here.call(line, headers={"Origin": "https://shop.example"})

    assert answer.status == 403


async def test_what_is_too_long(
    workshop: Workshop, leftovers: Leftovers, caplog: pytest.LogCaptureFixture
) -> None:
    """431 to a header, to many headers and to a path without end; 400 to what is no HTTP."""
    async with caller(workshop, "def handler(event, context): return event") as here:
        port = int(here.sandbox.invoke_url.rpartition(":")[2])
        own = f"Host: localhost:{port}"
        answers = [
            await status(port, INVOKE, own, "X-Amz-Client-Context: " + "x" * 100_000),
            await status(port, INVOKE, own, "x" * 100_000 + ": name"),
            await status(port, INVOKE, own, *(f"X-{n}: x" for n in range(10_000))),
            await status(port, f"GET /{'x' * 100_000} HTTP/1.1", own),
            await status(port, INVOKE, own, "no colon"),
            await status(port, INVOKE, own),
        ]

    assert answers == [431, 431, 431, 431, 400, 200]
    assert caplog.records == []
