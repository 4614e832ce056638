"""What clients, functions and extensions see is the same on the sandbox and on AWS's emulator.

The sandbox and the extension are two readings of AWS's contract; here AWS's own reading judges.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conformance.deviations import expected
from tests.conformance.platforms import PLATFORMS, SANDBOX, Answer, is_managed, platform

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
LIBRARY = HERE.parent / "sandbox" / "probe.py"

REFUSALS = {
    "register without a name": (403, "Extension.InvalidExtensionName"),
    "register for an unknown event": (403, "Extension.InvalidEventType"),
    "register with configuration keys": (403, "InvalidRequestFormat"),
    "next without an identifier": (403, "Extension.MissingExtensionIdentifier"),
    "next of nobody": (403, "Extension.UnknownExtensionIdentifier"),
    "next with a bad identifier": (403, "Extension.InvalidExtensionIdentifier"),
    "error of nobody": (403, "Extension.MissingHeader"),
    "register again": (403, "Extension.InvalidExtensionState"),
    "exit without a type": (403, "Extension.MissingHeader"),
}
"""What the probe extension tries before its function serves, and how it is refused."""


@dataclass
class Seen:
    """What was seen of one life on one platform."""

    platform: str
    answers: list[Answer]
    recorded: list[dict]

    def entries(self, what: str) -> list[dict]:
        return [entry for entry in self.recorded if entry["what"] == what]

    def telemetry(self, *types: str) -> list[dict]:
        events = [event for entry in self.entries("batch") for event in entry["batch"]]
        return [event for event in events if event["type"] in types]


@pytest.fixture(scope="module", params=PLATFORMS)
def seen(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Seen]:
    """Four invocations, the last of which raises, beside the probe."""
    folder = tmp_path_factory.mktemp("platform")
    function, layer, free = folder / "function", folder / "layer", folder / "free"
    for made in (function, layer / "extensions", layer / "library", free):
        made.mkdir(parents=True)
    shutil.copy(HERE / "app.py", function)
    shutil.copy(LIBRARY, layer / "library")
    shutil.copy(HERE / "probe.py", layer / "extensions" / "probe")
    (layer / "extensions" / "probe").chmod(0o755)
    with platform(request.param, function, layer, free) as running:
        answers = [running.invoke({"n": n}) for n in range(3)]
        answers.append(running.invoke({"n": 3, "raises": True}))
        answers.append(running.invoke({}, function="another"))
        running.end()
        yield Seen(request.param, answers, running.recorded("probe"))


def test_answers(seen):
    """The handler's value as it is, under the request id that the function was given."""
    values = [answer.value for answer in seen.answers[:3]]

    assert [answer.status for answer in seen.answers[:3]] == [200, 200, 200]
    assert [0, 1, 2] == [value["n"] for value in values]
    assert len({value["request_id"] for value in values}) == 3


def test_an_error_of_the_function(seen):
    """Status 200, the error as the body, and a header that says so."""
    answer = seen.answers[3]

    assert answer.status == 200
    assert answer.value["errorType"] == "ValueError"
    assert answer.value["errorMessage"] == "as told"
    assert answer.headers.get("X-Amz-Function-Error") == expected(
        seen.platform, "error header", "Unhandled"
    )


def test_another_function(seen):
    """It is not there."""
    assert seen.answers[4].status == 404


def test_refusals(seen):
    """The same status and error type for the same mistake."""
    reported = {
        entry["name"]: (entry["status"], entry["body"]["errorType"])
        for entry in seen.entries("tried")
        if entry["name"] in REFUSALS
    }

    assert reported == REFUSALS


def test_bad_subscriptions(seen):
    """Each is refused by its status; the words are every platform's own."""
    status, *_ = expected(seen.platform, "subscribe", (400, "ValidationError"))
    reported = [entry for entry in seen.entries("tried") if entry["name"].startswith("subscribe")]

    assert len(reported) == 5
    assert [entry["status"] for entry in reported] == [status] * 5


def test_registering(seen):
    """The function's name, version and handler; INVOKE is for those who serve one at a time."""
    *refused, registered = seen.entries("register")

    assert registered["status"] == 200
    assert registered["body"] == {
        "functionName": "function",
        "functionVersion": "$LATEST",
        "handler": "app.handler",
    }
    kinds = [(entry["status"], entry["body"]["errorType"]) for entry in refused]
    expected_kinds = [(403, "Extension.InvalidEventType")] if is_managed(seen.platform) else []
    assert kinds == expected_kinds


def test_events(seen):
    """INVOKE for each invocation in order, where there is INVOKE at all; SHUTDOWN at the end."""
    *invokes, shutdown = [entry["event"] for entry in seen.entries("event")]
    served = [answer.value.get("request_id") for answer in seen.answers[:3]]
    served.append(seen.answers[3].value["requestId"])

    assert shutdown["eventType"] == "SHUTDOWN"
    assert shutdown["shutdownReason"] == expected(seen.platform, "shutdown reason", "spindown")
    assert set(shutdown) == {"eventType", "shutdownReason", "deadlineMs"}
    assert [event["requestId"] for event in invokes] == (
        [] if is_managed(seen.platform) else served
    )
    for event in invokes:
        assert event["eventType"] == "INVOKE"
        assert set(event) >= {"eventType", "deadlineMs", "requestId", "invokedFunctionArn"}


def test_telemetry_of_the_init(seen):
    """The same events with the same fields; the order is Lambda's own affair."""
    kinds = (
        "platform.initStart",
        "platform.telemetrySubscription",
        "platform.initRuntimeDone",
        "platform.extension",
        "platform.initReport",
    )
    reported = {event["type"]: event["record"] for event in seen.telemetry(*kinds)}

    assert sorted(reported) == expected(seen.platform, "telemetry", sorted(kinds))
    if reported:
        assert reported["platform.telemetrySubscription"]["state"] == "Subscribed"
        assert reported["platform.extension"]["state"] == "Ready"
        assert reported["platform.initRuntimeDone"]["status"] == "success"
        assert reported["platform.initReport"]["metrics"]["durationMs"] > 0
        assert set(reported["platform.initStart"]) == {
            "initializationType",
            "phase",
            "functionName",
            "functionVersion",
            "instanceId",
            "instanceMaxMemory",
            "runtimeVersion",
            "runtimeVersionArn",
        }


def test_telemetry_of_the_invocations(seen):
    """Each is started and reported once; the raising one's status is the platform's own word."""
    starts = seen.telemetry("platform.start")
    reports = seen.telemetry("platform.report")
    served = {answer.value.get("request_id") for answer in seen.answers[:3]}
    by_request = {event["record"]["requestId"]: event["record"] for event in reports}

    if expected(seen.platform, "telemetry", None) == []:
        assert starts == reports == []
        return
    assert len(starts) == len(reports) == len(by_request) == 4
    assert {event["record"]["requestId"] for event in starts} == set(by_request)
    for request_id in served:
        assert by_request[request_id]["status"] == "success"
        assert by_request[request_id]["metrics"]["durationMs"] > 0
    if seen.platform == SANDBOX:
        done = [event["record"]["status"] for event in seen.telemetry("platform.runtimeDone")]
        assert done == ["success"] * 4
    else:
        last = by_request[seen.answers[3].value["requestId"]]
        assert last["status"] == expected(seen.platform, "error status", "success")


def test_what_the_function_prints_is_told(seen):
    """A line is an event, a string unless it is JSON itself."""
    reported = [event["record"] for event in seen.telemetry("function")]
    printed = [line.strip() for line in reported if "called with" in line]

    expected_lines = [f"called with {n}" for n in range(4)]
    assert sorted(printed) == expected(seen.platform, "telemetry", expected_lines)
