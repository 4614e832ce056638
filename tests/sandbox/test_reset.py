"""What goes wrong in a real container: timeouts, crashes, failed inits, and the time after them."""

import json
from typing import Any

import pytest
from reuse_sandbox import InvokeResult

from tests.conftest import MS
from tests.sandbox.leftovers import Leftovers
from tests.sandbox.workshop import Workshop

# Does what the event says, and notes every start in a file of its /tmp.
OBEDIENT = """
    import os, signal, tempfile, time

    NOTES = os.path.join(tempfile.gettempdir(), "starts")
    with open(NOTES, "a") as notes:
        notes.write(f"{os.getpid()}\\n")

    def handler(event, context):
        match event.get("do"):
            case "sleep":
                time.sleep(1000)
            case "exit":
                os._exit(event["code"])
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "raise":
                raise KeyError("id")
        with open(NOTES) as notes:
            return {"starts": len(notes.readlines()), "log_stream": context.log_stream_name}
"""

# The next invocation starts runtime and extension again within it, on a busy machine too.
TIMEOUT_S = 2.0

RECORDING = """
    register("INVOKE", "SHUTDOWN")
    subscribe("platform", timeoutMs=25)
    loop()
"""


def error_of(result: InvokeResult) -> dict[str, Any]:
    """The error a result describes."""
    assert result.function_error == "Unhandled"
    error: dict[str, Any] = json.loads(result.payload)
    return error


async def test_after_a_timeout_the_container_goes_on(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """Same container, same /tmp, new processes; extensions are told timeout and start again."""
    workshop.write_function(OBEDIENT)
    workshop.write_extension(RECORDING)

    async with workshop.sandbox(timeout_s=TIMEOUT_S) as sandbox:
        cut_off = await sandbox.invoke(b'{"do": "sleep"}')
        after = await sandbox.invoke()

    message = f"RequestId: {cut_off.request_id} Error: Task timed out after {TIMEOUT_S:.2f} seconds"
    assert {"errorType": "Sandbox.Timedout", "errorMessage": message} == error_of(cut_off)
    assert cut_off.container_id == after.container_id
    assert {"starts": 2, "log_stream": after.container_id} == json.loads(after.payload)
    shutdowns = [event for event in workshop.events() if event["eventType"] == "SHUTDOWN"]
    assert [event["shutdownReason"] for event in shutdowns] == ["timeout", "spindown"]
    emitted = [event["record"] for event in workshop.telemetry()]
    starts = [record for record in emitted if "instanceId" in record]
    assert [record["phase"] for record in starts] == ["init", "invoke"]
    assert {after.container_id} == {record["instanceId"] for record in starts}


async def test_what_was_sent_during_a_reset_reaches_the_next_process(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """The extension's new process finds its place kept, and the report of what was cut off."""
    workshop.write_function(OBEDIENT)
    workshop.write_extension(RECORDING)

    async with workshop.sandbox(timeout_s=TIMEOUT_S) as sandbox:
        cut_off = await sandbox.invoke(b'{"do": "sleep"}')
        await sandbox.invoke()

    emitted = workshop.telemetry()
    states = [
        e["record"]["state"] for e in emitted if e["type"] == "platform.telemetrySubscription"
    ]
    assert states == ["Subscribed", "Already subscribed"]
    reports = [e["record"] for e in emitted if e["type"] == "platform.report"]
    (report,) = [record for record in reports if record["requestId"] == cut_off.request_id]
    assert ("timeout", round(TIMEOUT_S * 1000, 3)) == (
        report["status"],
        report["metrics"]["durationMs"],
    )


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"do": "exit", "code": 3}, "Runtime exited with error: exit status 3"),
        ({"do": "exit", "code": 0}, "Runtime exited without providing a reason"),
        ({"do": "kill"}, "Runtime exited with error: signal: killed"),
    ],
)
async def test_the_runtime_exits(
    workshop: Workshop, leftovers: Leftovers, event: dict[str, Any], message: str
) -> None:
    """The caller is told how; the next invocation is served as if nothing had been."""
    workshop.write_function(OBEDIENT)

    async with workshop.sandbox() as sandbox:
        failed = await sandbox.invoke(json.dumps(event).encode())
        after = await sandbox.invoke()

    message = f"RequestId: {failed.request_id} Error: {message}"
    assert {"errorType": "Runtime.ExitError", "errorMessage": message} == error_of(failed)
    assert (after.status, json.loads(after.payload)["starts"]) == ("success", 2)
    assert failed.container_id == after.container_id


async def test_an_error_of_the_function_resets_nothing(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """The process goes on; the caller gets the exception."""
    workshop.write_function(OBEDIENT)

    async with workshop.sandbox() as sandbox:
        failed = await sandbox.invoke(b'{"do": "raise"}')
        after = await sandbox.invoke()

    assert failed.status == "error"
    assert error_of(failed)["errorType"] == "KeyError"
    assert json.loads(after.payload)["starts"] == 1


async def test_an_extension_that_leaves_fails_the_function(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """Code 0 outside shutdown is a crash like any other, and it comes again."""
    workshop.write_function(OBEDIENT)
    workshop.write_extension("""
        register("INVOKE", "SHUTDOWN")
        next_event()
    """)

    async with workshop.sandbox() as sandbox:
        results = [await sandbox.invoke(b'{"do": "sleep"}') for _ in range(2)]

    assert [error_of(result)["errorType"] for result in results] == ["Extension.Crash"] * 2
    assert error_of(results[0])["errorMessage"].endswith("Error: exit code 0")


@pytest.mark.parametrize(
    ("content", "mode", "error_type"),
    [
        ("do not run me", 0o644, "PermissionDenied"),
        ("#!/no/such/interpreter\n", 0o755, "UnknownError"),
    ],
)
async def test_an_entry_that_cannot_be_executed(
    workshop: Workshop, leftovers: Leftovers, content: str, mode: int, error_type: str
) -> None:
    """Every entry of extensions/ is started; one that cannot be fails the function."""
    workshop.write_function(OBEDIENT)
    stray = workshop.layer / "extensions" / "README.md"
    stray.write_text(content)
    stray.chmod(mode)

    async with workshop.sandbox() as sandbox:
        result = await sandbox.invoke()

    assert error_of(result)["errorType"] == "Extension.LaunchError"
    log = workshop.log()
    line = f"EXTENSION\tName: README.md\tState: LaunchError\tEvents: []\tError Type: {error_type}"
    assert [line, line] == [text for text in log if text.startswith("EXTENSION")]
    inits = [text for text in log if text.startswith("INIT_REPORT")]
    assert [text.split("Phase: ")[1].split("\t")[0] for text in inits] == ["init", "invoke"]


async def test_a_module_that_cannot_be_imported(workshop: Workshop, leftovers: Leftovers) -> None:
    """The init fails twice; the caller gets what the runtime reported."""
    async with workshop.sandbox(handler="nowhere.handler") as sandbox:
        result = await sandbox.invoke()

    error = error_of(result)
    assert error["errorType"] == "Runtime.ImportModuleError"
    assert "Unable to import module 'nowhere'" in error["errorMessage"]
    reports = [text for text in workshop.log() if "Status: error" in text]
    assert [text.split()[0] for text in reports] == ["INIT_REPORT", "INIT_REPORT", "REPORT"]
    assert all(text.endswith("Error Type: Runtime.ImportModuleError") for text in reports)


async def test_an_init_that_fails_once(workshop: Workshop, leftovers: Leftovers) -> None:
    """The invocation that waited repeats it and succeeds, as a cold start without init duration."""
    workshop.write_function("""
        import os, tempfile
        flag = os.path.join(tempfile.gettempdir(), "seen")
        if not os.path.exists(flag):
            open(flag, "w").close()
            raise RuntimeError("not yet")

        def handler(event, context):
            return "now"
    """)

    async with workshop.sandbox() as sandbox:
        result = await sandbox.invoke()

    assert (result.status, result.payload, result.cold) == ("success", b'"now"', True)
    (report,) = [text for text in workshop.log() if text.startswith("REPORT")]
    assert "Init Duration" not in report


async def test_an_init_that_takes_too_long(workshop: Workshop, leftovers: Leftovers) -> None:
    """It is cut off after its own limit, then repeated under the function's timeout."""
    from reuse_sandbox import Limits

    workshop.write_function("import time; time.sleep(1000)")

    limits = Limits(init_s=200 * MS)
    async with workshop.sandbox(timeout_s=300 * MS, limits=limits) as sandbox:
        result = await sandbox.invoke()

    assert error_of(result)["errorType"] == "Sandbox.Timedout"
    inits = [text for text in workshop.log() if text.startswith("INIT_REPORT")]
    expected = [f"INIT_REPORT Init Duration: {limits.init_s * 1000:.2f} ms", "Phase: init"]
    assert len(inits) == 2
    assert (expected[1], "Status: timeout") == tuple(inits[0].split("\t")[1:])


async def test_a_death_while_idle_is_found_by_the_next_invocation(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """Somebody kills a frozen runtime: the next caller gets the error, the one after is served."""
    import os
    import signal

    workshop.write_function("""
        import os
        def handler(event, context):
            return os.getpid()
    """)

    async with workshop.sandbox() as sandbox:
        first = await sandbox.invoke()
        os.kill(int(first.payload), signal.SIGKILL)
        second = await sandbox.invoke()
        third = await sandbox.invoke()

    assert error_of(second)["errorType"] == "Runtime.ExitError"
    assert third.status == "success"
    assert first.payload != third.payload
    assert len({result.container_id for result in (first, second, third)}) == 1
