"""Timeouts, crashes and failed inits: each counted once, whoever reports them and when."""

import pytest

from tests import platform_events as pe
from tests.core.play import START_MS, Played
from tests.core.test_container import begun, containers, serve, served

MANAGED = {"AWS_LAMBDA_INITIALIZATION_TYPE": "lambda-managed-instances"}
COUNTS = {"timeout": "timeouts", "failure": "errors"}


def init(at_ms: int, duration_ms: int, phase: str = "invoke", status: str = "success") -> list:
    begin_ms = START_MS + at_ms
    return [
        pe.init_start(begin_ms, phase=phase),
        pe.init_report(begin_ms + duration_ms, duration_ms, phase=phase, status=status),
    ]


def cut_off(reason: str, *reported: dict) -> Played:
    """A container whose second invocation was ended by SHUTDOWN, `reported` before it."""
    played = begun()
    serve(played, 200, "one")
    played.step({"at_ms": 1_000, "invoke": "two"})
    played.step({"at_ms": 1_010, "batch": [pe.start(START_MS + 1_000, "two"), *reported]})
    played.step({"at_ms": 4_010, "shutdown": reason})
    return played


def reset(played: Played, at_ms: int, *reported: dict) -> None:
    played.step({"at_ms": at_ms, "restart": True})
    if reported:
        played.step({"at_ms": at_ms + 100, "batch": list(reported)})


def totals(played: Played, *names: str) -> list[int]:
    return [containers(played)[-1]["total"][name] for name in names]


@pytest.mark.parametrize("reason", COUNTS)
def test_shutdown_alone_is_enough(reason):
    """The invocation that ran has failed, though no runtimeDone and no report says so."""
    played = cut_off(reason)
    assert not played.container.is_settled
    played.take(played.container.finish(START_MS + 4_260))

    last = containers(played)[-1]
    assert (last[COUNTS[reason]], last["end"], last["resets"]) == (1, reason, 1)
    assert sum(last["total"][name] for name in COUNTS.values()) == 1


def test_what_no_record_had_when_the_process_was_killed_counts_in_the_next():
    """Whatever the killed one knew of it: its lines say nothing, so its end has to."""
    played = begun()
    played.step({"at_ms": 200, "invoke": "one"})
    played.step({"at_ms": 210, "batch": [pe.start(START_MS + 200, "one")]})
    played.step({"at_ms": 220, "restart": True})
    done = pe.runtime_done(START_MS + 3_200, "one", 3_000, "timeout")
    played.step({"at_ms": 5_000, "batch": [done, *init(4_000, 300)]})
    serve(played, 5_100, "two")
    played.step({"at_ms": 6_000, "shutdown": "spindown"})

    assert totals(played, "invocations", "timeouts", "resets") == [2, 1, 1]


def test_what_another_container_left_says_nothing_of_this_one():
    """Its first invocation waited for its own init, and was invoked before the platform said so."""
    played = begun()
    serve(played, 200, "one")
    played.step({"at_ms": 1_000, "restart": True})
    played.step({"at_ms": 1_100, "invoke": "two"})
    own = {"instanceId": pe.INSTANCE[:-4] + "beef"}
    begin_ms = START_MS + 700
    events = [pe.init_start(begin_ms, **own), pe.init_report(begin_ms + 300, 300)]
    played.step({"at_ms": 1_110, "batch": [*events, pe.start(START_MS + 1_000, "two")]})
    played.step({"at_ms": 2_000, "shutdown": "spindown"})
    played.take(played.container.finish(START_MS + 3_000))

    last = containers(played)[-1]
    assert last["total"]["invocations"] == 1
    assert (last["container_id"], last["cold_start_kind"]) == (own["instanceId"], "on-demand")
    assert last.get("resets") is None


@pytest.mark.parametrize("reason", COUNTS)
@pytest.mark.parametrize("tells", ["runtimeDone", "report"])
def test_and_who_says_it_later_adds_nothing(reason, tells):
    """Before the process has ended, and to the next one."""
    status = "timeout" if reason == "timeout" else "error"
    done = pe.runtime_done(START_MS + 4_000, "two", 3_000, status)
    report = pe.report(START_MS + 4_001, "two", 3_000, status)
    played = cut_off(reason, *([done] if tells == "runtimeDone" else []))
    reset(played, 9_000, done, report, report, *init(9_000, 90))
    serve(played, 9_200, "three")
    played.step({"at_ms": 12_000, "shutdown": "spindown"})

    assert totals(played, "invocations", COUNTS[reason], "resets") == [3, 1, 1]
    assert sum(totals(played, "errors", "timeouts")) == 1


def test_a_reset_container_that_times_out_again():
    """Once each time."""
    played = cut_off("timeout")
    for i in range(3):
        at_ms = 10_000 * (i + 1)
        reset(played, at_ms, *init(at_ms, 90))
        played.step({"at_ms": at_ms + 200, "invoke": f"again-{i}"})
        played.step({"at_ms": at_ms + 3_200, "shutdown": "timeout"})
    played.take(played.container.finish(START_MS + 33_500))

    assert totals(played, "invocations", "timeouts", "resets", "cold_starts") == [5, 4, 4, 4]


def test_what_was_reported_whole_has_not_failed():
    """A process that dies while nothing is asked of it fails the next invocation, not the last."""
    played = begun()
    serve(played, 200, "one")
    played.step({"at_ms": 5_000, "shutdown": "failure"})

    assert totals(played, "errors", "resets") == [0, 1]
    assert "failed_inits" not in containers(played)[-1]


def test_without_telemetry_the_last_invocation_is_the_one():
    """SHUTDOWN is all there is to go by."""
    played = Played({"environment": {}, "subscription": 202})
    played.step({"at_ms": 200, "invoke": "one"})
    played.step({"at_ms": 3_200, "shutdown": "timeout"})

    assert totals(played, "invocations", "timeouts", "resets") == [1, 1, 1]


@pytest.mark.parametrize(
    ("reported", "failed"),
    [
        ([], 1),
        (init(0, 90, "init")[:1], 1),
        (init(0, 90, "init", "error"), 1),
        (init(0, 90, "init", "timeout"), 1),
        (init(0, 90, "init"), None),
    ],
)
def test_a_failure_without_an_invocation_is_a_failed_init(reported, failed):
    """Unless the platform has reported that the init went well."""
    played = Played({"environment": {}, "subscription": 200})
    if reported:
        played.step({"at_ms": 95, "batch": reported})
    played.step({"at_ms": 100, "shutdown": "failure"})
    if played.container.state == "resetting":
        played.take(played.container.finish(START_MS + 350))

    (record,) = containers(played)
    assert record.get("failed_inits") == failed
    assert record["total"]["invocations"] == 0


def test_a_failed_init_of_a_managed_instance():
    """It is replaced and not reset, and has failed all the same."""
    played = Played({"environment": MANAGED, "subscription": 200})
    played.step({"at_ms": 100, "shutdown": "failure"})
    played.take(played.container.finish(START_MS + 350))

    (record,) = containers(played)
    assert (record["failed_inits"], record["UnusedInits"]) == (1, 1)


def test_its_own_id_wins_as_soon_as_it_is_known():
    """A failure that was too fast for telemetry made a record under a made id."""
    played = Played({"environment": {}, "subscription": 200})
    played.step({"at_ms": 30, "shutdown": "failure"})
    reset(played, 200, *init(0, 20, "init", "error"))
    played.step({"at_ms": 310, "batch": init(200, 100)})
    serve(played, 310, "one")
    played.step({"at_ms": 900, "shutdown": "spindown"})

    ids = [record["container_id"] for record in containers(played)]
    assert ids[0] == "0123456789abcdef" * 2
    assert set(ids[1:]) == {pe.INSTANCE}
    assert [r["sequence"] for r in containers(played)] == list(range(1, len(ids) + 1))


def test_an_invocation_that_failed_with_its_init_was_a_cold_start():
    """It had no INVOKE; here the next process learns of it, and serves for long after."""
    played = begun()
    serve(played, 200, "one")
    played.step({"at_ms": 900, "invoke": "two"})
    played.step({"at_ms": 3_900, "shutdown": "timeout"})
    reset(played, 5_000)
    played.step({"at_ms": 5_100, "shutdown": "failure"})
    begin_ms = START_MS + 5_090
    failed = [pe.start(begin_ms, "three"), pe.runtime_done(begin_ms, "three", 90, "error")]
    reset(played, 9_000, *init(5_000, 90, status="error"), *failed, *init(9_000, 90))
    serve(played, 9_100, "four")
    serve(played, 69_100, "five")

    assert totals(played, "invocations", "cold_starts", "errors") == [4, 3, 1]


def test_one_that_failed_at_start_while_idle_was_none():
    """Its container was warm, only no longer alive."""
    played = begun()
    serve(played, 200, "one")
    begin_ms = START_MS + 60_000
    failed = [pe.start(begin_ms, "two"), pe.runtime_done(begin_ms, "two", 0, "error")]
    played.step({"at_ms": 60_010, "batch": failed})
    played.step({"at_ms": 60_010, "shutdown": "failure"})
    reset(played, 70_000, pe.report(begin_ms + 1, "two", 0, "error"), *init(70_000, 90))
    serve(played, 70_100, "three")
    played.step({"at_ms": 75_000, "shutdown": "spindown"})

    assert totals(played, "invocations", "cold_starts", "errors", "resets") == [3, 2, 1, 1]


@pytest.mark.parametrize(
    ("used_mb", "status", "more", "expected"),
    [
        (127, "error", {}, 0),
        (128, "error", {}, 1),
        (129, "error", {}, 1),
        (4000, "failure", {}, 1),
        (129, "success", {}, 0),
        (10, "error", {"errorType": "Runtime.OutOfMemory"}, 1),
    ],
)
def test_out_of_memory(used_mb, status, more, expected):
    """An error with all memory used or more, or of that type; 128 MB is the size."""
    played = begun()
    played.step({"at_ms": 200, "invoke": "one"})
    report = pe.report(START_MS + 206, "one", 5, status, used_mb=used_mb, **more)
    played.step({"at_ms": 210, "batch": [*served(200, "one")[:1], report]})
    played.step({"at_ms": 900, "shutdown": "spindown"})

    assert totals(played, "out_of_memory") == [expected]


def test_memory_that_only_the_next_process_learns_of():
    """SHUTDOWN said that it failed, the report says why."""
    played = cut_off("failure")
    reset(played, 9_000, pe.report(START_MS + 4_001, "two", 3_000, "error", used_mb=130))
    played.step({"at_ms": 9_900, "shutdown": "spindown"})

    assert totals(played, "errors", "out_of_memory") == [1, 1]


def test_an_unreadable_batch_before_all_else():
    """It happened now, and the container began when the platform says."""
    played = Played({"environment": MANAGED, "subscription": 200})
    played.step({"at_ms": 50, "body": "not json"})
    played.step({"at_ms": 62_000, "tick": True})
    played.step({"at_ms": 62_100, "batch": init(0, 90, "init")})
    played.step({"at_ms": 130_000, "shutdown": "spindown"})

    first, last = containers(played)[0], containers(played)[-1]
    assert (first["dropped"], first["to_ms"]) == (1, START_MS + 50)
    assert last["container_started_ms"] == START_MS
    assert last["ContainerAge"] == 130


def test_what_failed_in_an_earlier_process_explains_no_later_reset():
    """Its report comes to this one, whose own failure is still to be explained."""
    played = Played({"environment": {}, "subscription": 200})
    played.step({"at_ms": 100, "batch": init(0, 90, "init", "error")})
    played.step({"at_ms": 100, "shutdown": "failure"})
    reset(played, 200)
    begin_ms = START_MS + 290
    failed = [pe.start(begin_ms, "one"), pe.runtime_done(begin_ms, "one", 90, "error")]
    played.step({"at_ms": 300, "shutdown": "failure"})
    played.step({"at_ms": 310, "batch": [*init(200, 90, status="error"), *failed]})
    assert played.container.state == "reset"

    reset(played, 1_000, pe.report(begin_ms + 1, "one", 91, "error"), *init(1_000, 90)[:1])
    played.step({"at_ms": 3_000, "shutdown": "failure"})

    assert not played.container.is_settled


def test_an_invocation_is_reported_whole_and_its_failed_init_to_a_later_process():
    """It failed with the init, so it was a cold start, whichever process can see that."""
    played = cut_off("timeout")
    played.take(played.container.finish(START_MS + 4_260))
    reset(
        played,
        5_000,
        pe.start(START_MS + 6_000, "failed"),
        pe.runtime_done(START_MS + 6_500, "failed", 500, "error"),
        pe.report(START_MS + 6_500, "failed", 500, "error"),
    )
    played.step({"at_ms": 7_000, "shutdown": "failure"})
    before = totals(played, "invocations", "cold_starts")

    reset(played, 7_300, *init(5_000, 1_000, status="error"))
    played.step({"at_ms": 8_000, "shutdown": "spindown"})

    assert totals(played, "invocations", "cold_starts") == [before[0], before[1] + 1]
