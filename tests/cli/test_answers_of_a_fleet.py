"""A fleet whose truth is known by construction, and what it costs."""

import random
import statistics

import pytest

from tests.cli.asking import ask
from tests.cli.records import container, write

MINUTE_MS = 60_000


@pytest.mark.parametrize(
    ("each_ms", "dollars"), [({527: 1_000_000}, 15.17), ({527: 50_000, 20: 950_000}, 1.31)]
)
def test_a_million_invocations_cost_what_the_price_list_says(asked, each_ms, dollars):
    """At 1769 MB, built again on each invocation, and reused with 5 % cold starts."""
    busy_ms = sum(ms * count for ms, count in each_ms.items())

    (row,) = asked(
        "cost",
        container(memory_mb=1769, total={"invocations": 1_000_000, "duration_ms": busy_ms}),
    )

    assert round(row["duration_usd"], 2) == dollars
    assert row["duration_gb_s"] == pytest.approx(busy_ms / 1000 * 1769 / 1024)
    assert row["request_usd"] == pytest.approx(0.2)


def test_init_saved_and_recreated_have_their_price(asked):
    """At the architecture's; an init in provisioned concurrency is in its own price."""
    reused = {"saved_ms": 4000.0, "recreated_ms": 2000.0}
    (row,) = asked(
        "cost",
        container("a", InitDuration=1000.0, memory_mb=1024, architecture="arm64", total=reused),
        container("b", InitDuration=1000.0, memory_mb=1024, init_type="provisioned-concurrency"),
    )

    assert row["init_usd"] == pytest.approx(0.0000133334)
    assert row["saved_usd"] == pytest.approx(4 * 0.0000133334)
    assert row["recreated_usd"] == pytest.approx(2 * 0.0000133334)
    assert row["observed_s"] == 60
    assert 0 < row["own_log_usd"] < 0.00001
    assert 0 < row["own_metric_usd"] < 0.001


KINDS = (
    ("on-demand", None, "on-demand"),
    ("on-demand", "proactive", None),
    ("provisioned-concurrency", "provisioned", None),
    ("snap-start", None, "snap-start"),
    ("lambda-managed-instances", None, None),
)


def fleet(count: int, seed: int) -> tuple[list[dict], dict[str, dict]]:
    """Records of containers of every kind, with gaps, doubles and resets; and their truth."""
    chance = random.Random(seed)
    records, truth = [], {}
    for number in range(count):
        name = f"{number:032x}"
        init_type, init_kind, cold_kind = chance.choice(KINDS)
        totals = dict.fromkeys(("invocations", "cold_starts", "hits", "misses", "resets"), 0)
        init_ms, gaps, inits = 0.0, [], []
        length = chance.randint(1, 6)
        is_ended = chance.random() < 0.7
        lost = {i for i in range(2, length) if chance.random() < 0.1}
        for i in range(1, length + 1):
            served = chance.randint(0, 5)
            totals["invocations"] += served
            totals["hits"] += 2 * served
            values: dict = {"Invocations": served} if served else {}
            if i == 1 or chance.random() < 0.1:
                took = round(chance.uniform(50, 900), 3)
                is_restore = init_type == "snap-start" and i == 1
                values["RestoreDuration" if is_restore else "InitDuration"] = took
                init_ms += 0 if is_restore else took
                totals["misses"] += 1
                totals["resets"] += i > 1
                if i == 1 and cold_kind:
                    values |= {"ColdStarts": 1, "cold_start_kind": cold_kind}
                    totals["cold_starts"] += 1
                if i not in lost:
                    inits.append(took)
            if i == 1 and init_kind:
                values["init_kind"] = init_kind
            own = [round(chance.uniform(1, 5000), 3) for _ in range(served)]
            if own:
                values["IdleTime"] = own
            if i == length and is_ended:
                values["end"] = "spindown"
            if i in lost:
                continue
            gaps += own
            total = {**totals, "init_ms": init_ms}
            record = container(name, i, init_type=init_type, **values, total=total)
            record["FunctionName"] = f"function-{number % 7}"
            records += [record] * chance.choice((1, 1, 1, 2))
        truth[records[-1]["container_id"]] = {
            **totals,
            "init_ms": inits[0],
            "inits": len(inits),
            "init_total_ms": pytest.approx(sum(inits)),
            "idle_p50_ms": pytest.approx(statistics.median(gaps)) if gaps else None,
            "lost_records": len(lost),
            "end": "spindown" if is_ended else None,
            "init_type": init_type,
            "age_s": 60 * length,
        }
    chance.shuffle(records)
    return records, truth


@pytest.mark.slow
def test_a_fleet_of_10_000_containers_is_counted_exactly(tmp_path):
    """Every container's every field, and every function's sums, from shuffled files."""
    records, truth = fleet(10_000, seed=7)
    third = len(records) // 3
    for i in range(3):
        write(tmp_path / f"{i}.jsonl", *records[i * third : (i + 1) * third if i < 2 else None])

    rows, notes = ask("containers", tmp_path)

    assert notes == []
    assert {row["container_id"] for row in rows} == set(truth)
    for row in rows:
        expected = truth[row["container_id"]]
        assert {name: row[name] for name in expected} == expected
    functions, _ = ask("summary", tmp_path)
    assert len(functions) == 7
    for name in ("invocations", "cold_starts", "hits", "misses", "resets", "lost_records"):
        assert sum(row[name] for row in functions) == sum(one[name] for one in truth.values())
    assert sum(row["containers"] for row in functions) == 10_000
    assert sum(row["unused_inits"] for row in functions) == sum(
        one["end"] is not None and one["invocations"] == 0 for one in truth.values()
    )


def test_the_kind_of_an_init_may_be_in_the_next_record(tmp_path):
    """Cut at the end of a minute, a record has the init and the next one the caller's wait."""
    reported = {"ColdStarts": 1, "cold_start_kind": "on-demand"}
    again = {"InitDuration": 200.0, "ColdStarts": 1, "cold_start_kind": "suppressed"}
    write(
        tmp_path / "log.jsonl",
        container("a", 1, InitDuration=300.0),
        container("a", 2, Invocations=1, **reported),
        container("a", 3, Invocations=1, **again),
        container("b", 1, InitDuration=400.0),
        container("b", 2, Invocations=1, **again),
    )

    rows, _ = ask("inits", tmp_path)

    assert sorted((row["duration_ms"], row["init_kind"]) for row in rows if row["init_kind"]) == [
        *((200.0, "suppressed"), (200.0, "suppressed"), (300.0, "on-demand"))
    ]
    assert [row["init_kind"] for row in rows if row["duration_ms"] == 400.0] == [None]
