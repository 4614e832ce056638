"""Every invocation's arrival and run time, rebuilt from container records."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reuse_cli.analysis import policy as policies
from reuse_cli.analysis.recorded_traffic import FIELDS, recorded
from reuse_cli.analysis.replay import replay
from reuse_cli.analysis.what_if import recorded_row, row

BEGIN_MS = 1_790_000_000_000.0
INIT_MS = 400.0


def record(container: str, sequence: int, **values: Any) -> dict[str, Any]:
    """One container record of a function with 1024 MB."""
    made = dict.fromkeys(FIELDS)
    made.update(
        FunctionName="shop",
        container_id=container,
        sequence=sequence,
        container_started_ms=BEGIN_MS,
        memory_mb=1024,
        architecture="x86_64",
        init_type="on-demand",
        total={},
    )
    return made | values


def life(
    container: str, first_ms: float, steps: list[tuple[float, float]], size: int
) -> list[dict[str, Any]]:
    """The records of a container that begins at `first_ms`; steps are (idle gap, duration)."""
    records, at_ms, invocations = [], first_ms + INIT_MS, 0
    chunks = [steps[:1]] + [steps[i : i + size] for i in range(1, len(steps), size)]
    for number, chunk in enumerate(chunks, 1):
        gaps, durations = [], []
        for gap_ms, duration_ms in chunk:
            if invocations:
                gaps.append(gap_ms)
                at_ms += gap_ms
            durations.append(duration_ms)
            at_ms += duration_ms
            invocations += 1
        records.append(
            record(
                container,
                number,
                container_started_ms=first_ms,
                to_ms=at_ms,
                Invocations=len(chunk),
                Duration=durations,
                IdleTime=gaps or None,
                InitDuration=INIT_MS if number == 1 else None,
                ColdStarts=1 if number == 1 else None,
                total={"invocations": invocations, "cold_starts": 1, "init_ms": INIT_MS},
            )
        )
    return records


def test_the_chain_gives_every_arrival() -> None:
    """With all gaps known each invocation is where it was; a caller who waited came before init."""
    found = recorded(life("one", BEGIN_MS, [(0, 100), (1000, 50), (70_000, 25)], size=1))
    (shop,) = found.functions

    assert list(shop.arrivals_ms) == [BEGIN_MS, BEGIN_MS + 1500, BEGIN_MS + 71_550]
    assert list(shop.durations_ms) == [100, 50, 25]
    assert (found.approximate, found.missing) == (0, 0)
    assert (shop.init_ms, shop.memory_mb, shop.recorded_cold_starts) == (INIT_MS, 1024, 1)


def test_a_record_may_end_with_the_next_start() -> None:
    """Cut while an invocation runs, a record has the gap before it, and ends with its start."""
    first_ms = BEGIN_MS + INIT_MS
    totals = {"cold_starts": 1, "init_ms": INIT_MS}
    records = [
        record("one", 1, to_ms=first_ms + 600, Invocations=2, ColdStarts=1, Duration=[100.0],
               IdleTime=[500.0], InitDuration=INIT_MS, total={"invocations": 2, **totals}),
        record("one", 2, to_ms=first_ms + 2000, Invocations=1, Duration=[50.0, 30.0],
               IdleTime=[1320.0], total={"invocations": 3, **totals}),
    ]  # fmt: skip
    found = recorded(records)
    (rest,) = recorded(records[1:], is_whole=False).functions

    assert list(found.functions[0].arrivals_ms) == [BEGIN_MS, first_ms + 600, first_ms + 1970]
    assert (found.approximate, found.missing) == (0, 0)
    assert list(rest.arrivals_ms) == [first_ms + 600, first_ms + 1970]
    assert (rest.recorded_cold_starts, rest.recorded_busy_ms) == (0, 80)


def test_the_replay_waits_as_long_as_the_recorded_invocation_did() -> None:
    """Where it makes the same invocation cold; another one waits for the median init."""
    records = [
        record("one", 1, to_ms=BEGIN_MS + 400, Duration=[100.0], ColdStarts=1, InitDuration=300.0,
               total={"invocations": 1, "cold_starts": 1}),
        record("two", 1, to_ms=BEGIN_MS + 2000, Duration=[100.0, 100.0], IdleTime=[300.0],
               ColdStarts=1, InitDuration=900.0, total={"invocations": 2, "cold_starts": 1}),
    ]  # fmt: skip
    (shop,) = recorded(records).functions

    assert replay(shop, policies.keep_alive(1)).busy_ms == 300 + 600 + 300
    assert replay(shop, policies.keep_alive(0)).busy_ms == 300 + 900 + 600 + 300


def test_a_lost_record_is_reported_as_missing() -> None:
    """Without one record the others are placed by their own ends, and the missing are counted."""
    whole = life("one", BEGIN_MS, [(0, 100), (1000, 50), (2000, 25), (500, 5)], size=1)
    found = recorded([whole[0], whole[1], whole[3]])
    (shop,) = found.functions

    assert list(shop.durations_ms) == [100, 50, 5]
    assert shop.arrivals_ms[2] == whole[3]["to_ms"] - 5
    assert (found.approximate, found.missing) == (3, 1)


def test_without_gaps_invocations_stand_one_after_another() -> None:
    """Managed instances have no gaps: what a record holds ends with it."""
    found = recorded(
        [
            record(
                "m",
                1,
                to_ms=BEGIN_MS + 500,
                Duration=[100.0, 200.0],
                init_type="lambda-managed-instances",
                total={"invocations": 2},
            )
        ]
    )
    (shop,) = found.functions

    assert list(shop.arrivals_ms) == [BEGIN_MS + 200, BEGIN_MS + 300]
    assert found.approximate == 2


def test_nothing_gives_nothing() -> None:
    """No records, or containers that served nothing, give no traffic and no month."""
    unused = recorded([record("u", 1, to_ms=BEGIN_MS, total={"invocations": 0})])

    assert recorded([]).functions == []
    assert list(unused.functions[0].arrivals_ms) == []
    assert recorded_row(unused.functions, unused.span_s).usd_per_month is None  # type: ignore[union-attr]


def test_the_price_of_a_month() -> None:
    """Run time and init at the memory size, requests, and a month of the observed time."""
    found = recorded(life("one", BEGIN_MS, [(0, 600.0), (2_628_000 - 1000.0, 0.0)], size=1))
    row_then = recorded_row(found.functions, found.span_s)

    assert found.span_s == 2628.0  # a thousandth of a month
    assert row_then is not None
    assert row_then.usd_per_month == pytest.approx(1000 * (1.0 * 0.0000166667 + 2 * 0.2e-6))


@given(
    st.lists(st.tuples(st.floats(0, 50_000), st.floats(1, 5000)), min_size=1, max_size=40),
    st.integers(1, 9),
)
def test_replaying_the_recorded_policy_is_exact(
    steps: list[tuple[float, float]], size: int
) -> None:
    """One container's traffic under a keep-alive that its gaps never reach is one cold start."""
    found = recorded(life("one", BEGIN_MS, steps, size))
    replayed = row(found.functions, policies.keep_alive(51), found.span_s, seed=0)
    then = recorded_row(found.functions, found.span_s)

    assert then is not None
    assert (replayed.invocations, replayed.cold_starts) == (then.invocations, then.cold_starts)
    if then.usd_per_month is not None:
        assert replayed.usd_per_month == pytest.approx(then.usd_per_month)


def reset_life(init_ms: float, gap_ms: float, **first: Any) -> list[dict[str, Any]]:
    """An invocation of 100 ms, a reset, one of 50 ms behind a repeated init, one of 10 ms."""
    begin_ms, totals = BEGIN_MS + INIT_MS + 100, {"cold_starts": 2, "init_ms": INIT_MS + init_ms}
    second_ms = begin_ms + 5000 + init_ms
    return [
        record("one", 1, from_ms=BEGIN_MS, to_ms=begin_ms, Invocations=1, ColdStarts=1,
               Duration=[100.0], InitDuration=INIT_MS, init_to_invoke_ms=0,
               total={"invocations": 1, **totals}, **first),
        record("one", 2, from_ms=begin_ms + 5000, to_ms=second_ms + 50, Invocations=1,
               ColdStarts=1, Duration=[50.0], IdleTime=[gap_ms], InitDuration=init_ms,
               total={"invocations": 2, **totals}),
        record("one", 3, from_ms=second_ms + 1050, to_ms=second_ms + 1060, Invocations=1,
               Duration=[10.0], IdleTime=[1000.0], total={"invocations": 3, **totals}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("init_ms", "gap_ms"),
    [
        pytest.param(6000.0, 5000.0, id="a long init is not within the gap"),
        pytest.param(600.0, 5600.0, id="a short one is"),
        pytest.param(600.0, 5000.0, id="or is not"),
    ],
)
def test_a_repeated_init_moves_nothing(init_ms: float, gap_ms: float) -> None:
    """What comes after it is where it was; the caller who waited for it came before it."""
    (shop,) = recorded(reset_life(init_ms, gap_ms)).functions

    second_ms = BEGIN_MS + INIT_MS + 5100
    assert shop.arrivals_ms == [BEGIN_MS, second_ms, second_ms + init_ms + 1050]
    assert [shop.init_of(at_ms) for at_ms in shop.arrivals_ms[:2]] == [INIT_MS, init_ms]


def test_nobody_waited_for_a_proactive_init() -> None:
    """Also where somebody waited for the one after a reset."""
    records = reset_life(600.0, 5600.0)
    records[0] |= {"ColdStarts": None, "init_to_invoke_ms": 5000}
    (shop,) = recorded(records).functions

    second_ms = BEGIN_MS + INIT_MS + 5100
    assert shop.arrivals_ms[:2] == [BEGIN_MS + INIT_MS, second_ms]
    assert shop.waited_ms == {second_ms: 600.0}


def test_a_record_that_ends_a_process_ends_after_its_last_invocation() -> None:
    """So its begin says where its invocations were."""
    records = reset_life(6000.0, 5000.0, end="timeout")
    records[0]["to_ms"] += 1800
    (shop,) = recorded(records).functions
    records = life("one", BEGIN_MS, [(0, 100), (1000, 50), (2000, 25)], size=2)
    records[-1] |= {"end": "spindown", "from_ms": BEGIN_MS + 1500, "to_ms": BEGIN_MS + 600_000}
    (last,) = recorded(records[1:], is_whole=False).functions

    assert list(shop.arrivals_ms[:1]) == [BEGIN_MS]
    assert list(last.arrivals_ms) == [BEGIN_MS + 1500, BEGIN_MS + 3550]


@pytest.mark.parametrize("is_first", [True, False])
def test_a_record_may_end_with_the_start_of_its_last(is_first: bool) -> None:
    """Where that went on into another minute, at the beginning of a life or within it."""
    records = life("one", BEGIN_MS, [(0, 70_000), (1000, 50), (2000, 90_000)], size=2)
    records[0] |= {"to_ms": BEGIN_MS + INIT_MS, "from_ms": BEGIN_MS, "init_to_invoke_ms": 0}
    begin_ms = BEGIN_MS + INIT_MS + 71_000
    records[1] |= {"from_ms": begin_ms, "to_ms": begin_ms + 2050}
    found = recorded(records if is_first else records[1:], is_whole=is_first)

    arrivals = [BEGIN_MS, begin_ms, begin_ms + 2050]
    assert list(found.functions[0].arrivals_ms) == arrivals[not is_first :]


def test_the_caller_waited_for_an_init_of_the_record_before() -> None:
    """Cut at the end of a minute, a record may have the init alone."""
    (first,) = life("one", BEGIN_MS, [(0, 100)], size=1)
    init = {"ColdStarts": None, "Duration": None, "to_ms": BEGIN_MS, "total": {}}
    served = {"InitDuration": None, "sequence": 2, "from_ms": BEGIN_MS + INIT_MS}
    (shop,) = recorded([first | init, first | served]).functions

    assert (list(shop.arrivals_ms), shop.init_of(BEGIN_MS)) == ([BEGIN_MS], INIT_MS)


def test_records_between_lost_ones_are_placed_together() -> None:
    """The end of a process that stands behind others is where they say."""
    steps = [(0.0, 100.0), (1000.0, 50.0), (2000.0, 25.0), (4000.0, 10.0), (500.0, 20.0)]
    records = life("one", BEGIN_MS, steps, size=1)
    records[3]["Duration"] = [10.0]
    records[4] |= {"end": "timeout", "from_ms": records[3]["to_ms"]}
    found = recorded(records[:1] + records[2:])

    at_ms = BEGIN_MS + INIT_MS + 3150
    assert found.functions[0].arrivals_ms[1:] == [at_ms, at_ms + 4025, at_ms + 4535]
    assert found.approximate == 4


def test_a_reset_process_begins_near_its_end() -> None:
    """After the gap, and not with its record, which began before the gap did."""
    begin_ms = BEGIN_MS + INIT_MS
    one = record("one", 7, from_ms=begin_ms, to_ms=begin_ms + 9602, Invocations=1, end="timeout",
                 ColdStarts=1, Duration=[3000.0], IdleTime=[6000.0], InitDuration=600.0,
                 total={"invocations": 7})  # fmt: skip

    assert recorded([one], is_whole=False).functions[0].arrivals_ms == [begin_ms + 6000]


@pytest.mark.parametrize("has_own", [True, False])
def test_a_reset_is_part_of_the_traffic(has_own: bool) -> None:
    """Under any policy the next invocation in the container waits; so does it as recorded."""
    records = reset_life(600.0, 5000.0, end="timeout")
    if not has_own:  # the process ends in a record of its own
        alone = {"sequence": 2, "Duration": None, "IdleTime": None, "InitDuration": None}
        ending = {**records[0], **alone, "ColdStarts": None, "Invocations": None}
        records = [
            {**records[0], "end": None},
            ending,
            *({**one, "sequence": one["sequence"] + 1} for one in records[1:]),
        ]
    found = recorded(records)
    then = recorded_row(found.functions, found.span_s)
    rows = [
        row(found.functions, policies.keep_alive(600, provisioned=count), found.span_s, seed=0)
        for count in (0, 1)
    ]

    assert then is not None
    assert (then.cold_starts, then.containers) == (2, 1)
    assert [(one.cold_starts, one.containers) for one in rows] == [(2, 1), (1, 1)]


def test_invocations_at_once_stay_within_their_record() -> None:
    """On managed instances: none before the container was ready, and ends in order."""
    begin_ms = BEGIN_MS + INIT_MS
    managed = {"init_type": "lambda-managed-instances", "to_ms": begin_ms + 4000}
    durations = [3000.0, 3500.0, 1000.0, 3900.0]
    one = record("one", 1, from_ms=BEGIN_MS, Invocations=4, Duration=durations,
                 InitDuration=INIT_MS, init_to_invoke_ms=0, total={"invocations": 4},
                 **managed)  # fmt: skip
    two = record("one", 2, from_ms=begin_ms + 4000, Invocations=4, Duration=durations,
                 total={"invocations": 8}, **{**managed, "to_ms": begin_ms + 8000})  # fmt: skip
    found = recorded([one, two])
    arrivals, lengths = found.functions[0].arrivals_ms, found.functions[0].durations_ms

    assert min(arrivals) == begin_ms
    assert max(at + took for at, took in zip(arrivals, lengths, strict=True)) == begin_ms + 8000
    assert found.approximate == 8
