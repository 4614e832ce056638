"""The end of real processes: the runtime before the extensions, and never more than the budget."""

import time

from reuse_sandbox import Limits

from tests.conftest import MS
from tests.sandbox.leftovers import Leftovers, running
from tests.sandbox.workshop import Workshop

# AWS's client polls in a thread from Python 3.12 on, so that signal handlers run while it waits;
# it goes by AWS_EXECUTION_ENV, whatever Python really runs it.
POLLS_IN_A_THREAD = "python3.13"

NOTES_SIGTERM = """
    import json, os, signal, sys, time

    def terminated(number, frame):
        with open(os.path.join(os.environ["RECORDS"], "runtime.jsonl"), "a") as notes:
            notes.write(json.dumps({"what": "SIGTERM", "at": time.monotonic()}) + "\\n")
        os._exit(0)

    signal.signal(signal.SIGTERM, terminated)

    def handler(event, context):
        return os.getpid()
"""


async def test_the_runtime_is_terminated_before_extensions_are_told(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """SIGTERM reaches the function first; SHUTDOWN follows when its process has gone."""
    workshop.write_function(NOTES_SIGTERM)
    workshop.write_extension('register("INVOKE", "SHUTDOWN")\nloop()\n')

    async with workshop.sandbox(runtime=POLLS_IN_A_THREAD) as sandbox:
        await sandbox.invoke()

    (terminated,) = workshop.recorded("runtime")
    emitted = workshop.recorded()[-1]
    assert (emitted["event"]["eventType"], emitted["event"]["shutdownReason"]) == (
        "SHUTDOWN",
        "spindown",
    )
    assert terminated["at"] < emitted["at"]


async def test_a_runtime_that_will_not_go_is_killed(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """It has its share of the budget; then the extension still gets SHUTDOWN."""
    workshop.write_function("""
        import os, signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

        def handler(event, context):
            return os.getpid()
    """)
    workshop.write_extension('register("INVOKE", "SHUTDOWN")\nloop()\n')

    limits = Limits(shutdown_ms=int(1000 * MS * 1000))
    async with workshop.sandbox(limits=limits) as sandbox:
        pid = int((await sandbox.invoke()).payload)

    assert not running(pid)
    assert workshop.events()[-1]["eventType"] == "SHUTDOWN"


async def test_an_extension_that_will_not_go_is_killed(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """At the deadline it was told it is ended, wherever it stands."""
    workshop.write_function("def handler(event, context): return 1")
    workshop.write_extension("""
        register("INVOKE", "SHUTDOWN")
        loop()
        time.sleep(1000)
    """)

    limits = Limits(shutdown_ms=int(300 * MS * 1000))
    async with workshop.sandbox(limits=limits) as sandbox:
        await sandbox.invoke()

    emitted = workshop.events()[-1]
    assert emitted["eventType"] == "SHUTDOWN"
    assert emitted["deadlineMs"] <= time.time() * 1000
    assert not running(workshop.recorded()[0]["pid"])


async def test_an_extension_that_did_not_ask_is_not_told(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """Who registered for INVOKE alone is killed without a word."""
    workshop.write_function("def handler(event, context): return 1")
    workshop.write_extension('register("INVOKE")\nloop()\n')

    async with workshop.sandbox() as sandbox:
        await sandbox.invoke()

    assert [event["eventType"] for event in workshop.events()] == ["INVOKE"]


async def test_the_last_report_arrives_during_shutdown(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """However long the buffering's timeout, what is left is delivered before the end."""
    workshop.write_function("def handler(event, context): return 1")
    workshop.write_extension("""
        register("INVOKE", "SHUTDOWN")
        subscribe("platform", "function", timeoutMs=30000)
        loop()
        time.sleep(0.1)
    """)

    async with workshop.sandbox() as sandbox:
        result = await sandbox.invoke()

    last = workshop.telemetry()[-1]
    assert last["type"] == "platform.report"
    assert result.request_id == last["record"]["requestId"]
