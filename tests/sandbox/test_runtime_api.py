"""The Runtime API, called by the test in the runtime's place."""

import asyncio
import json

import pytest
from reuse_sandbox.apis.runtime import valid_error_type

from tests.sandbox.caller import caller
from tests.sandbox.desk import desk
from tests.sandbox.leftovers import Leftovers
from tests.sandbox.workshop import Workshop

REQUEST_ID = "Lambda-Runtime-Aws-Request-Id"
NOT_ALLOWED = "failed for runtime. Error: State transition is not allowed"


async def test_next_carries_the_event(workshop: Workshop, leftovers: Leftovers) -> None:
    """The body is the event as it was sent; headers tell request, deadline and function."""
    async with desk(workshop, b'{"n": 1}', timeout_s=5) as here:
        event = await (await here.initialise())

        assert (event.status, event.text) == (200, '{"n": 1}')
        assert event.headers["Content-Type"] == "application/json"
        arn = "arn:aws:lambda:us-east-1:123456789012:function:function"
        assert arn == event.headers["Lambda-Runtime-Invoked-Function-Arn"]
        assert int(event.headers["Lambda-Runtime-Deadline-Ms"]) > 5000
        assert event.headers["Lambda-Runtime-Trace-Id"].startswith("Root=1-")
        assert "Lambda-Runtime-Client-Context" not in event.headers
        await here.respond(event.headers[REQUEST_ID])


async def test_a_response_reaches_the_caller(workshop: Workshop, leftovers: Leftovers) -> None:
    """202 for the runtime; the caller has the body once the container is done."""
    async with desk(workshop) as here:
        event = await (await here.initialise())
        answer = await here.respond(event.headers[REQUEST_ID], {"total": 3})
        here.runtime_next()
        result = await here.invoked

        assert (answer.status, answer.text) == (202, '{"status":"OK"}\n')
        assert (
            result.status,
            result.function_error,
            result.payload,
        ) == ("success", None, b'{"total": 3}')


async def test_an_error_reaches_the_caller(workshop: Workshop, leftovers: Leftovers) -> None:
    """What the runtime posts as an error is the caller's payload, marked as unhandled."""
    async with desk(workshop) as here:
        event = await (await here.initialise())
        error = {"errorType": "KeyError", "errorMessage": "'id'"}
        answer = await here.respond(event.headers[REQUEST_ID], error, "error")
        here.runtime_next()
        result = await here.invoked

        assert answer.status == 202
        assert ("error", "Unhandled", error) == (
            result.status,
            result.function_error,
            json.loads(result.payload),
        )


async def test_an_error_with_a_long_trace(workshop: Workshop, leftovers: Leftovers) -> None:
    """Runtimes send a thousand calls of a RecursionError in one header; the process goes on."""
    source = "def handler(event, context): return handler(event, context) if event else 1"
    async with caller(workshop, source) as here:
        answer = await here.invoke(payload=b'{"n": 1}')
        again = await here.invoke(payload=b"{}")

    assert answer["FunctionError"] == "Unhandled"
    assert json.loads(answer["Payload"])["errorType"] == "RecursionError"
    assert again["Payload"] == b"1"


async def test_refusals(workshop: Workshop, leftovers: Leftovers) -> None:
    """Calls out of turn are answered as AWS's own emulator answers them."""
    async with desk(workshop) as here:
        event = await (await here.initialise())
        request_id = event.headers[REQUEST_ID]

        assert (await here.respond("00000000-0000-0000-0000-000000000000")).error == (
            400,
            "InvalidRequestID",
            "Invalid request ID",
        )
        assert (await here.call("POST /2018-06-01/runtime/init/error", {})).error == (
            403,
            "InvalidStateTransition",
            f"State transition from Running to InitError {NOT_ALLOWED}",
        )
        await here.respond(request_id)
        assert (await here.respond(request_id)).error == (
            403,
            "InvalidStateTransition",
            f"State transition from ResponseSent to InvocationResponse {NOT_ALLOWED}",
        )


async def test_a_response_that_is_too_large(workshop: Workshop, leftovers: Leftovers) -> None:
    """413 for the runtime, Function.ResponseSizeTooLarge for the caller."""
    async with desk(workshop) as here:
        event = await (await here.initialise())
        answer = await here.respond(event.headers[REQUEST_ID], b"x" * (6 * 1024 * 1024 + 101))
        here.runtime_next()
        result = await here.invoked

        assert answer.error == (
            413,
            "RequestEntityTooLarge",
            "Exceeded maximum allowed payload size (6291556 bytes).",
        )
        assert json.loads(result.payload)["errorType"] == "Function.ResponseSizeTooLarge"
        assert result.function_error == "Unhandled"


async def test_paths(workshop: Workshop, leftovers: Leftovers) -> None:
    """Unknown paths and wrong methods are told apart."""
    calls = {
        "GET /2018-06-01/ping": (200, "pong"),
        "GET /2018-06-01/runtime": (404, "404 page not found\n"),
        "GET /2018-06-01/runtime/restore/next": (404, "404 page not found\n"),
        "POST /2018-06-01/runtime/invocation/next": (405, ""),
        "GET /2018-06-01/runtime/invocation/some-id/response": (405, ""),
        "GET /2020-01-01/extension/register": (405, ""),
    }
    async with desk(workshop) as here:
        answers = {call: await here.call(call) for call in calls}
        logs = await here.call("PUT /2020-08-15/logs")

    assert calls == {call: (answer.status, answer.text) for call, answer in answers.items()}
    assert logs.error == (202, "Logs.NotSupported", "Logs API is not supported")


async def test_a_caller_who_has_gone_is_forgotten(workshop: Workshop, leftovers: Leftovers) -> None:
    """A runtime that hangs up while it waits and calls again is served."""
    async with desk(workshop) as here:
        await here.register()
        first = here.runtime_next()
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        second = here.runtime_next()
        here.extension_event = here.extension_next()

        assert (await second).status == 200


@pytest.mark.parametrize(
    ("sent", "passed_on"),
    [
        ("Runtime.ImportModuleError", "Runtime.ImportModuleError"),
        ("Function.ValidationError", "Function.ValidationError"),
        ("Function.bad type", "Function.Unknown"),
        ("KeyError", "Runtime.Unknown"),
        ("", "Runtime.Unknown"),
    ],
)
def test_error_types(sent: str, passed_on: str) -> None:
    """Only the platform's own names are passed on."""
    assert passed_on == valid_error_type(sent)
