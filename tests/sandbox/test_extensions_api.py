"""The Extensions API and the Telemetry API's subscription, called in the extension's place."""

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest

from tests.sandbox.desk import desk
from tests.sandbox.leftovers import Leftovers
from tests.sandbox.workshop import Workshop

REGISTER = "POST /2020-01-01/extension/register"
NEXT = "GET /2020-01-01/extension/event/next"
NAME = {"Lambda-Extension-Name": "sleeper"}
NOBODY = {"Lambda-Extension-Identifier": "00000000-0000-0000-0000-000000000000"}
NOT_ALLOWED = "Error: State transition is not allowed"


async def test_register(workshop: Workshop, leftovers: Leftovers) -> None:
    """200, an identifier, and the function's name, version and handler."""
    async with desk(workshop) as here:
        answer = await here.register("INVOKE")

    assert answer.status == 200
    assert str(UUID(here.identifier)) == here.identifier
    assert json.loads(answer.text) == {
        "functionName": "function",
        "functionVersion": "$LATEST",
        "handler": "app.handler",
    }


async def test_register_with_the_account(workshop: Workshop, leftovers: Leftovers) -> None:
    """The account's id is told to those who ask for it."""
    async with desk(workshop) as here:
        features = {"Lambda-Extension-Accept-Feature": "other, accountId"}
        answer = await here.register("INVOKE", **features)

    assert json.loads(answer.text)["accountId"] == "123456789012"


# What is sent, and the type and sentence of the refusal; None where the sentence is the parser's.
BAD_REGISTRATIONS: list[tuple[dict[str, str], Any, str, str | None]] = [
    ({}, {"events": []}, "Extension.InvalidExtensionName", "Empty extension name"),
    (NAME, b"{", "InvalidRequestFormat", None),
    (NAME, b"[]", "InvalidRequestFormat", "the body must be an object"),
    (NAME, b"[" * 100_000, "InvalidRequestFormat", None),
    (NAME, {"events": "INVOKE"}, "InvalidRequestFormat", "events must be a list of strings"),
    (NAME, {"events": ["BOGUS"]}, "Extension.InvalidEventType", "BOGUS: ErrorInvalidEventType"),
    (
        NAME,
        {"configurationKeys": ["X"]},
        "InvalidRequestFormat",
        "configurationKeys are deprecated; use environment variables instead",
    ),
    (
        {"Lambda-Extension-Name": "inside"},
        {"events": ["SHUTDOWN"]},
        "Extension.InvalidEventType",
        "SHUTDOWN: ShutdownEventNotSupportedForInternalExtension",
    ),
]


async def test_refused_registrations(workshop: Workshop, leftovers: Leftovers) -> None:
    """403 with the platform's own type and sentence; registering properly is still possible."""
    async with desk(workshop) as here:
        for headers, body, error_type, message in BAD_REGISTRATIONS:
            status, kind, text = (await here.call(REGISTER, body, headers)).error
            assert (403, error_type, message or text) == (status, kind, text)
        afterwards = await here.register("INVOKE")

    assert afterwards.status == 200


async def test_registering_twice(workshop: Workshop, leftovers: Leftovers) -> None:
    """External and internal extensions are refused in different words."""
    async with desk(workshop) as here:
        await here.register("INVOKE")
        again = await here.register("INVOKE")
        await here.register("INVOKE", name="inside")
        inside_again = await here.register("INVOKE", name="inside")

    sentence = "State transition from Registered to Registered failed for extension sleeper."
    assert (403, "Extension.InvalidExtensionState", f"{sentence} {NOT_ALLOWED}") == again.error
    message = "Extension with this name already registered"
    assert (403, "Extension.InvalidExtensionState", message) == inside_again.error


# What identifies the caller, and the type and sentence of the refusal.
NOBODIES = [
    ({}, "Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header"),
    (
        {"Lambda-Extension-Identifier": "me"},
        "Extension.InvalidExtensionIdentifier",
        "Invalid Lambda-Extension-Identifier",
    ),
    (
        NOBODY,
        "Extension.UnknownExtensionIdentifier",
        "Unknown extension 00000000-0000-0000-0000-000000000000",
    ),
]


async def test_calls_of_nobody(workshop: Workshop, leftovers: Leftovers) -> None:
    """Without a known identifier there is nothing to be had."""
    async with desk(workshop) as here:
        await here.register("INVOKE")
        for call in (NEXT, "PUT /2022-07-01/telemetry"):
            for headers, error_type, message in NOBODIES:
                answer = await here.call(call, {}, headers)
                assert (403, error_type, message) == answer.error


async def test_a_second_next_is_refused(workshop: Workshop, leftovers: Leftovers) -> None:
    """An extension waits for one event at a time; the first call stays."""
    async with desk(workshop) as here:
        runtime = await here.initialise("INVOKE")
        await runtime
        await here.extension_event
        both = {here.extension_next(), here.extension_next()}
        (refused,), (waiting,) = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        sentence = f"State transition from Ready to Ready failed for extension {here.identifier}."

        assert (
            403,
            "Extension.InvalidExtensionState",
            f"{sentence} {NOT_ALLOWED}",
        ) == refused.result().error
        waiting.cancel()


async def test_invoke_event(workshop: Workshop, leftovers: Leftovers) -> None:
    """The event names the request and its deadline, as the runtime's headers do."""
    async with desk(workshop) as here:
        runtime = await (await here.initialise("INVOKE"))
        event = await here.extension_event

    assert UUID(event.headers["Lambda-Extension-Event-Identifier"])
    assert {
        "eventType": "INVOKE",
        "deadlineMs": int(runtime.headers["Lambda-Runtime-Deadline-Ms"]),
        "requestId": runtime.headers["Lambda-Runtime-Aws-Request-Id"],
        "invokedFunctionArn": runtime.headers["Lambda-Runtime-Invoked-Function-Arn"],
        "tracing": {
            "type": "X-Amzn-Trace-Id",
            "value": runtime.headers["Lambda-Runtime-Trace-Id"],
        },
    } == json.loads(event.text)


@pytest.mark.parametrize("stage", ["init", "exit"])
async def test_reported_errors(workshop: Workshop, leftovers: Leftovers, stage: str) -> None:
    """202 with the error's type in a header, 403 without it or from nobody."""
    line = f"POST /2020-01-01/extension/{stage}/error"
    header = "Lambda-Extension-Function-Error-Type"
    async with desk(workshop) as here:
        await here.register("INVOKE")
        me, why = here.as_extension(), {header: "Extension.Sorry"}

        missing = await here.call(line, {}, me)
        assert (403, "Extension.MissingHeader", f"{header} not found") == missing.error
        unknown = await here.call(line, {}, {**NOBODY, **why})
        message = "Unknown Lambda-Extension-Identifier"
        assert (403, "Extension.UnknownExtensionIdentifier", message) == unknown.error
        for _ in range(2):  # reporting twice is allowed
            answer = await here.call(line, {}, {**me, **why})
            assert (answer.status, answer.text) == (202, '{"status":"OK"}\n')


async def test_late_calls(workshop: Workshop, leftovers: Leftovers) -> None:
    """After the init there is no registration and no subscription any more."""
    subscription = {
        "schemaVersion": "2025-01-29",
        "types": ["platform"],
        "destination": {"protocol": "HTTP", "URI": "http://sandbox:4243"},
    }
    async with desk(workshop) as here:
        await (await here.initialise("INVOKE"))
        late = await here.register("INVOKE", name="late")
        line = "PUT /2022-07-01/telemetry"
        subscribed = await here.call(line, subscription, here.as_extension())

    message = "Extension registration closed already"
    assert (403, "Extension.RegistrationClosed", message) == late.error
    message = "Telemetry API subscription is closed"
    assert (403, "Telemetry.SubscriptionClosed", message) == subscribed.error
