"""Nothing is lost and nothing counted twice, whatever order or damage telemetry comes in."""

import json
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests import platform_events as pe
from tests.core.lives import Life
from tests.core.play import START_MS, Played
from tests.line_schema import check_line

MADE_ID = "0123456789abcdef" * 2
SIZES = st.lists(st.one_of(st.integers(0, 5), st.integers(0, 120)), min_size=1, max_size=6).filter(
    lambda sizes: sum(sizes) <= 500
)


def reported(life: Life) -> list[dict]:
    """Every line that the processes of a container write about this life."""
    played = None
    for steps in life.segments:
        if played is None:
            played = Played({"environment": {}, "subscription": 200})
        else:
            played.step({"at_ms": steps[0][0] - START_MS, "restart": True})
        for at_ms, kind, value in steps:
            played.step({"at_ms": at_ms - START_MS, kind: value, "waits": True})
        played.take(played.container.finish(steps[-1][0]))
    return [json.loads(line) for line in played.lines()]


def total(records: list[dict], name: str) -> int:
    return sum(record.get(name, 0) for record in records)


@settings(max_examples=3 * settings.default.max_examples, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    sizes=SIZES,
    disorder=st.sampled_from((0.0, 0.0, 0.02, 0.2, 1.0)),
    loss=st.sampled_from((0.0, 0.0, 0.1, 0.7, 1.0)),
)
@example(seed=1, sizes=[120, 120, 120, 120, 10, 10], disorder=1.0, loss=0.5)
@example(seed=1190, sizes=[1, 0], disorder=1.0, loss=0.0)  # the first initReport after a reset
@example(seed=3413308071, sizes=[0, 1, 5, 7], disorder=1.0, loss=0.1)
@example(seed=1952436302, sizes=[2, 33, 4, 0, 2], disorder=1.0, loss=0.3)  # another's init
@example(seed=0, sizes=[82, 1, 0, 0], disorder=1.0, loss=0.0)  # two inits, reported late
@example(seed=1809698803, sizes=[3, 16, 5], disorder=1.0, loss=0.7)  # its duration after a reset
@example(seed=1119790965, sizes=[58, 0, 4, 3, 24], disorder=1.0, loss=0.0)  # a late failed init
def test_sums_over_the_records_equal_the_truth(seed, sizes, disorder, loss):
    """For any order, repetition, splitting into batches and loss of init and report events."""
    life = Life(seed, sizes, disorder, loss)
    truth = life.truth

    lines = reported(life)
    records = [line for line in lines if line["record"] == "container/1"]
    last = records[-1]["total"]
    inits_us = [round(line["InitDuration"] * 1000) for line in records if "InitDuration" in line]
    durations_us = [round(ms * 1000) for line in records for ms in line.get("Duration", ())]

    assert truth.invocations == total(records, "Invocations") == last["invocations"]
    assert truth.cold_starts == total(records, "ColdStarts") == last["cold_starts"]
    assert truth.errors == total(records, "errors") == last["errors"]
    assert truth.timeouts == total(records, "timeouts") == last["timeouts"]
    assert truth.out_of_memory == total(records, "out_of_memory") == last["out_of_memory"]
    assert truth.failed_inits == total(records, "failed_inits")
    assert truth.resets == total(records, "resets") == last["resets"]
    assert truth.billed_ms == last["billed_ms"]
    assert truth.invocations == len(durations_us)
    assert truth.duration_us == sum(durations_us) == round(last["duration_ms"] * 1000)
    assert sorted(truth.inits_us) == sorted(inits_us)
    assert sum(truth.inits_us) == round(last["init_ms"] * 1000)


@settings(max_examples=int(1.5 * settings.default.max_examples), deadline=None)
@given(
    seed=st.integers(0, 2**32),
    sizes=SIZES,
    disorder=st.sampled_from((0.0, 0.1, 1.0)),
    loss=st.sampled_from((0.0, 0.3, 1.0)),
)
def test_records_follow_each_other(seed, sizes, disorder, loss):
    """Sequence numbers have no gap, totals never fall, periods do not overlap, lines are sound."""
    lines = reported(Life(seed, sizes, disorder, loss))
    records = [line for line in lines if line["record"] == "container/1"]

    assert [record["sequence"] for record in records] == list(range(1, len(records) + 1))
    # A made id until the platform's is known, and that from then on.
    ids = [record["container_id"] for record in records]
    assert ids in [[MADE_ID] * i + [pe.INSTANCE] * (len(ids) - i) for i in range(len(ids) + 1)]
    for before, after in pairwise(records):
        assert before["to_ms"] <= after["from_ms"] <= after["to_ms"]
        assert all(before["total"][name] <= value for name, value in after["total"].items())
    for line in lines:
        check_line(line)


@settings(max_examples=settings.default.max_examples, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    sizes=SIZES.filter(lambda sizes: sum(sizes) <= 60),
    disorder=st.sampled_from((0.0, 0.02, 0.2, 1.0)),
    loss=st.sampled_from((0.0, 0.0, 0.3, 1.0)),
)
def test_no_gap_contains_time_in_which_something_ran(seed, sizes, disorder, loss):
    """What is recorded is true or absent, and all of it is recorded where telemetry is sound."""
    life = Life(seed, sizes, disorder, loss, is_early=False)
    records = [line for line in reported(life) if line["record"] == "container/1"]
    gaps_us = [round(gap * 1000) for record in records for gap in record.get("IdleTime", ())]

    if not disorder and not loss:
        assert [gap for gap in life.truth.gaps_us if gap >= 0] == gaps_us
    left = sorted(life.truth.gaps_us)
    for gap_us in sorted(gaps_us):
        # An init whose start was lost begins where its duration and its end say, and the end of
        # what ran before is as uncertain: each to the millisecond. The smallest gap that may be
        # meant: all others are as near to the larger ones.
        meant = next((gap for gap in left if abs(gap - gap_us) <= 2000), None)
        assert meant is not None, (gap_us, left)
        left.remove(meant)


@settings(max_examples=settings.default.max_examples, deadline=None)
@given(seed=st.integers(0, 2**32), sizes=SIZES.filter(lambda sizes: sum(sizes) <= 60))
def test_a_request_that_is_served_again_is_another_invocation(seed, sizes):
    """Also where what is said of the first time comes after the INVOKE of the second."""
    life = Life(seed, sizes, 0.0, 0.0, is_early=False, is_retried=True)
    truth = life.truth

    records = [line for line in reported(life) if line["record"] == "container/1"]
    last = records[-1]["total"]
    durations_us = [round(ms * 1000) for record in records for ms in record.get("Duration", ())]

    assert truth.invocations == last["invocations"] == len(durations_us)
    assert truth.duration_us == sum(durations_us)
    assert (truth.errors, truth.timeouts) == (last["errors"], last["timeouts"])
    assert truth.out_of_memory == last["out_of_memory"]
    assert truth.billed_ms == last["billed_ms"]


@settings(max_examples=settings.default.max_examples // 2, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 300))
def test_gaps_and_durations_give_back_every_start_and_end(seed, size):
    """In order and undamaged: each start is the end before it plus the idle gap, to the µs."""
    life = Life(seed, [size], 0.0, 0.0)
    starts_ms = [at_ms for at_ms, kind, _ in life.segments[0] if kind == "invoke"]

    records = [line for line in reported(life) if line["record"] == "container/1"]
    gaps = [gap for record in records for gap in record.get("IdleTime", ())]
    durations = [duration for record in records for duration in record.get("Duration", ())]

    at_ms, given_back = starts_ms[0], [starts_ms[0]]
    for gap, duration in zip(gaps, durations, strict=False):
        at_ms += duration + gap
        given_back.append(round(at_ms, 3))
    assert starts_ms == given_back
