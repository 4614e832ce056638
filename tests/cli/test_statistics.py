"""Statistics equal what the records say, also where lines are missing."""

import pytest
from reuse_cli.analysis.statistics import ask
from reuse_cli.sources.files import open_files

from tests.cli.records import STARTED_MS, container, resource, write
from tests.line_schema import validator


@pytest.fixture
def asked(tmp_path):
    """Asks a question of records."""

    def ask_of(question: str, *records: dict, functions: tuple = ()) -> list[dict]:
        rows = ask(open_files([write(tmp_path / "log.jsonl", *records)]), question, functions)
        validator(f"{question}.schema.json").validate({"version": 1, question: rows})
        return rows

    return ask_of


def test_a_container_is_told_by_its_last_record(asked):
    """Running totals; what single periods told is gathered from all."""
    (row,) = asked(
        "containers",
        container(
            sequence=1,
            cold_start_kind="on-demand",
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
        "invocations": 5,
        "cold_starts": 1,
        "errors": 2,
        "timeouts": 1,
        "out_of_memory": 0,
        "resets": 1,
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
    }


def test_what_is_not_known_is_null(asked):
    """No look-ups is no rate, no init no duration, no end a container that lives."""
    (row,) = asked("containers", container())

    unknown = ("init_ms", "idle_p50_ms", "hit_rate", "memory_used_mb", "end", "init_kind")
    assert {name: row[name] for name in unknown} == dict.fromkeys(unknown)


def test_a_lost_line_loses_no_total_and_is_told(asked):
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


def test_functions_can_be_chosen(asked):
    """By name; none means all."""
    records = [container("a"), container("b", FunctionName="other")]

    assert [row["function_name"] for row in asked("containers", *records)] == ["orders", "other"]
    rows = asked("containers", *records, functions=("other",))
    assert [row["container_id"][-1] for row in rows] == ["b"]
    assert asked("containers", *records, functions=("none",)) == []


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
        "saved_ms": 4,
        "recreated_ms": 0,
    }
