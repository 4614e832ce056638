"""Managed instances: several invocations at once in a container, which breaks as a whole."""

import asyncio
import json
import os
from collections import Counter

import pytest
from reuse_sandbox import ConfigError, InitFailed, TooManyRequests
from reuse_sandbox.life import actions
from reuse_sandbox.life.agents import Refused

from tests.conftest import MS
from tests.sandbox.busy import release
from tests.sandbox.leftovers import Leftovers
from tests.sandbox.life import InvokeRequest, Life, State, events, kinds, names
from tests.sandbox.patience import eventually
from tests.sandbox.workshop import Workshop

MANAGED = {"init_type": "lambda-managed-instances", "log_format": "JSON"}


def serving(*extensions: str, slots: int = 3) -> Life:
    """A container that serves, 100 ms after it began."""
    life = Life(*extensions, **MANAGED, max_concurrency=slots)
    life.has(events.InitWanted())
    for name in extensions:
        life.registers(name, "SHUTDOWN")
        life.extension_next(name)
    life.after(100).runtime_next()
    assert life.state is State.READY
    return life


class TestLife:
    """As the tables have it."""

    def test_init(self) -> None:
        """The runtime's part is reported when it is over; then there is room for so many."""
        life = Life("watch", **MANAGED, max_concurrency=2)
        life.has(events.InitWanted())
        life.registers("watch", "SHUTDOWN")
        assert names(life.runtime_next()) == ["initRuntimeDone"]
        done = life.extension_next("watch")
        assert kinds(done) == ["extension", "initReport"]
        assert names(done)[-2:] == ["Idle", "Idle"]
        assert "Freeze" not in names(life.done)

    def test_two_at_once(self) -> None:
        """Each has its start, its answer and its report, whatever the order."""
        life = serving()
        one, two = InvokeRequest(b"1"), InvokeRequest(b"2")
        assert names(life.has(events.InvokeWanted(one))) == ["start", "ReleaseEvent", "SetTimer"]
        life.after(10).has(events.InvokeWanted(two))
        done = life.after(20).responds(two)
        assert names(done) == ["Answer", "report", "SetTimer", "Finished", "Idle"]
        life.after(30).responds(one, error_type="Function.Oops")

        reports = life.emitted("platform.report")
        assert [report["requestId"] for report in reports] == [two.id, one.id]
        assert [report["metrics"] for report in reports] == [
            {"durationMs": 20.0},
            {"durationMs": 60.0},
        ]
        assert [report["status"] for report in reports] == ["success", "error"]
        assert [span["name"] for span in reports[0]["spans"]] == [
            "responseLatency",
            "responseDuration",
        ]
        assert not life.emitted("platform.runtimeDone")
        assert not any(answer.cold for answer in life.answers())

    def test_a_timeout_is_the_callers_alone(self) -> None:
        """The other goes on; an answer that comes too late is refused."""
        life = serving()
        one, two = InvokeRequest(b"1"), InvokeRequest(b"2")
        life.has(events.InvokeWanted(one))
        life.after(1000).has(events.InvokeWanted(two))
        done = life.time_up()
        assert names(done) == ["LogLine", "Answer", "report", "SetTimer", "Finished", "Idle"]
        (report,) = life.emitted("platform.report")
        assert (report["status"], report["errorType"]) == ("timeout", "Sandbox.Timedout")
        assert report["metrics"] == {"durationMs": 3000.0}
        with pytest.raises(Refused, match="Invalid request ID"):
            life.responds(one)
        life.responds(two)
        assert life.state is State.READY

    def test_a_timer_that_is_early_is_set_again(self) -> None:
        """Event loops count whole milliseconds; the invocation times out all the same."""
        life = serving()
        life.has(events.InvokeWanted(InvokeRequest(b"1")))

        (again,) = life.after(2999.6).has(events.TimeUp())

        assert isinstance(again, actions.SetTimer)
        assert "Answer" in names(life.time_up())

    @pytest.mark.parametrize("agent", ["runtime", "extension-watch"])
    def test_a_process_that_ends(self, agent: str) -> None:
        """All that was served fails; the container ends, and says why."""
        life = serving("watch")
        requests = [InvokeRequest(b"1"), InvokeRequest(b"2")]
        for request in requests:
            life.has(events.InvokeWanted(request))
        life.exits(agent, "exit status 3")
        for other in ("runtime", "extension-watch"):
            if other != agent:
                life.exits(other)
                life.has(events.TelemetryDelivered())

        assert [answer.status for answer in life.answers()] == ["error", "error"]
        assert len(life.emitted("platform.report")) == 2
        assert "exit status 3" in life.done[-1].reason
        assert names(life.done)[-1] == "Ended"

    def test_an_init_that_fails(self) -> None:
        """It is not tried again."""
        life = Life(**MANAGED)
        life.has(events.InitWanted())
        life.has(events.RuntimeInitFailed("Runtime.ImportModuleError", b'{"errorType": "X"}'))
        life.exits("runtime", "exit status 1")
        (report,) = life.emitted("platform.initReport")
        assert (report["status"], report["errorType"]) == ("error", "Runtime.ImportModuleError")
        assert life.done[-1].reason == '{"errorType": "X"}'
        assert life.state is State.DOWN

    def test_the_end(self) -> None:
        """What is served fails; extensions get SHUTDOWN."""
        life = serving("watch")
        life.has(events.InvokeWanted(InvokeRequest(b"1")))
        life.has(events.ShutdownWanted("spindown"))
        assert names(life.exits("runtime")) == ["AwaitDelivery", "SetTimer"]
        assert "ReleaseShutdown" in names(life.has(events.TelemetryDelivered()))
        life.extension_exits("watch")
        assert [answer.status for answer in life.answers()] == ["failure"]

    def test_the_end_does_not_wait_for_ever(self) -> None:
        """A listener that takes nothing is told SHUTDOWN after a second."""
        life = serving("watch")
        life.has(events.ShutdownWanted("spindown"))
        life.exits("runtime")
        assert "ReleaseShutdown" in names(life.time_up())

    def test_nobody_is_told_of_invocations(self) -> None:
        """An extension that asks for INVOKE is refused, an internal one for anything."""
        life = Life("watch", **MANAGED)
        life.has(events.InitWanted())
        with pytest.raises(Refused, match="INVOKE: ErrorInvalidEventType"):
            life.registers("watch", "INVOKE")
        life.registers("watch", "SHUTDOWN")
        with pytest.raises(Refused, match="SHUTDOWN: ShutdownEventNotSupportedForInternal"):
            life.registers("inner", "SHUTDOWN")


WORKING = """
    import os, time
    def handler(event, context):
        deadline = time.monotonic() + 20
        open(event["here"] + "." + context.aws_request_id, "w").close()
        while not os.path.exists(event["until"]):
            assert time.monotonic() < deadline
            time.sleep(0.002)
        if event.get("exit"):
            os.kill(os.getppid(), 9)
            time.sleep(20)
        return os.getpid()
"""


def working(workshop: Workshop, **more: object) -> bytes:
    """An event that says when it has arrived, and waits for the file `go`."""
    here, until = str(workshop.records / "here"), str(workshop.records / "go")
    return json.dumps({"here": here, "until": until, **more}).encode()


def arrived(workshop: Workshop) -> int:
    """How many events have reached the function."""
    return sum(name.startswith("here.") for name in os.listdir(workshop.records))


async def test_the_real_runtime_client(workshop: Workshop, leftovers: Leftovers) -> None:
    """Its workers serve at the same time in one container; a fifth caller is turned away."""
    workshop.write_function(WORKING)
    workshop.write_extension("""
        register("SHUTDOWN")
        subscribe("platform", schema="2022-12-13", timeoutMs=25)
        subscribe("platform", schema="2025-01-29", timeoutMs=25)
        loop()
    """)
    settings = {**MANAGED, "max_concurrency": 2, "concurrency": 2}
    async with workshop.sandbox(**settings) as sandbox:
        assert sandbox.idle == 4
        calls = [asyncio.create_task(sandbox.invoke(working(workshop))) for _ in range(4)]
        await eventually(lambda: arrived(workshop) == 4)
        with pytest.raises(TooManyRequests):
            await sandbox.invoke(working(workshop))
        release(workshop, "go")
        results = await asyncio.gather(*calls)
        await eventually(lambda: sandbox.idle == 4)

    assert {result.status for result in results} == {"success"}
    assert len({result.payload for result in results}) == 4
    assert sorted(Counter(result.container_id for result in results).values()) == [2, 2]
    statuses = [entry["status"] for entry in workshop.recorded() if entry["what"] == "subscribe"]
    assert sorted(statuses) == [200, 200, 400, 400]
    assert [event["eventType"] for event in workshop.events()] == ["SHUTDOWN", "SHUTDOWN"]
    reported = Counter(event["type"] for event in workshop.telemetry())
    assert (reported["platform.start"], reported["platform.report"]) == (4, 4)
    assert reported["platform.runtimeDone"] == 0


async def test_a_broken_one_is_replaced(workshop: Workshop, leftovers: Leftovers) -> None:
    """Both callers are told; the next one is served by another container."""
    workshop.write_function(WORKING)
    async with workshop.sandbox(**MANAGED, max_concurrency=2, concurrency=1) as sandbox:
        calls = [
            asyncio.create_task(sandbox.invoke(working(workshop, exit=True))) for _ in range(2)
        ]
        await eventually(lambda: arrived(workshop) == 2)
        release(workshop, "go")
        broken = await asyncio.gather(*calls)
        after = await sandbox.invoke(working(workshop), wait=True)

    assert {result.status for result in broken} == {"error"}
    assert b"Runtime.ExitError" in broken[0].payload
    assert after.status == "success"
    assert after.container_id != broken[0].container_id


async def test_no_container_can_be_had(workshop: Workshop, leftovers: Leftovers) -> None:
    """The sandbox does not open, and says why."""
    workshop.write_function("raise ValueError('no')")
    with pytest.raises(InitFailed, match="No container could be initialised: "):
        async with workshop.sandbox(**MANAGED, concurrency=2):
            pass


async def test_a_timeout_does_not_end_the_container(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """The caller is told; the code goes on, and its late answer does no harm."""
    workshop.write_function(WORKING)
    async with workshop.sandbox(**MANAGED, timeout_s=100 * MS, concurrency=1) as sandbox:
        result = await sandbox.invoke(working(workshop))
        release(workshop, "go")
        after = await sandbox.invoke(working(workshop))

    assert (result.status, after.status) == ("timeout", "success")
    assert result.container_id == after.container_id


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"max_concurrency": 2}, "Only managed instances"),
        ({"max_concurrency": 0}, "cannot serve 0 invocations"),
        ({"init_type": "lambda-managed-instances"}, "log in JSON"),
        ({**MANAGED, "tenant_isolation": True}, "isolate no tenants"),
    ],
)
def test_what_cannot_be(workshop: Workshop, settings: dict[str, object], sentence: str) -> None:
    """One sentence."""
    with pytest.raises(ConfigError, match=sentence):
        workshop.config(**settings)
