"""Responses that are streamed: by the runtime, to the caller, or both."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from reuse_sandbox.apis.event_stream import CONTENT_TYPE, message
from reuse_sandbox.apis.runtime import MAX_RESPONSE

from tests.sandbox.caller import Caller, caller
from tests.sandbox.desk import desk
from tests.sandbox.leftovers import Leftovers
from tests.sandbox.workshop import Workshop

# A runtime that streams: "first", and, when the file `go` is there, "second".
STREAMING = """#!/usr/bin/env python3
import http.client, os, time
while True:
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = api.getresponse()
    request_id, event = answer.getheader("Lambda-Runtime-Aws-Request-Id"), answer.read()
    def parts():
        yield b"first "
        while not os.path.exists(os.environ["RECORDS"] + "/go"):
            time.sleep(0.002)
        if event == b'"die"':
            os._exit(3)
        yield b"second"
    path = "/2018-06-01/runtime/invocation/" + request_id + "/response"
    headers = {"Lambda-Runtime-Function-Response-Mode": "streaming"}
    api.request("POST", path, parts(), headers, encode_chunked=True)
    api.getresponse().read()
    api.close()
"""


@pytest.fixture
def streaming(workshop: Workshop) -> dict[str, Any]:
    """The settings of a function with that runtime."""
    bootstrap = workshop.function / "bootstrap"
    bootstrap.write_text(STREAMING)
    bootstrap.chmod(0o755)
    return {"runtime": "provided.al2023"}


async def streamed(
    here: Caller, payload: bytes = b"{}", go: Path | None = None, **more: Any
) -> tuple[list[Any], dict]:
    """The parts and the end of a streamed answer, read by boto3; `go` is made after the first."""

    def read() -> tuple[list[Any], dict]:
        call = here.client.invoke_with_response_stream
        answer = call(FunctionName="orders", Payload=payload, **more)
        assert answer["ResponseStreamContentType"] == CONTENT_TYPE
        events = []
        for event in answer["EventStream"]:
            events.append(event)
            if go is not None:
                go.touch()
        parts = [event["PayloadChunk"]["Payload"] for event in events if "PayloadChunk" in event]
        return parts, events[-1]["InvokeComplete"]

    return await asyncio.to_thread(read)


async def test_a_part_arrives_before_the_next_is_made(
    workshop: Workshop, leftovers: Leftovers, streaming: dict[str, Any]
) -> None:
    """The runtime makes the second part only when the first is here."""
    path = "/2021-11-15/functions/orders/response-streaming-invocations"
    async with (
        workshop.sandbox(name="orders", **streaming) as sandbox,
        aiohttp.ClientSession(sandbox.invoke_url) as session,
        session.post(path, data=b"{}") as answer,
    ):
        first = await answer.content.readany()
        (workshop.records / "go").touch()
        rest = await answer.content.read()

    kind = "application/octet-stream"
    assert first == message("PayloadChunk", kind, b"first ")
    second = message("PayloadChunk", kind, b"second")
    assert rest == second + message("InvokeComplete", "application/json", b"{}")
    (report,) = [line for line in workshop.log() if line.startswith("REPORT")]
    assert "Status" not in report


async def test_boto3(workshop: Workshop, leftovers: Leftovers, streaming: dict[str, Any]) -> None:
    """Its own reader understands it, the log's end included."""
    (workshop.records / "go").touch()
    async with caller(workshop, "", **streaming) as here:
        parts, complete = await streamed(here, LogType="Tail")

    assert b"".join(parts) == b"first second"
    assert "ErrorCode" not in complete
    assert complete["LogResult"]


# A runtime that fails in the middle of a response, and says so in trailers that come in two parts.
FAILING = """#!/usr/bin/env python3
import base64, http.client, json, os, socket, time
host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
while True:
    api = http.client.HTTPConnection(host, int(port))
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = api.getresponse()
    request_id = answer.getheader("Lambda-Runtime-Aws-Request-Id")
    answer.read()
    body = json.dumps({"errorType": "Odd", "errorMessage": "no more", "trace": ["x" * 4000]})
    trailers = "Lambda-Runtime-Function-Error-Type: Odd\\r\\n"
    trailers += "Lambda-Runtime-Function-Error-Body: " + base64.b64encode(body.encode()).decode()
    head = "POST /2018-06-01/runtime/invocation/" + request_id + "/response HTTP/1.1\\r\\n"
    head += "Host: " + host + "\\r\\nLambda-Runtime-Function-Response-Mode: streaming\\r\\n"
    head += "Transfer-Encoding: chunked\\r\\n"
    head += "Trailer: Lambda-Runtime-Function-Error-Type\\r\\n\\r\\n"
    text = head + "5\\r\\nfirst\\r\\n0\\r\\n" + trailers + "\\r\\n\\r\\n"
    with socket.create_connection((host, int(port))) as connection:
        for part in (text[:len(head) + 8], text[len(head) + 8 : -3000], text[-3000:]):
            connection.sendall(part.encode())
            time.sleep(0.01)
        connection.recv(1000)
    api.close()
"""


async def test_a_runtime_that_fails_in_between(workshop: Workshop, leftovers: Leftovers) -> None:
    """Its trailers say why: to who reads the stream at its end, to others in place of an answer."""
    bootstrap = workshop.function / "bootstrap"
    bootstrap.write_text(FAILING)
    bootstrap.chmod(0o755)
    async with caller(workshop, "", runtime="provided.al2023") as here:
        parts, complete = await streamed(here)
        result = await here.sandbox.invoke()

    assert b"".join(parts) == b"first"
    assert complete["ErrorCode"] == "Unhandled"
    details = json.loads(complete["ErrorDetails"])
    assert [details["errorType"], details["errorMessage"]] == ["Odd", "no more"]
    assert result.function_error == "Unhandled"
    assert result.value == details


async def test_a_runtime_that_dies_in_between(
    workshop: Workshop, leftovers: Leftovers, streaming: dict[str, Any]
) -> None:
    """What has come has come; the end tells the error."""
    async with caller(workshop, "", **streaming) as here:
        parts, complete = await streamed(here, b'"die"', workshop.records / "go")

    assert b"".join(parts) == b"first "
    assert complete["ErrorCode"] == "Unhandled"
    assert "Runtime.ExitError" in complete["ErrorDetails"]


async def test_a_runtime_that_does_not_stream(workshop: Workshop, leftovers: Leftovers) -> None:
    """Its answer is one part, its error none."""
    source = "def handler(event, context): return 1 / event"
    async with caller(workshop, source) as here:
        fine = await streamed(here, b"1")
        failed = await streamed(here, b"0")

    assert fine == ([b"1.0"], {})
    assert failed[0] == []
    assert "ZeroDivisionError" in failed[1]["ErrorDetails"]


async def test_a_caller_who_wants_the_whole(
    workshop: Workshop, leftovers: Leftovers, streaming: dict[str, Any]
) -> None:
    """He gets it in one piece."""
    (workshop.records / "go").touch()
    async with caller(workshop, "", **streaming) as here:
        answer = await here.invoke()

    assert answer["Payload"] == b"first second"


async def test_refusals(workshop: Workshop, leftovers: Leftovers) -> None:
    """There is no Event to be streamed, nor another function."""
    path = "/2021-11-15/functions/{}/response-streaming-invocations"
    async with (
        caller(workshop, "def handler(event, context): pass") as here,
        aiohttp.ClientSession(here.sandbox.invoke_url) as session,
    ):
        kind = {"X-Amz-Invocation-Type": "Event"}
        async with session.post(path.format("orders"), headers=kind) as answer:
            assert answer.status == 400
        async with session.post(path.format("gone")) as answer:
            assert answer.status == 404
        async with session.get(path.format("orders")) as answer:
            assert answer.status == 404


async def pieces(size: int) -> AsyncIterator[bytes]:
    """So many bytes, in pieces."""
    while size > 0:
        yield bytes(min(size, 1 << 20))
        size -= 1 << 20


@pytest.mark.parametrize(
    ("mode", "size", "status"),
    [("streaming", 10, 202), ("streaming", MAX_RESPONSE + 1, 413), ("quickly", 10, 400)],
)
async def test_the_runtimes_side(
    workshop: Workshop, leftovers: Leftovers, mode: str, size: int, status: int
) -> None:
    """What is taken; a caller who wants the whole gets no more than he would otherwise."""
    async with desk(workshop) as here:
        event = await (await here.initialise("SHUTDOWN"))
        request_id = event.headers["Lambda-Runtime-Aws-Request-Id"]
        path = f"/2018-06-01/runtime/invocation/{request_id}/response"
        headers = {"Lambda-Runtime-Function-Response-Mode": mode}
        async with here.session.post(path, data=pieces(size), headers=headers) as answer:
            assert answer.status == status
        if status != 400:
            here.runtime_next()
            result = await here.invoked
            error = b"Function.ResponseSizeTooLarge" if status == 413 else b""
            assert error in result.payload
            assert result.status == ("error" if error else "success")
