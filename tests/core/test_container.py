"""Rules of a container's life that no fixture of a whole life shows."""

import json

import pytest
from reuse_extension.core import lifecycle as life
from reuse_extension.core.container import RESET_WAIT_MS
from reuse_extension.core.events import parse_next
from reuse_extension.core.inits import InitLedger
from reuse_extension.core.invocations import MAX_REMEMBERED

from tests import platform_events as pe
from tests.core.play import START_MS, Played

FULL = {"environment": {}, "subscription": 200}


def served(at_ms: int, request_id: str, duration_ms: float = 5.0) -> list[dict]:
    at_ms += START_MS
    end_ms = at_ms + int(duration_ms)
    return [
        pe.start(at_ms, request_id),
        pe.runtime_done(end_ms, request_id, duration_ms),
        pe.report(end_ms + 1, request_id, duration_ms),
    ]


def begun(environment: dict | None = None) -> Played:
    """A container whose init is over."""
    played = Played({"environment": environment or {}, "subscription": 200})
    played.step(
        {"at_ms": 100, "batch": [pe.init_start(START_MS), pe.init_report(START_MS + 90, 90)]}
    )
    return played


def serve(played: Played, at_ms: int, request_id: str, duration_ms: float = 5.0) -> None:
    played.step({"at_ms": at_ms, "invoke": request_id})
    reported = served(at_ms, request_id, duration_ms)
    played.step({"at_ms": at_ms + 5 + int(duration_ms), "batch": reported})


def containers(played: Played) -> list[dict]:
    return [line for line in map(json.loads, played.lines()) if line["record"] == "container/1"]


def test_an_array_that_is_full_is_told_and_no_value_is_lost():
    """100 values, by EMF's rule; within one minute."""
    played = begun()
    for i in range(250):
        serve(played, 200 + i * 100, f"request-{i}")
    played.step({"at_ms": 30_000, "shutdown": "spindown"})

    records = containers(played)
    assert [len(record["Duration"]) for record in records] == [1, 100, 100, 49]
    assert sum(len(record.get("IdleTime", ())) for record in records) == 249
    assert sum(record.get("ActiveContainers", 0) for record in records) == 1


def test_late_durations_fill_an_array_too():
    """Invocations whose end is told only after their minute."""
    played = begun()
    serve(played, 100, "first")
    for minute in range(1, 4):
        for i in range(60):
            name = f"{minute}-{i}"
            at_ms = minute * 60_000 + i
            played.step({"at_ms": at_ms, "invoke": name})
            played.step({"at_ms": at_ms, "batch": served(at_ms, name)[:1]})
    ends = [
        event
        for minute in range(1, 4)
        for i in range(60)
        for event in served(minute * 60_000 + i, f"{minute}-{i}")[1:]
    ]
    played.step({"at_ms": 240_000, "batch": ends})
    played.step({"at_ms": 241_000, "shutdown": "spindown"})

    records = containers(played)
    assert sum(record.get("Invocations", 0) for record in records) == 181
    assert sum(len(record.get("Duration", ())) for record in records) == 181
    assert max(len(record.get("Duration", ())) for record in records) <= 100


def test_a_container_killed_without_notice_comes_back_with_its_totals():
    """SIGKILL: at most what came after the last record is lost."""
    played = begun()
    serve(played, 200, "one")
    serve(played, 61_000, "two")
    serve(played, 122_000, "three")
    told_before = len(played.records)
    played.step({"at_ms": 130_000, "restart": True})
    init = pe.init_start(START_MS + 130_000, phase="invoke")
    played.step({"at_ms": 130_100, "batch": [init]})
    serve(played, 130_100, "four")
    played.step({"at_ms": 140_000, "shutdown": "spindown"})

    last = containers(played)[-1]
    assert told_before == 3
    assert last["sequence"] == 3
    assert last["resets"] == 1
    assert last["cold_start_kind"] == "suppressed"
    assert last["total"]["invocations"] in (3, 4)


def test_a_state_of_another_container_is_left_alone():
    """/tmp is the container's own on Lambda; elsewhere it may hold anything."""
    played = begun()
    serve(played, 200, "one")
    played.step({"at_ms": 1_000, "restart": True})
    other = pe.init_start(START_MS + 1_000, instanceId="2026/11/21/[$LATEST]another")
    played.step({"at_ms": 1_100, "batch": [other]})
    serve(played, 1_200, "two")
    played.step({"at_ms": 2_000, "shutdown": "spindown"})

    last = containers(played)[-1]
    assert last["container_id"].endswith("another")
    assert last["total"]["invocations"] == 1
    assert last["total"]["resets"] == 0


@pytest.mark.parametrize("change", [{"version": 0}, {"state": life.ENDED}])
def test_a_state_of_another_release_or_of_an_ended_container_is_not_taken(change):
    """Nothing is guessed from it."""
    played = begun()
    snapshot = {**json.loads(json.dumps(played.container.snapshot())), **change}
    fresh = Played(FULL)

    assert fresh.container.restore(snapshot) is False
    assert fresh.container.state == life.STARTING


def test_what_comes_after_the_end_is_left_out():
    """A batch may still be under way."""
    played = begun()
    serve(played, 200, "one")
    played.step({"at_ms": 1_000, "shutdown": "spindown"})
    reported = len(played.records)
    serve(played, 2_000, "two")

    assert len(played.records) == reported


def test_two_cold_starts_are_told_in_two_records():
    """Each has a kind of its own: here a container whose failed init was repeated at once."""
    played = begun()
    played.container.periods.period.values["cold_start_kind"] = "suppressed"
    serve(played, 110, "one")
    played.step({"at_ms": 500, "shutdown": "spindown"})

    kinds = [record.get("cold_start_kind") for record in containers(played)]
    assert kinds == ["suppressed", "on-demand"]


def test_only_so_many_requests_are_remembered():
    """Requests whose report never comes do not pile up, and are counted all the same."""
    played = begun()
    extra = 200
    for i in range(MAX_REMEMBERED + extra):
        at_ms = 200 + i
        played.step({"at_ms": at_ms, "invoke": f"request-{i}"})
        played.step({"at_ms": at_ms, "batch": served(at_ms, f"request-{i}")[:2]})
    oldest = served(200, "request-0")[:2]
    played.step({"at_ms": 5_000, "batch": oldest})  # a late copy of what was closed long ago

    assert played.invocations == MAX_REMEMBERED + extra


def test_closed_requests_are_remembered_long_and_then_by_their_time():
    """A copy that comes after everything else was forgotten is still known for one."""
    played = begun()
    count = MAX_REMEMBERED + 50
    for i in range(count):
        serve(played, 200 + i * 10, f"request-{i}")
    copies = [event for i in range(count) for event in served(200 + i * 10, f"request-{i}")]
    played.step({"at_ms": 90_000, "batch": copies})

    assert played.invocations == count


def test_an_invoke_after_telemetry_told_everything_is_the_same_invocation():
    """The two come over different connections."""
    played = begun()
    played.step({"at_ms": 110, "batch": served(100, "one")})
    played.step({"at_ms": 110, "invoke": "one"})
    played.step({"at_ms": 500, "shutdown": "spindown"})

    last = containers(played)[-1]
    assert last["total"]["invocations"] == 1
    assert last["total"]["cold_starts"] == 1


def test_an_event_without_a_legible_time_counts_now():
    """And once: a copy of it cannot be told from it."""
    played = begun()
    played.step({"at_ms": 200, "invoke": "one"})
    undated = [{**event, "time": "yesterday"} for event in served(200, "one")]
    played.step({"at_ms": 210, "batch": undated})
    played.step({"at_ms": 220, "batch": undated})

    (record,) = containers(played)
    assert record["Invocations"] == 1
    assert record["to_ms"] == START_MS + 210


def test_where_the_clocks_differ_by_days_the_platforms_counts():
    """A wall clock that was set, or events that are played."""
    played = begun()
    day = 3 * 24 * 3600 * 1000
    played.step({"at_ms": day, "invoke": "one"})
    played.step({"at_ms": day, "batch": served(200, "one")})
    played.step({"at_ms": day, "shutdown": "spindown"})

    assert containers(played)[-1]["ContainerLifetime"] < 1


def test_a_silent_subscription_does_not_hold_back_a_busy_container():
    """So many unconfirmed INVOKEs are counted without waiting for a later minute."""
    played = Played(FULL)
    for i in range(120):
        played.step({"at_ms": 50 + i, "invoke": f"request-{i}"})

    assert played.invocations >= 100


def test_memory_size_is_taken_from_the_report_where_the_environment_has_none():
    played = begun()
    played.builder.common_fields["memory_mb"] = None
    serve(played, 200, "one")

    (record,) = containers(played)
    assert record["memory_mb"] == 128


def test_restore_events_twice_are_one_restore():
    """Duplicates, as of any other event."""
    environment = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
    played = Played({"environment": environment, "subscription": 200})
    restore = [
        pe.event("restoreStart", START_MS, functionName="orders", instanceId=pe.INSTANCE),
        pe.event("restoreReport", START_MS + 80, status="success", metrics={"durationMs": 80}),
    ]
    played.step({"at_ms": 100, "batch": restore * 2})
    serve(played, 90, "one")
    played.step({"at_ms": 500, "batch": restore})
    played.step({"at_ms": 900, "shutdown": "spindown"})

    durations = [record.get("RestoreDuration") for record in containers(played)]
    assert durations == [80, None]


@pytest.mark.parametrize("is_served", [False, True])
def test_the_making_of_a_snapshot_is_no_container(is_served):
    """Its end tells nothing; one that has served is a container, whatever telemetry was lost."""
    environment = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
    played = Played({"environment": environment, "subscription": 200})
    init = pe.event("initStart", START_MS, initializationType="snap-start", phase="snap-start")
    played.step({"at_ms": 100, "batch": [init]})
    if is_served:
        played.step({"at_ms": 300, "batch": served(200, "one")})
    played.step({"at_ms": 900, "shutdown": "spindown"})

    assert played.container.state == "ended"
    assert bool(played.lines()) is is_served
    assert sum(record.get("Invocations", 0) for record in containers(played)) == is_served


def test_a_request_that_is_tried_again_before_its_report_is_another_invocation():
    """As after a timeout; INVOKE repeats nothing."""
    played = begun()
    played.step({"at_ms": 200, "invoke": "one"})
    played.step({"at_ms": 210, "batch": served(200, "one")[:2]})
    played.step({"at_ms": 9_000, "invoke": "one"})
    played.step({"at_ms": 9_010, "batch": served(9_000, "one")})
    played.step({"at_ms": 9_500, "shutdown": "spindown"})

    assert containers(played)[-1]["total"]["invocations"] == 2


def test_on_managed_instances_the_same_request_later_is_another_invocation():
    """There is no INVOKE to say so; the time does."""
    played = begun({"AWS_LAMBDA_INITIALIZATION_TYPE": "lambda-managed-instances"})
    for at_ms in (200, 9_000):
        played.step({"at_ms": at_ms, "batch": served(at_ms, "one")[:1]})
    played.step({"at_ms": 9_100, "batch": served(9_000, "one")[2:]})
    played.step({"at_ms": 9_500, "shutdown": "failure"})

    last = containers(played)[-1]
    assert last["total"]["invocations"] == 2
    assert (last["end"], last["InvocationsPerContainer"]) == ("failure", 2)


def test_the_first_report_adds_no_init_that_an_earlier_process_told():
    """It may come after a reset, and say again how long the first init took."""
    played = begun()
    played.step({"at_ms": 110, "invoke": "one"})
    first = served(110, "one")
    played.step({"at_ms": 120, "batch": first[:2]})
    played.step({"at_ms": 130, "shutdown": "failure"})
    played.step({"at_ms": 200, "restart": True})
    report = pe.report(START_MS + 116, "one", 5, init_ms=90)
    init = [pe.init_start(START_MS + 200, phase="invoke"), report]
    played.step(
        {"at_ms": 300, "batch": [*init, pe.init_report(START_MS + 290, 70, phase="invoke")]}
    )
    played.step({"at_ms": 400, "shutdown": "spindown"})

    assert [record.get("InitDuration") for record in containers(played)] == [90, None, 70]
    assert containers(played)[-1]["total"]["init_ms"] == 160


def test_it_knows_whether_the_platform_has_told_its_name():
    """Until then there is nothing worth keeping over a reset."""
    played = Played(FULL)
    assert not played.container.is_known

    played.step({"at_ms": 5, "batch": [pe.init_start(START_MS)]})
    assert played.container.is_known


def test_a_time_in_the_far_future_is_none():
    """It would hold back all records after it."""
    played = begun()
    played.step({"at_ms": 200, "invoke": "one"})
    start = {**served(200, "one")[0], "time": "9999-01-01T00:00:00.000Z"}
    played.step({"at_ms": 210, "batch": [start, *served(200, "one")[1:]]})

    (record,) = containers(played)
    assert record["to_ms"] == START_MS + 210


def test_an_invocation_without_a_duration_is_none_in_the_array():
    """A runtimeDone may tell only that it is over."""
    played = begun()
    played.step({"at_ms": 200, "invoke": "one"})
    start, done, _ = served(200, "one")
    del done["record"]["metrics"]
    played.step({"at_ms": 210, "batch": [start, done]})
    played.step({"at_ms": 500, "invoke": "two"})
    played.step({"at_ms": 510, "batch": served(500, "two")})
    played.step({"at_ms": 900, "shutdown": "timeout"})

    first, last = containers(played)
    assert "Duration" not in first
    assert (last["Duration"], last["IdleTime"]) == ([5], [295])


@pytest.mark.parametrize("count", [1, 10, 40])
def test_telemetry_that_is_read_before_every_invoke(count):
    """However much of it: each INVOKE after it is the same invocation, and a later one is not."""
    played = begun()
    for i in range(count):
        at_ms = START_MS + 1000 + i * 10
        name = f"request-{i}"
        played.step({"at_ms": 5000, "batch": served(at_ms - START_MS, name)})
    for i in range(count):
        played.step({"at_ms": 5000, "invoke": f"request-{i}"})
    played.step({"at_ms": 6000, "invoke": "request-0"})
    played.step({"at_ms": 7000, "batch": served(6000, "request-0")})
    played.step({"at_ms": 8000, "shutdown": "spindown"})

    last = containers(played)[-1]
    assert [last["total"]["invocations"], last["total"]["cold_starts"]] == [count + 1, 1]
    assert played.container.is_settled


@pytest.mark.parametrize(
    ("at_ms", "expected"),
    [
        (5_000, {"init_kind": "proactive", "init_to_invoke_ms": 4_600}),
        (450, {"cold_start_kind": "on-demand", "init_to_invoke_ms": 50}),
    ],
)
def test_with_the_report_alone_the_process_tells_when_the_init_ended(at_ms, expected):
    """All init events and the start are lost: its own beginning and the init's duration remain."""
    played = Played(FULL)
    played.step({"at_ms": at_ms, "invoke": "one"})
    report = pe.report(START_MS + at_ms + 10, "one", 10, init_ms=400)
    played.step({"at_ms": at_ms + 20, "batch": [report]})
    played.step({"at_ms": at_ms + 1000, "shutdown": "spindown"})

    last = containers(played)[-1]
    assert {name: last.get(name) for name in expected} == expected


def test_a_report_tells_of_the_first_init_and_not_of_a_repeated_one():
    """Of the repeated init the platform tells in initReport alone."""
    inits = InitLedger()
    inits.match_event("invoke", "start_ms", START_MS)
    inits.add_report(400_000, is_restore=False)

    assert [(init.phase, init.reported_us) for init in inits.all] == [
        ("invoke", None),
        ("init", 400_000),
    ]


def test_a_state_that_cannot_be_gone_on_from_is_begun_again():
    """Nothing of it counts: the container looks like a new one."""
    played = begun()
    serve(played, 200, "one")
    played.container.begin_again()
    played.builder.begin()
    serve(played, 1_000, "two")
    played.step({"at_ms": 2_000, "shutdown": "spindown"})

    last = containers(played)[-1]
    assert (last["sequence"], last["total"]["invocations"]) == (2, 1)


def test_the_last_record_waits_for_a_report_that_is_missing():
    """Of an invocation that has ended; the platform makes it after that."""
    played = begun()
    played.step({"at_ms": 200, "invoke": "one"})
    played.step({"at_ms": 210, "batch": served(200, "one")[:2]})
    played.step({"at_ms": 300, "shutdown": "spindown"})
    assert not played.container.is_settled

    played.step({"at_ms": 310, "batch": served(200, "one")[2:]})
    assert played.container.state == life.ENDED


def test_an_invoke_that_nobody_confirmed_before_a_kill_is_counted_after_it():
    """It is in what the process left, and not counted yet."""
    played = begun()
    serve(played, 200, "one")
    played.step({"at_ms": 1_000, "invoke": "two"})
    played.step({"at_ms": 2_000, "restart": True})
    init = pe.init_start(START_MS + 2_000, phase="invoke")
    played.step({"at_ms": 2_100, "batch": [init, *served(1_000, "two")]})
    serve(played, 2_200, "three")
    played.step({"at_ms": 3_000, "shutdown": "spindown"})

    assert containers(played)[-1]["total"]["invocations"] == 3


def test_how_long_the_end_is_waited_for():
    """In a reset a little; at the end as long as SHUTDOWN grants."""
    played = begun()
    serve(played, 1000, "one")
    assert played.container.max_wait_ms is None
    shutdown = parse_next({"eventType": "SHUTDOWN", "shutdownReason": "timeout"}, START_MS + 2000)
    played.container.receive(shutdown, START_MS + 2000)
    assert played.container.state == life.RESETTING
    assert played.container.max_wait_ms == RESET_WAIT_MS


@pytest.mark.parametrize(("at_ms", "kind"), [(200, "on-demand"), (5_000, None)])
def test_without_any_invoke_telemetry_tells_the_first_invocation(at_ms, kind):
    """Where no answer to `next` could be read but the last one."""
    played = begun()
    reported = [*served(at_ms, "one"), *served(at_ms + 100, "two")]
    played.step({"at_ms": at_ms + 200, "batch": reported})
    played.step({"at_ms": at_ms + 300, "shutdown": "spindown"})

    last = containers(played)[-1]
    assert (last["total"]["invocations"], last["total"]["cold_starts"]) == (
        2,
        int(kind is not None),
    )
    assert last.get("cold_start_kind") == kind
