"""The life of a container, as tables: what must be done, in which order, with which records."""

from typing import Any

import pytest
from reuse_sandbox.life import actions, events

from tests.sandbox.life import (
    RUNTIME_PROCESS,
    STREAM,
    InvokeRequest,
    Life,
    State,
    kinds,
    names,
    ready,
)

REQUEST = InvokeRequest(b"{}", "request-1")
OTHER = InvokeRequest(b"{}", "request-2")
BOTH = ("INVOKE", "SHUTDOWN")


class TestInit:
    def test_steps_wait_for_each_other(self) -> None:
        """Extensions first, then the runtime, then everyone's first next; the report is last."""
        life = Life("a", "b")

        steps = [
            names(life.invoked(REQUEST)),
            names(life.registers("a", *BOTH)),
            names(life.extension_next("a")),
            names(life.registers("b", *BOTH)),
            names(life.runtime_next()),
            names(life.extension_next("b")),
        ]

        expected = [
            ["initStart", "SetTimer", "StartExtensions"],
            [],
            [],
            ["StartRuntime"],
            [],
            [
                "CloseSubscriptions",
                *("initRuntimeDone", "extension", "extension", "initReport", "HoldToShare"),
                *("start", "SetTimer", "ReleaseInvoke", "ReleaseEvent"),
            ],
        ]
        assert expected == steps

    def test_without_extensions_the_runtime_starts_at_once(self) -> None:
        """Nothing is waited for that is not there."""
        life = Life()

        assert names(life.has(events.InitWanted())) == ["initStart", "SetTimer", "StartRuntime"]
        assert State.STARTING is life.state

    @pytest.mark.parametrize(
        ("init_type", "held"), [("on-demand", 1), ("provisioned-concurrency", 0)]
    )
    def test_the_share_of_the_processor(self, init_type: Any, held: int) -> None:
        """Only the init phase on demand is not held to it; the repeated init is."""
        life = ready(init_type=init_type)
        assert names(life.done).count("HoldToShare") == held
        life.invoked(REQUEST)
        life.exits(RUNTIME_PROCESS, "exit status 1")
        life.invoked(OTHER)
        life.runtime_next()

        assert life.state is State.INVOKING
        assert names(life.done).count("HoldToShare") == held

    def test_records(self) -> None:
        """Init records carry the fields of the event schema reference."""
        life = Life("a", memory_mb=35)
        life.has(events.InitWanted())
        life.after(20).registers("a", "INVOKE")
        life.after(60).runtime_next()
        life.after(20.5).extension_next("a")

        start, done, extension, report = life.emitted()
        digest = life.function.runtime_version_arn
        assert {
            "initializationType": "on-demand",
            "phase": "init",
            "functionName": "orders",
            "functionVersion": "$LATEST",
            "instanceId": STREAM,
            "instanceMaxMemory": 134217728,
            "runtimeVersion": life.function.runtime_version,
            "runtimeVersionArn": digest,
        } == start
        common = {"initializationType": "on-demand", "phase": "init", "status": "success"}
        assert common == done
        assert extension == {"name": "a", "state": "Ready", "events": ["INVOKE"]}
        assert {**common, "metrics": {"durationMs": 100.5}} == report

    def test_an_internal_extension_is_waited_for_too(self) -> None:
        """Who registers from within the runtime must call next before the init is over."""
        life = Life()
        life.has(events.InitWanted())
        life.registers("inside", "INVOKE")

        assert names(life.runtime_next()) == []
        assert "initReport" in names(life.extension_next("inside"))

    def test_ahead_of_any_invocation_nobody_has_waited(self) -> None:
        """An init that nobody waited for is not reported with the first invocation."""
        life = ready()
        life.invoked(REQUEST)
        life.responds(REQUEST)
        life.runtime_next()

        (report,) = life.emitted("platform.report")
        assert "initDurationMs" not in report["metrics"]
        assert [answer.cold for answer in life.answers()] == [False]

    def test_an_invocation_may_come_while_it_goes_on(self) -> None:
        """A caller who comes during the init waits for the rest of it."""
        life = Life()
        life.has(events.InitWanted())
        life.invoked(REQUEST)

        assert "ReleaseEvent" in names(life.runtime_next())
        assert life.responds(REQUEST)[0] == life.answers()[0]
        assert [answer.cold for answer in life.answers()] == [True]

    def test_more_than_ten_extensions_cannot_be_launched(self) -> None:
        """The eleventh extension fails the init."""
        life = Life(*(f"e{n}" for n in range(11)))
        life.has(events.InitWanted())

        (report,) = life.emitted("platform.initReport")
        assert (report["status"], report["errorType"]) == ("error", "Extension.LaunchError")


class TestInvoke:
    def test_order(self) -> None:
        """start, the extensions, the runtime; the answer; runtimeDone; all ready; report."""
        life = ready("a")

        steps = [
            names(life.invoked(REQUEST)),
            names(life.responds(REQUEST)),
            names(life.runtime_next()),
            names(life.extension_next("a")),
        ]

        expected = [
            ["Thaw", "start", "SetTimer", "ReleaseInvoke", "ReleaseEvent"],
            ["Answer"],
            ["runtimeDone"],
            ["report", "Finished", "SetTimer", "Freeze", "Idle"],
        ]
        assert expected == steps

    def test_records(self) -> None:
        """Durations and spans lie between the calls that bound them."""
        life = ready("a")
        request = InvokeRequest(b"{}", "request-1", trace="Root=1-2-3;Sampled=1")
        life.after(1000).invoked(request)
        life.after(40).responds(request, b'"12345"')
        life.after(2).runtime_next()
        life.after(3.25).extension_next("a")

        start, done, report = life.emitted()[-3:]
        tracing = {"type": "X-Amzn-Trace-Id", "value": "Root=1-2-3;Sampled=1"}
        arn = "arn:aws:lambda:us-east-1:123456789012:function:orders"
        begun = {"requestId": "request-1", "functionArn": arn, "version": "$LATEST"}
        assert {**begun, "tracing": tracing} == start
        at = "2026-11-21T00:00:01"
        assert {
            "requestId": "request-1",
            "status": "success",
            "spans": [
                {"name": "responseLatency", "start": f"{at}.100Z", "durationMs": 40.0},
                {"name": "responseDuration", "start": f"{at}.140Z", "durationMs": 0.0},
                {"name": "runtimeOverhead", "start": f"{at}.140Z", "durationMs": 2.0},
            ],
            "metrics": {"durationMs": 42.0, "producedBytes": 7},
            "tracing": tracing,
        } == done
        assert {
            "requestId": "request-1",
            "status": "success",
            "metrics": {
                "durationMs": 45.25,
                "billedDurationMs": 46,
                "memorySizeMB": 128,
                "maxMemoryUsedMB": 35,
            },
            "spans": [{"name": "extensionOverhead", "start": f"{at}.142Z", "durationMs": 3.25}],
            "tracing": tracing,
        } == report

    def test_the_first_one_is_billed_its_init(self) -> None:
        """A caller who waited for an init finds its duration in the report, and pays for it."""
        life = Life()
        life.invoked(REQUEST)
        life.after(463.512).runtime_next()
        life.after(1233.96).responds(REQUEST)
        life.runtime_next()

        (report,) = life.emitted("platform.report")
        assert report["metrics"] == {
            "durationMs": 1233.96,
            "billedDurationMs": 1698,
            "memorySizeMB": 128,
            "maxMemoryUsedMB": 35,
            "initDurationMs": 463.512,
        }

    def test_only_invoke_subscribers_are_told_and_waited_for(self) -> None:
        """An extension that registered for SHUTDOWN alone takes no part."""
        life = ready("a", wanted=("SHUTDOWN",))

        assert "ReleaseInvoke" not in names(life.invoked(REQUEST))
        life.responds(REQUEST)
        assert kinds(life.runtime_next()) == ["runtimeDone", "report"]

    def test_an_extension_may_be_done_before_the_runtime(self) -> None:
        """The report then follows runtimeDone at once."""
        life = ready("a")
        life.invoked(REQUEST)

        assert names(life.extension_next("a")) == []
        life.responds(REQUEST)
        assert kinds(life.runtime_next()) == ["runtimeDone", "report"]

    def test_an_error_of_the_function_is_an_answer(self) -> None:
        """The caller gets it as an error; for the platform the invocation has succeeded."""
        life = ready()
        life.invoked(REQUEST)
        body = b'{"errorType":"KeyError"}'
        (answer,) = life.responds(REQUEST, body, "Runtime.Unknown")
        life.runtime_next()

        assert isinstance(answer, actions.Answer)
        assert ("error", body) == (answer.status, answer.payload)
        assert life.emitted("platform.runtimeDone")[0]["status"] == "success"

    def test_asking_again_gives_the_same_event_again(self) -> None:
        """A runtime that lost its answer may call next again before it responds."""
        life = ready()
        (*_, released) = life.invoked(REQUEST)

        assert [released] == life.runtime_next()


class TestEnd:
    def test_of_a_container_that_never_began(self) -> None:
        """Nothing is ended where nothing runs."""
        assert names(Life().has(events.ShutdownWanted("spindown"))) == ["Clear", "Ended"]

    def test_under_an_invocation(self) -> None:
        """The caller is told; processes still get their proper end."""
        life = ready("a")
        life.invoked(REQUEST)
        life.has(events.ShutdownWanted("spindown"))
        life.exits(RUNTIME_PROCESS)
        (reported,) = life.extension_next("a")
        last = life.extension_exits("a")

        assert isinstance(reported, actions.ReleaseShutdown)
        assert reported.reason == "spindown"
        assert [answer.status for answer in life.answers()] == ["failure"]
        assert names(last)[-1] == "Ended"
        assert State.DOWN is life.state

    def test_under_an_init_that_someone_waits_for(self) -> None:
        """He is told as well, once everything has ended."""
        life = Life()
        life.invoked(REQUEST)
        life.has(events.ShutdownWanted("spindown"))

        assert names(life.exits(RUNTIME_PROCESS)) == [
            "SetTimer",
            "Clear",
            "Answer",
            "Finished",
            "Ended",
        ]

    def test_during_a_reset_waits_for_it(self) -> None:
        """What is being ended is not ended twice."""
        life = ready("a")
        life.invoked(REQUEST)
        life.exits(RUNTIME_PROCESS)

        assert names(life.has(events.ShutdownWanted("spindown"))) == []
        assert names(life.extension_exits("a"))[-1] == "Ended"
