"""Whether the first invocation waited for the init."""

import pytest
from reuse_extension.core.cold_start import ColdStart, ran_for
from reuse_extension.core.inits import Init
from reuse_extension.core.invocations import Invocation


def invocation(start_ms: int | None, invoked_ms: int | None = None) -> Invocation:
    made = Invocation("one")
    made.start_ms, made.invoked_ms, made.is_counted = start_ms, invoked_ms, True
    return made


def init(report_ms: int | None, phase: str = "init") -> Init:
    made = Init(phase)
    made.report_ms = report_ms
    return made


def decided(init_type: str, start_ms: int, ended_ms: int, is_after_reset: bool = False):
    made = ColdStart(init_type)
    made.observe(invocation(start_ms), is_after_reset, 0)
    assert made.decide(init(ended_ms), is_forced=False)
    return made.cold_start_kind, made.init_kind, made.gap_ms


@pytest.mark.parametrize(
    ("init_type", "gap_ms", "expected"),
    [
        ("on-demand", 10, ("on-demand", None, 10)),
        ("on-demand", 1_000, ("on-demand", None, 1_000)),
        ("on-demand", 1_001, (None, "proactive", 1_001)),
        ("provisioned-concurrency", 10, (None, "provisioned", 10)),
        ("snap-start", 10, ("snap-start", None, 10)),
    ],
)
def test_by_the_type_and_the_gap(init_type, gap_ms, expected):
    assert decided(init_type, 5_000 + gap_ms, 5_000) == expected


def test_after_a_reset_the_caller_always_waits():
    assert decided("on-demand", 90_000, 5_000, is_after_reset=True) == ("suppressed", None, None)


def test_it_waits_for_the_end_of_the_init_unless_forced():
    made = ColdStart("on-demand")
    made.observe(invocation(5_000, 5_000), False, 4_000)

    assert not made.decide(init(None), is_forced=False)
    assert made.decide(init(None), is_forced=True)
    assert made.cold_start_kind == "on-demand"


def test_the_first_one_counts_and_no_other():
    made = ColdStart("on-demand")
    first = invocation(5_000)
    made.observe(first, False, 0)
    made.observe(invocation(6_000), False, 0)

    assert made.invocation is first
    assert made.decide(init(4_900), is_forced=False)
    assert not made.decide(init(4_900), is_forced=True)


def test_on_managed_instances_nobody_waits():
    made = ColdStart("lambda-managed-instances")
    made.observe(invocation(5_000), False, 0)

    assert not made.decide(init(4_900), is_forced=True)


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        ((4_000_000, 4_990_000), True),
        ((None, 4_990_000), True),
        ((4_000_000, 5_001_000), False),
        ((1_000_000, 3_000_000), False),
        ((5_010_000, 5_400_000), True),
        ((5_010_000, None), True),
        ((6_000_000, 7_000_000), False),
    ],
)
def test_an_init_that_ran_for_an_invocation(interval, expected):
    """`start` at 5 s, for half a second."""
    made = invocation(5_000)
    made.done_us = 500_000

    assert ran_for(made, [interval]) is expected
    assert ran_for(invocation(None), [interval]) is False
