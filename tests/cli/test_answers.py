"""Answers equal what the records say, also where lines are missing."""

import random

import pytest
from reuse_cli.errors import UsageError
from reuse_cli.sources.span import Span

from tests.cli.asking import ask_of
from tests.cli.records import STARTED_MS, container, resource

MINUTE_MS = 60_000


def test_a_container_is_what_its_last_record_says(asked):
    """Running totals; what single periods recorded is gathered from all."""
    (row,) = asked(
        "containers",
        container(
            sequence=1,
            cold_start_kind="on-demand",
            InitDuration=400.5,
            IdleTime=[1, 2],
            MemoryUsed=90,
            total={"invocations": 3, "cold_starts": 1, "init_ms": 400.5},
        ),
        container(
            sequence=2,
            IdleTime=[30],
            MemoryUsed=80,
            end="spindown",
            total={
                "invocations": 5,
                "cold_starts": 1,
                "errors": 2,
                "timeouts": 1,
                "resets": 1,
                "init_ms": 400.5,
                "hits": 9,
                "misses": 1,
                "saved_ms": 12.5,
                "recreated_ms": 3,
            },
        ),
    )

    assert row == {
        "function_name": "orders",
        "container_id": "2026/11/21/[$LATEST]a",
        "started_ms": STARTED_MS,
        "last_ms": STARTED_MS + 120_000,
        "age_s": 120,
        "init_type": "on-demand",
        "init_kind": "on-demand",
        "init_ms": 400.5,
        "inits": 1,
        "init_total_ms": 400.5,
        "invocations": 5,
        "cold_starts": 1,
        "errors": 2,
        "timeouts": 1,
        "out_of_memory": 0,
        "resets": 1,
        "function_errors": None,
        "idle_p50_ms": 2,
        "hits": 9,
        "misses": 1,
        "hit_rate": 0.9,
        "saved_ms": 12.5,
        "recreated_ms": 3,
        "memory_mb": 128,
        "memory_used_mb": 90,
        "end": "spindown",
        "lost_records": 0,
        "observed": "records",
    }


def test_what_is_not_known_is_null(asked):
    """No look-ups is no rate, no init no duration, no end a container that lives."""
    (row,) = asked("containers", container())

    unknown = ("init_ms", "idle_p50_ms", "hit_rate", "memory_used_mb", "end", "init_kind")
    assert {name: row[name] for name in unknown} == dict.fromkeys(unknown)


def test_a_lost_line_loses_no_total_and_is_reported(asked):
    """The sequence has gaps; the totals go on."""
    (row,) = asked(
        "containers",
        container(sequence=2, total={"invocations": 20}),
        container(sequence=5, total={"invocations": 50}),
    )

    assert (row["invocations"], row["lost_records"]) == (50, 3)


def test_a_reset_that_was_survived_is_not_the_end(asked):
    """`end` is the last record's word."""
    (row,) = asked(
        "containers",
        container(sequence=1, end="timeout", total={"resets": 1}),
        container(sequence=2, total={"resets": 1}),
    )

    assert (row["end"], row["resets"]) == (None, 1)


def test_functions_can_be_chosen(asked, tmp_path):
    """By name; none means all; a name that is not there is said."""
    records = [container("a"), container("b", FunctionName="other")]

    assert [row["function_name"] for row in asked("containers", *records)] == ["orders", "other"]
    rows = asked("containers", *records, functions=("other",))
    assert [row["container_id"][-1] for row in rows] == ["b"]
    rows = asked("containers", *records, functions=("other", "none"))
    assert [row["container_id"][-1] for row in rows] == ["b"]
    with pytest.raises(UsageError, match="there are no records of none; there are of: orders, oth"):
        asked("containers", *records, functions=("none",))


def test_the_first_init_is_told_apart_from_all(asked):
    """Resets repeat the init: five inits of different length are not one long one."""
    records = [
        container(sequence=i, InitDuration=ms, resets=1, total={"init_ms": total})
        for i, ms, total in ((1, 1800.0, 1800), (2, 1700.0, 3500), (4, 1750.0, 5250))
    ]

    (row,) = asked("containers", *records, records[0])

    assert (row["init_ms"], row["inits"], row["init_total_ms"]) == (1800, 3, 5250)
    (row,) = asked("summary", *records, records[0])
    assert (row["inits"], row["init_total_ms"], row["init_p50_ms"]) == (3, 5250, 1750)


def test_a_restore_is_an_init(asked):
    (row,) = asked(
        "containers", container(init_type="snap-start", RestoreDuration=80.5, ColdStarts=1)
    )

    assert (row["init_ms"], row["inits"], row["init_total_ms"]) == (80.5, 1, 80.5)


def test_since_takes_off_what_was_before(asked):
    """Also where a line of the time is lost, and where a period had none of a count."""
    records = [
        container(
            sequence=i,
            from_ms=STARTED_MS + (i - 1) * MINUTE_MS,
            Invocations=10,
            CacheHits=5 if i != 3 else None,
            Duration=[1.5, 2.5],
            total={"invocations": 10 * i, "cold_starts": 1, "hits": 5 * i - 5 * (i >= 3)}
            | {"duration_ms": 4.0 * i},
        )
        for i in range(1, 7)
    ]
    since = Span(since_ms=STARTED_MS + 2 * MINUTE_MS + 1)

    (row,) = asked("containers", *records[:3], *records[4:], span=since)

    assert (row["invocations"], row["cold_starts"], row["hits"]) == (40, 0, 15)
    assert row["lost_records"] == 1
    (row,) = asked("summary", *records, span=since)
    assert (row["invocations"], row["busy_ms"]) == (40, 16)
    until = Span(until_ms=STARTED_MS + 2 * MINUTE_MS - 1)
    (row,) = asked("summary", *records, span=until)
    assert row["invocations"] == 20


def test_a_summary_adds_up_a_fleet(asked):
    """One of each: on demand, proactive, provisioned and never used, SnapStart, living."""
    ended = {"end": "spindown"}
    rows = asked(
        "summary",
        container("a", InitDuration=400.0, ColdStarts=1, cold_start_kind="on-demand", **ended,
                  total={"invocations": 70, "cold_starts": 1, "init_ms": 400, "hits": 6,
                         "misses": 2, "saved_ms": 10.5, "duration_ms": 1000}),
        container("b", sequence=2, InitDuration=300.0, init_kind="proactive", **ended,
                  total={"invocations": 20, "init_ms": 300, "recreated_ms": 4, "duration_ms": 200}),
        container("c", sequence=3, InitDuration=200.0, init_type="provisioned-concurrency",
                  init_kind="provisioned", **ended, total={"init_ms": 200}),
        container("d", RestoreDuration=100.0, ColdStarts=1, cold_start_kind="snap-start",
                  init_type="snap-start", total={"invocations": 10, "cold_starts": 1}),
        container("e", FunctionName="payments", total={"invocations": 5}),
    )  # fmt: skip

    orders, payments = rows
    gb_s = (400 + 300 + 100) / 1000 * 128 / 1024
    assert orders == {
        "function_name": "orders",
        "containers": 4,
        "invocations": 100,
        "cold_starts": 2,
        "cold_rate": 0.02,
        "cold_by_kind": {"on-demand": 1, "snap-start": 1, "suppressed": 0},
        "triggered": 3,
        "triggered_rate": 0.03,
        "invocations_per_container": 25,
        "ended": 3,
        "lifetime_p50_s": 120,
        "lifetime_p90_s": pytest.approx(168),
        "inits": 4,
        "init_p50_ms": 250,
        "init_p99_ms": pytest.approx(397),
        "init_total_ms": 1000,
        "init_usd": pytest.approx(gb_s * 0.0000166667),
        "busy_ms": 1200,
        "utility_ratio": 1.2,
        "hits": 6,
        "misses": 2,
        "hit_rate": 0.75,
        "saved_ms": 10.5,
        "recreated_ms": 4,
        "unused_inits": 1,
        "errors": 0,
        "timeouts": 0,
        "out_of_memory": 0,
        "resets": 0,
        "function_errors": None,
        "lost_records": 3,
        "observed": "records",
    }
    assert (payments["cold_rate"], payments["hit_rate"], payments["init_p50_ms"]) == (0, None, None)
    assert payments["lifetime_p50_s"] is None


@pytest.mark.slow
def test_sums_over_containers_are_the_same_in_every_order(tmp_path):
    """Floats do not add up alike in another order; what is shown does."""
    numbers = range(1, 400)
    lives = [
        container(f"c{at}", total={"saved_ms": 0.1 * at**3, "duration_ms": 7 / at})
        for at in numbers
    ]
    uses = [resource("tax", f"c{at}", saved_ms=0.1 * at**3, build_ms=0.7 / at) for at in numbers]
    answers = []
    for seed in range(6):
        order = random.Random(seed)
        order.shuffle(lives)
        order.shuffle(uses)
        folder = tmp_path / str(seed)
        answers.append(
            [ask_of(name, folder, *lives, *uses) for name in ("resources", "summary", "cost")]
        )

    assert answers == [answers[0]] * 6


def test_inits_come_with_their_phases(asked):
    """From both kinds of record; either may be lost."""
    init = {
        "record": "init/1",
        "FunctionName": "orders",
        "container_id": container("a")["container_id"],
        "sequence": 1,
        "kind": "on-demand",
        "phase": "init",
        "start_ms": STARTED_MS,
        "duration_ms": 400.5,
        "status": "success",
        "phases": [{"name": "imports", "start_ms": STARTED_MS, "duration_ms": 300.0}],
    }
    records = [
        container("a", InitDuration=400.5, cold_start_kind="on-demand"),
        container("b", RestoreDuration=20.0, init_type="snap-start"),
    ]

    rows = asked("inits", init, *records, init)

    assert [(row["container_id"][-1], row["phase"], row["duration_ms"]) for row in rows] == [
        ("a", "init", 400.5),
        ("b", "restore", 20),
    ]
    assert [phase["name"] for phase in rows[0]["phases"]] == ["imports"]
    assert rows[0]["status"] == "success"
    assert len(asked("inits", init)) == 1


def test_a_call_site_is_a_row_of_its_own(asked):
    """Which of two lines builds the same again is the question."""
    rows = asked(
        "resources",
        resource("client", misses=1, recreated=8, recreated_ms=80.0),
        {**resource("client", hits=5), "call_site": "app.py:40"},
    )

    assert [(row["call_site"], row["recreated"]) for row in rows] == [
        ("app.py:12", 8),
        ("app.py:40", 0),
    ]


def test_resources_add_up_over_containers(asked):
    """Each container's last record of it, whatever was lost before."""
    rows = asked(
        "resources",
        container("a"),
        resource("tax", "a", 1, hits=1, misses=1, reasons={"first": 1}),
        resource("tax", "a", 4, hits=8, misses=2, reasons={"first": 1, "expired": 1}, build_ms=9.5),
        resource("tax", "b", 1, hits=9, misses=1, reasons={"first": 1}, build_ms=0.5, saved_ms=4),
        resource("list", "a", 1, misses=1, reasons={"first": 1}, recreated_ms=7, builds_in_init=1),
    )

    recreated, tax = rows
    assert recreated["resource"] == "list"
    assert recreated["hit_rate"] == 0
    assert tax == {
        "function_name": "orders",
        "resource": "tax",
        "kind": "resource",
        "call_site": "app.py:12",
        "containers": 2,
        "hits": 17,
        "misses": 3,
        "reasons": {
            "first": 2,
            "expired": 1,
            "invalid": 0,
            "evicted": 0,
            "forced": 0,
            "loop_changed": 0,
            "error": 0,
        },
        "hit_rate": 0.85,
        "build_ms": 10,
        "builds_in_init": 0,
        "builds_in_invocations": 0,
        "failed_builds": 0,
        "uses": None,
        "saved_ms": 4,
        "recreated": 0,
        "recreated_ms": 0,
    }
