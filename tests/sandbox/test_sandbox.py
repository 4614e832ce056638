"""The whole way: a real function under AWS's runtime client, with real extensions beside it."""

import json

from tests.sandbox.leftovers import Leftovers
from tests.sandbox.workshop import Workshop

COUNTING = """
    count = 0

    def handler(event, context):
        global count
        count += 1
        print("invocation", count)
        return {"count": count, "event": event, "request_id": context.aws_request_id}
"""

RECORDING = """
    register("INVOKE", "SHUTDOWN")
    subscribe("platform", timeoutMs=25)
    loop()
"""


async def test_invocations_are_served_by_one_container(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """Invocations one after another are served by the same process, which keeps its state."""
    workshop.write_function(COUNTING)

    async with workshop.sandbox() as sandbox:
        results = [await sandbox.invoke(b'{"n": %d}' % n) for n in range(3)]

    expected = [
        {"count": n + 1, "event": {"n": n}, "request_id": results[n].request_id} for n in range(3)
    ]
    assert expected == [json.loads(result.payload) for result in results]
    assert len({result.container_id for result in results}) == 1
    assert [result.cold for result in results] == [True, False, False]


async def test_an_extension_sees_the_whole_life(workshop: Workshop, leftovers: Leftovers) -> None:
    """An extension gets INVOKE for each invocation and SHUTDOWN with its reason at the end."""
    workshop.write_function(COUNTING)
    workshop.write_extension(RECORDING)

    async with workshop.sandbox() as sandbox:
        results = [await sandbox.invoke() for _ in range(2)]

    events = workshop.events()
    assert [event["eventType"] for event in events] == ["INVOKE", "INVOKE", "SHUTDOWN"]
    assert [r.request_id for r in results] == [event["requestId"] for event in events[:2]]
    assert events[2]["shutdownReason"] == "spindown"
    kinds = [event["type"] for event in workshop.telemetry()]
    invocation = ["platform.start", "platform.runtimeDone", "platform.report"]
    init = [
        "platform.initStart",
        "platform.telemetrySubscription",
        "platform.initRuntimeDone",
        "platform.extension",
        "platform.initReport",
    ]
    assert [*init, *invocation, *invocation] == kinds
