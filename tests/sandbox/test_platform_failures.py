"""What goes wrong in a container: timeouts, crashes, inits that fail, wrong calls."""

import json

import pytest
from reuse_sandbox.life import actions, events
from reuse_sandbox.life.agents import Refused

from tests.sandbox.life import (
    RUNTIME_PROCESS,
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


class TestTimeout:
    def test_resets_the_container(self) -> None:
        """The end of the runtime's work, the answer, SIGTERM, SHUTDOWN, and last the report."""
        life = ready("a", timeout_s=3)
        life.invoked(REQUEST)

        steps = [
            names(life.time_up()),
            names(life.exits(RUNTIME_PROCESS, "signal: terminated")),
            names(life.extension_next("a")),
            names(life.extension_exits("a")),
        ]

        expected = [
            [
                *("runtimeDone", "LogLine", "Answer", "CloseSubscriptions", "Flush"),
                *("Terminate", "SetTimer"),
            ],
            ["SetTimer"],
            ["ReleaseShutdown"],
            ["SetTimer", "Clear", "report", "Finished", "Idle"],
        ]
        assert expected == steps
        assert State.NEW is life.state

    def test_records_and_answer(self) -> None:
        """A timeout has no error type; its report shows the function's timeout exactly."""
        life = ready(timeout_s=3)
        life.invoked(REQUEST)
        life.after(1.3).time_up()
        life.exits(RUNTIME_PROCESS, "signal: killed")

        done, report = life.emitted()[-2:]
        assert done == {
            "requestId": "request-1",
            "status": "timeout",
            "metrics": {"durationMs": 3000.0, "producedBytes": 0},
        }
        assert (
            report["status"],
            report["metrics"]["durationMs"],
            report["metrics"]["billedDurationMs"],
        ) == ("timeout", 3000.0, 3000)
        (answer,) = life.answers()
        message = "RequestId: request-1 Error: Task timed out after 3.00 seconds"
        expected = {"errorType": "Sandbox.Timedout", "errorMessage": message}
        assert ("timeout", expected) == (answer.status, json.loads(answer.payload))

    def test_also_counts_what_extensions_do_afterwards(self) -> None:
        """An extension that does not come back is cut off; the caller has had the response."""
        life = ready("a", timeout_s=3)
        life.invoked(REQUEST)
        life.responds(REQUEST)
        life.runtime_next()

        assert "Answer" not in names(life.time_up())
        assert [answer.status for answer in life.answers()] == ["success"]
        assert len(life.emitted("platform.runtimeDone")) == 1
        life.exits(RUNTIME_PROCESS)
        life.extension_exits("a")
        assert [record["status"] for record in life.emitted("platform.report")] == ["timeout"]

    def test_the_next_invocation_repeats_the_init(self) -> None:
        """In the same container, in phase invoke, before start and within its duration."""
        life = ready(timeout_s=3)
        life.invoked(REQUEST)
        life.time_up()
        life.exits(RUNTIME_PROCESS, "signal: killed")
        reported = len(life.done)

        life.invoked(OTHER)
        life.after(80).runtime_next()
        life.after(20).responds(OTHER)
        life.runtime_next()

        again = life.done[reported:]
        expected = ["initStart", "initRuntimeDone", "initReport", "start", "runtimeDone", "report"]
        assert expected == kinds(again)
        first, second = life.emitted("platform.initStart")
        assert {**first, "phase": "invoke"} == second
        report = life.emitted("platform.report")[-1]
        assert report["metrics"]["durationMs"] == 100.0
        assert "initDurationMs" not in report["metrics"]
        assert life.emitted("platform.runtimeDone")[-1]["metrics"]["durationMs"] == 20.0

    def test_an_init_repeated_in_an_invocation_counts_against_it(self) -> None:
        """The function's timeout covers both; the init is reported as timed out, then the rest."""
        life = ready(timeout_s=3)
        life.invoked(REQUEST)
        life.time_up()
        life.exits(RUNTIME_PROCESS, "signal: killed")
        reported = len(life.done)

        life.invoked(OTHER)
        life.time_up()
        life.exits(RUNTIME_PROCESS, "signal: killed")

        expected = ["initStart", "initRuntimeDone", "initReport", "start", "runtimeDone", "report"]
        assert expected == kinds(life.done[reported:])
        assert life.emitted("platform.initReport")[-1]["status"] == "timeout"
        assert [answer.status for answer in life.answers()] == ["timeout", "timeout"]


class TestCrash:
    @pytest.mark.parametrize(
        ("outcome", "message"),
        [
            ("exit status 1", "Runtime exited with error: exit status 1"),
            ("signal: killed", "Runtime exited with error: signal: killed"),
            ("", "Runtime exited without providing a reason"),
        ],
    )
    def test_of_the_runtime(self, outcome: str, message: str) -> None:
        """Runtime.ExitError, whatever the code; extensions are told failure."""
        life = ready("a")
        life.invoked(REQUEST)
        life.exits(RUNTIME_PROCESS, outcome)
        (reported,) = life.extension_next("a")

        assert isinstance(reported, actions.ReleaseShutdown)
        assert reported.reason == "failure"
        (answer,) = life.answers()
        expected = {
            "errorType": "Runtime.ExitError",
            "errorMessage": f"RequestId: request-1 Error: {message}",
        }
        assert expected == json.loads(answer.payload)
        done = life.emitted("platform.runtimeDone")[0]
        assert (done["status"], done["errorType"]) == ("error", "Runtime.ExitError")

    @pytest.mark.parametrize(
        ("outcome", "message"), [("", "exit code 0"), ("exit status 3", "exit status 3")]
    )
    def test_of_an_extension(self, outcome: str, message: str) -> None:
        """Extension.Crash, even with code 0; the runtime is ended too."""
        life = ready("a")
        life.invoked(REQUEST)

        assert actions.Terminate(RUNTIME_PROCESS) in life.extension_exits("a", outcome)
        (answer,) = life.answers()
        expected = {
            "errorType": "Extension.Crash",
            "errorMessage": f"RequestId: request-1 Error: {message}",
        }
        assert expected == json.loads(answer.payload)

    def test_the_first_error_wins(self) -> None:
        """An extension that says why before it goes is remembered by what it said."""
        life = ready("a")
        life.invoked(REQUEST)
        life.has(events.ExtensionFailed("a", "exit", "Extension.Sorry"))
        life.extension_exits("a", "exit status 1")
        life.exits(RUNTIME_PROCESS, "signal: terminated")

        (report,) = life.emitted("platform.report")
        assert (report["status"], report["errorType"]) == ("error", "Extension.ExitError")
        assert b"Error: exit status 1" in life.answers()[0].payload

    def test_after_the_response_leaves_the_response(self) -> None:
        """The caller keeps what he got; the report has the failure."""
        life = ready()
        life.invoked(REQUEST)
        life.responds(REQUEST)
        life.exits(RUNTIME_PROCESS, "exit status 1")

        assert [answer.status for answer in life.answers()] == ["success"]
        assert [record["status"] for record in life.emitted("platform.report")] == ["error"]

    def test_while_idle_fails_the_next_invocation(self) -> None:
        """Nobody is there to be told before."""
        life = ready("a")

        assert names(life.extension_exits("a")) == []
        expected = [
            *("Thaw", "start", "runtimeDone", "LogLine", "LogLine", "Answer"),
            *("CloseSubscriptions", "Flush", "Terminate", "SetTimer"),
        ]
        assert expected == names(life.invoked(REQUEST))
        assert [answer.status for answer in life.answers()] == ["error"]

    def test_of_the_platform_s_log(self) -> None:
        """The log names request, error and type, as Lambda's does."""
        life = ready()
        life.invoked(REQUEST)
        life.exits(RUNTIME_PROCESS, "exit status 1")

        lines = [action.text for action in life.done if isinstance(action, actions.LogLine)]
        first = "RequestId: request-1 Error: Runtime exited with error: exit status 1"
        assert [first, "Runtime.ExitError"] == lines


class TestFailedInit:
    def test_is_tried_again_by_the_invocation_that_waited(self) -> None:
        """First reported as phase init, then as phase invoke; the second failure is the answer."""
        life = Life()
        life.invoked(REQUEST)
        body = b'{"errorType":"Runtime.ImportModuleError"}'
        failure = events.RuntimeInitFailed("Runtime.ImportModuleError", body)

        life.has(failure)
        again = names(life.exits(RUNTIME_PROCESS, "exit status 1"))
        life.has(failure)
        last = names(life.exits(RUNTIME_PROCESS, "exit status 1"))

        assert [
            *("initRuntimeDone", "initReport", "HoldToShare"),
            *("CloseSubscriptions", "Flush", "SetTimer", "Clear"),
            *("initStart", "SetTimer", "StartRuntime"),
        ] == again
        assert [
            *("initRuntimeDone", "initReport", "start", "runtimeDone", "Answer"),
            *("CloseSubscriptions", "Flush", "SetTimer", "Clear", "report", "Finished", "Idle"),
        ] == last
        reports = life.emitted("platform.initReport")
        assert [report["phase"] for report in reports] == ["init", "invoke"]
        assert {"Runtime.ImportModuleError"} == {report["errorType"] for report in reports}
        assert [body] == [answer.payload for answer in life.answers()]

    @pytest.mark.parametrize("outcome", ["", "exit status 1", "signal: killed"])
    def test_is_said_beside_the_answer_however_it_failed(self, outcome: str) -> None:
        """A runtime that exits at import, with code 0 too, has no function to invoke."""
        life = Life()
        life.invoked(REQUEST)
        life.exits(RUNTIME_PROCESS, outcome)
        life.exits(RUNTIME_PROCESS, outcome)

        assert [answer.init_failed for answer in life.answers()] == [True]

    def test_is_not_said_of_what_fails_later(self) -> None:
        """A crash of the idle runtime and one of the handler are no failed inits."""
        life = ready()
        life.exits(RUNTIME_PROCESS, "exit status 1")
        life.invoked(REQUEST)
        life.invoked(OTHER)
        life.runtime_next()
        life.exits(RUNTIME_PROCESS, "exit status 1")

        assert [answer.status for answer in life.answers()] == ["error", "error"]
        assert [answer.init_failed for answer in life.answers()] == [False, False]

    def test_before_the_runtime_was_started_reports_nothing_of_the_runtime(self) -> None:
        """There was no runtime that could be done."""
        life = Life("a")
        life.has(events.InitWanted())
        life.extension_exits("a", "exit status 1")

        assert life.emitted_kinds() == ["initStart", "extension", "initReport"]

    def test_an_extension_that_cannot_be_executed(self) -> None:
        """Extension.LaunchError, with the reason in platform.extension."""
        life = Life("readme", "a")
        life.has(events.InitWanted())
        failure = "fork/exec /opt/extensions/readme: permission denied"
        life.has(events.LaunchFailed("extension-readme", failure, permission_denied=True))

        readme, a = life.emitted("platform.extension")
        assert readme == {
            "name": "readme",
            "state": "LaunchError",
            "events": [],
            "errorType": "PermissionDenied",
        }
        assert a["state"] == "Started"
        assert life.emitted("platform.initReport")[0]["errorType"] == "Extension.LaunchError"

    def test_several_extensions_that_cannot_be_executed(self) -> None:
        """What was never started is not waited for."""
        life = Life("a", "b")
        life.has(events.InitWanted())
        life.has(events.LaunchFailed("extension-a", "exec format error"))

        assert "Idle" not in names(life.done)
        last = life.has(events.LaunchFailed("extension-b", "exec format error"))
        assert names(last) == ["SetTimer", "Clear", "Idle"]

    def test_takes_too_long(self) -> None:
        """The init phase has 10 s; what was waiting tries again under its own timeout."""
        life = Life(timeout_s=3)
        life.invoked(REQUEST)
        life.time_up()

        (report,) = life.emitted("platform.initReport")
        assert (report["status"], report["metrics"]["durationMs"]) == ("timeout", 10000.0)
        life.exits(RUNTIME_PROCESS, "signal: killed")
        life.after(50).runtime_next()
        life.responds(REQUEST)
        assert [answer.status for answer in life.answers()] == ["success"]

    def test_an_extension_that_reported_an_error_is_not_ready(self) -> None:
        """The init waits for its end rather than going on without it."""
        life = Life("a")
        life.has(events.InitWanted())
        life.registers("a", "INVOKE")
        life.has(events.ExtensionFailed("a", "init", "Extension.ConfigInvalid"))

        assert names(life.runtime_next()) == []
        life.extension_exits("a", "exit status 1")
        assert life.emitted("platform.initReport")[0]["errorType"] == "Extension.InitError"
        (extension,) = life.emitted("platform.extension")
        assert (
            extension["state"],
            extension["errorType"],
        ) == ("InitError", "Extension.ConfigInvalid")


class TestRefusals:
    def test_registration_after_the_init(self) -> None:
        """A name that has no process comes too late once the runtime is ready."""
        life = ready()

        with pytest.raises(Refused) as refusal:
            life.registers("late", "INVOKE")
        assert (
            refusal.value.status,
            refusal.value.error_type,
            refusal.value.message,
        ) == (403, "Extension.RegistrationClosed", "Extension registration closed already")

    def test_the_eleventh_extension(self) -> None:
        """Internal extensions count with the external ones."""
        life = Life(*(f"e{n}" for n in range(10)))
        life.has(events.InitWanted())

        with pytest.raises(Refused, match=r"Extension limit \(10\) reached"):
            life.registers("inside", "INVOKE")

    def test_a_response_to_another_request(self) -> None:
        """Only the invocation under way can be answered."""
        life = ready()
        life.invoked(REQUEST)

        with pytest.raises(Refused, match="Invalid request ID"):
            life.responds(OTHER)

    def test_a_second_response(self) -> None:
        """The first one stands."""
        life = ready()
        life.invoked(REQUEST)
        life.responds(REQUEST)

        with pytest.raises(Refused, match="from ResponseSent to InvocationResponse failed"):
            life.responds(REQUEST)
        assert len(life.answers()) == 1

    def test_a_refusal_changes_nothing(self) -> None:
        """A registered extension that registers again stays as it was."""
        life = Life("a")
        life.has(events.InitWanted())
        life.registers("a", "INVOKE")

        with pytest.raises(Refused, match="from Registered to Registered failed for extension a"):
            life.registers("a")
        assert "ReleaseInvoke" not in names(life.runtime_next())
        life.extension_next("a")
        assert [e["events"] for e in life.emitted("platform.extension")] == [["INVOKE"]]
