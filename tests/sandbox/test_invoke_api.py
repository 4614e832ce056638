"""The Invoke API, spoken to by boto3 as the real service is."""

import asyncio
import base64
import io
import json
from typing import Any

import pytest
from reuse_sandbox import MockClock, PortTaken

from tests.conftest import MS
from tests.sandbox.caller import caller
from tests.sandbox.leftovers import Leftovers
from tests.sandbox.patience import eventually
from tests.sandbox.workshop import Workshop

ANSWERING = """
    import os, time

    def handler(event, context):
        print("handling", event)
        if event == "raise":
            raise KeyError("id")
        while isinstance(event, dict) and "until" in event and not os.path.exists(event["until"]):
            time.sleep(0.002)
        client = context.client_context
        return {"event": event, "custom": client and client.custom}
"""


async def test_request_and_response(workshop: Workshop, leftovers: Leftovers) -> None:
    """200, the payload, the version; no error."""
    async with caller(workshop, ANSWERING) as here:
        answer = await here.invoke(payload=b'{"n": 1}')

    assert json.loads(answer["Payload"]) == {"event": {"n": 1}, "custom": None}
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    assert "FunctionError" not in answer
    request_id = answer["ResponseMetadata"]["RequestId"]
    assert f"START RequestId: {request_id} Version: $LATEST" in workshop.log()


async def test_an_error_of_the_function(workshop: Workshop, leftovers: Leftovers) -> None:
    """200 too, but marked."""
    async with caller(workshop, ANSWERING) as here:
        answer = await here.invoke(payload=b'"raise"')

    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert json.loads(answer["Payload"])["errorType"] == "KeyError"


async def test_without_a_payload(workshop: Workshop, leftovers: Leftovers) -> None:
    """The event is an empty object."""
    async with caller(workshop, ANSWERING) as here:
        answer = await here.invoke(payload=b"")

    assert json.loads(answer["Payload"])["event"] == {}


async def test_the_end_of_the_log(workshop: Workshop, leftovers: Leftovers) -> None:
    """LogType Tail brings the invocation's lines, from START to REPORT."""
    async with caller(workshop, ANSWERING) as here:
        await here.invoke(payload=b'"before"')
        answer = await here.invoke(payload=b'"this"', LogType="Tail")

    lines = base64.b64decode(answer["LogResult"]).decode().splitlines()
    assert [line.split()[0] for line in lines] == ["START", "handling", "END", "REPORT"]
    assert lines[1] == "handling this"


async def test_the_end_of_a_long_log(workshop: Workshop, leftovers: Leftovers) -> None:
    """It is at most 4 KB."""
    async with caller(workshop, ANSWERING) as here:
        answer = await here.invoke(payload=json.dumps("x" * 10_000).encode(), LogType="Tail")

    tail = base64.b64decode(answer["LogResult"])
    assert len(tail) == 4096
    assert tail.splitlines()[-1].startswith(b"REPORT")


async def test_event(workshop: Workshop, leftovers: Leftovers) -> None:
    """202 at once; the invocation runs, and waits for a container if there is none."""
    flag = workshop.records / "flag"
    event = json.dumps({"until": str(flag)}).encode()
    async with caller(workshop, ANSWERING, concurrency=1) as here:
        first = await here.invoke(payload=event, InvocationType="Event")
        second = await here.invoke(payload=event, InvocationType="Event")
        flag.touch()
        await eventually(lambda: workshop.logged("REPORT") == 2)

    assert [(a["StatusCode"], a["Payload"]) for a in (first, second)] == [(202, b"")] * 2


async def test_a_failed_event_is_tried_again(workshop: Workshop, leftovers: Leftovers) -> None:
    """Twice more, after one minute and after two, under the same id, in the same container."""
    clock = MockClock()
    async with caller(workshop, ANSWERING, clock=clock) as here:
        answer = await here.invoke(payload=b'"raise"', InvocationType="Event")
        await eventually(lambda: workshop.logged("REPORT") == 1)
        for attempt, pause_s in ((2, 60), (3, 120)):
            clock.jump(pause_s - 1)
            await asyncio.sleep(20 * MS)
            assert workshop.logged("START") == attempt - 1
            clock.jump(1)
            await eventually(lambda: workshop.logged("REPORT") == attempt)  # noqa: B023
        clock.jump(500)
        await asyncio.sleep(20 * MS)
        await here.invoke(payload=b'"fine"', InvocationType="Event")
        await eventually(lambda: workshop.logged("REPORT") == 4)

    request_id = answer["ResponseMetadata"]["RequestId"]
    assert workshop.logged(f"START RequestId: {request_id} ") == 3
    assert workshop.logged("REPORT") == 4


async def test_dry_run(workshop: Workshop, leftovers: Leftovers) -> None:
    """204, and nothing runs."""
    async with caller(workshop, ANSWERING) as here:
        answer = await here.invoke(InvocationType="DryRun")

    assert answer["StatusCode"] == 204
    assert workshop.logs() == {}


async def test_client_context(workshop: Workshop, leftovers: Leftovers) -> None:
    """It reaches the handler, also written over several lines; what is no object is refused."""
    contexts = [b'{"custom": {"who": "me"}}', b'{\r\n  "custom": {\n    "who": "me"\n  }\n}\n']
    encoded = [base64.b64encode(context).decode() for context in contexts]
    wrong = ["not base64!", *(base64.b64encode(text).decode() for text in (b"[]", b"[" * 4000))]
    async with caller(workshop, ANSWERING) as here:
        answers = [await here.invoke(ClientContext=context) for context in encoded]
        refused = {await here.error(ClientContext=context) for context in wrong}

    assert [json.loads(answer["Payload"])["custom"] for answer in answers] == [{"who": "me"}] * 2
    assert refused == {(400, "InvalidRequestContentException")}


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("orders:$LATEST", {}),
        ("orders", {"Qualifier": "$LATEST"}),
        ("123456789012:function:orders", {}),
        ("arn:aws:lambda:us-east-1:123456789012:function:orders", {}),
        ("arn:aws:lambda:us-east-1:123456789012:function:orders:$LATEST", {}),
        ("function", {}),
    ],
)
async def test_names(
    workshop: Workshop, leftovers: Leftovers, name: str, more: dict[str, Any]
) -> None:
    """In short, in part and in full, with and without its version; as AWS's emulator has it."""
    async with caller(workshop, ANSWERING) as here:
        answer = await here.invoke(name, **more)

    assert answer["StatusCode"] == 200


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("payments", {}),
        ("orders:7", {}),
        ("orders", {"Qualifier": "live"}),
        ("arn:aws:lambda:eu-west-1:123456789012:function:orders", {}),
        ("arn:aws:lambda:us-east-1:210987654321:function:orders", {}),
    ],
)
async def test_other_names(
    workshop: Workshop, leftovers: Leftovers, name: str, more: dict[str, Any]
) -> None:
    """Another function, version, region or account is not found."""
    async with caller(workshop, ANSWERING) as here:
        assert await here.error(name, **more) == (404, "ResourceNotFoundException")


async def test_refused_payloads(workshop: Workshop, leftovers: Leftovers) -> None:
    """What is not JSON, and what is too large; the largest that is allowed gets through."""
    largest = json.dumps("x" * (6 * 1024 * 1024 - 2)).encode()
    async with caller(workshop, ANSWERING) as here:
        not_json = await here.error(payload=b"{")
        too_large = await here.error(payload=largest + b" ")
        too_large_event = await here.error(
            payload=json.dumps("x" * 1024 * 1024).encode(), InvocationType="Event"
        )
        answer = await here.invoke(payload=largest, LogType="None")

    assert not_json == (400, "InvalidRequestContentException")
    assert too_large == (413, "RequestTooLargeException")
    assert too_large_event == (413, "RequestTooLargeException")
    assert json.loads(answer["Payload"])["event"] == "x" * (6 * 1024 * 1024 - 2)


async def test_above_the_limit(workshop: Workshop, leftovers: Leftovers) -> None:
    """429, as the service answers; the invocation under way is not disturbed."""
    flag = workshop.records / "flag"
    event = json.dumps({"until": str(flag)}).encode()
    async with caller(workshop, ANSWERING, concurrency=1) as here:
        busy = asyncio.create_task(here.invoke(payload=event))
        await eventually(lambda: workshop.logged("handling"))
        refused = await here.error()
        flag.touch()
        answer = await busy

    assert refused == (429, "TooManyRequestsException")
    assert answer["StatusCode"] == 200


async def test_callers_in_a_row_share_a_container(workshop: Workshop, leftovers: Leftovers) -> None:
    """A caller who asks again at once finds the container he had, extension or not."""
    workshop.write_extension('register("INVOKE", "SHUTDOWN")\nloop()\n')
    async with caller(workshop, ANSWERING, concurrency=2) as here:
        for _ in range(20):
            await here.invoke()

    assert len(workshop.logs()) == 1


async def test_a_taken_port(workshop: Workshop, leftovers: Leftovers) -> None:
    """One clear sentence, and nothing is left of the attempt."""
    async with caller(workshop, ANSWERING) as here:
        port = int(here.sandbox.invoke_url.rpartition(":")[2])
        with pytest.raises(PortTaken, match=f"Port {port} of 127.0.0.1 cannot be used"):
            async with workshop.sandbox(port=port):
                pass


async def test_other_paths(workshop: Workshop, leftovers: Leftovers) -> None:
    """What is no operation of the API is not found."""

    async def status(port: int, head: str) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"{head} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        return io.BytesIO(answer).readline()

    async with caller(workshop, ANSWERING) as here:
        port = int(here.sandbox.invoke_url.rpartition(":")[2])
        answers = [
            await status(port, head)
            for head in (
                "GET /",
                "GET /2015-03-31/functions/orders/invocations",
                "GET /2015-03-31/functions/orders/policy",
                "POST /2015-03-31/functions/orders",
                "POST /2015-03-31/functions/%2F..%2F/invocations",
                "POST /2015-03-31/functions/a%20b/invocations",
            )
        ]

    expected = [b"HTTP/1.1 404 Not Found\r\n"] * 5 + [b"HTTP/1.1 400 Bad Request\r\n"]
    assert expected == answers
