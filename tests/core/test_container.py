"""Rules of a container's life that no fixture of a whole life shows."""

import json

import pytest
from reuse_extension.core import lifecycle as life
from reuse_extension.core.remembered import MAX_REMEMBERED

from tests import platform_events as pe
from tests.core.play import START_MS, Played
from tests.core.served import FULL, begun, containers, serve, served


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


def test_an_event_without_a_legible_time_counts_now():
    """And once: a copy of it cannot be distinguished from it."""
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
    for i in range(420):
        played.step({"at_ms": 50 + i, "invoke": f"request-{i}"})

    assert played.invocations >= 400


def test_short_invocations_keep_their_gaps():
    """The platform sends nothing until it has 1000 events, since the time for it stands still."""
    played = begun()
    for i in range(330):
        played.step({"at_ms": 200 + 10 * i, "invoke": f"request-{i}"})
    for i in range(330):
        played.step({"at_ms": 3600, "batch": served(200 + 10 * i, f"request-{i}", 2)})
    played.step({"at_ms": 9_500, "shutdown": "spindown"})

    assert [gap for record in containers(played) for gap in record.get("IdleTime", ())] == [8] * 329


def test_memory_size_is_taken_from_the_report_where_the_environment_has_none():
    played = begun()
    played.builder.common_fields["memory_mb"] = None
    serve(played, 200, "one")

    (record,) = containers(played)
    assert record["memory_mb"] == 128


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


def test_minutes_are_calm_when_the_first_invocation_has_been_reported():
    """Those of its last INVOKE and of its telemetry; not where a record is due at once."""
    played = begun()
    before = played.container.calm_minutes
    serve(played, 200, "one")
    serve(played, 1_000, "two")
    minute = START_MS // 60_000
    calm = played.container.calm_minutes
    serve(played, 61_000, "three")
    later = played.container.calm_minutes
    played.step({"at_ms": 62_000, "shutdown": "spindown"})

    assert before is None
    assert calm == (minute, minute)
    assert later == (minute + 1, minute + 1)
    assert played.container.calm_minutes is None


def test_no_minute_is_calm_with_one_record_an_invocation():
    played = begun({"LAMBDA_REUSE_FLUSH": "invocation"})
    serve(played, 200, "one")
    serve(played, 1_000, "two")

    assert played.container.calm_minutes is None
