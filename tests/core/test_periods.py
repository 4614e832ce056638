"""Periods: minutes, full arrays, one init each, and no overlap."""

from reuse_extension.core.invocations import Invocation
from reuse_extension.core.periods import Periods

MINUTE_MS = 60_000


def periods(one_record_per_invocation: bool = False) -> Periods:
    return Periods(False, 500, one_record_per_invocation)


def invocation(name: str, start_ms: int, duration_us: int | None = 5_000) -> Invocation:
    made = Invocation(name)
    made.start_ms, made.done_us = start_ms, duration_us
    return made


def test_a_later_minute_closes_the_period():
    """If there is something to report in it."""
    made = periods()
    made.touch(1_000)
    made.touch(MINUTE_MS + 1)
    assert made.take() == []

    made.begin_invocation(invocation("one", MINUTE_MS + 2), MINUTE_MS + 2)
    made.touch(2 * MINUTE_MS)
    (closed,) = made.take()
    assert closed.counts == {"Invocations": 1, "ActiveContainers": 1}
    assert closed.values["Duration"] == [5_000]


def test_periods_do_not_overlap():
    """What happened before the end of one is in the next, from that end on."""
    made = periods()
    made.add("resets")
    made.touch(5_000)
    made.close()
    made.touch(4_000)
    made.add("resets")
    made.close()

    first, second = made.take()
    assert (first.to_ms, second.from_ms, second.to_ms) == (5_000, 5_000, 5_000)


def test_a_container_is_active_once_a_minute():
    made = periods(one_record_per_invocation=True)
    for number in range(3):
        made.begin_invocation(invocation(str(number), 1_000), 1_000)
    made.close()

    counts = [closed.counts for closed in made.take()]
    assert [count["Invocations"] for count in counts] == [1, 1, 1]
    assert [count.get("ActiveContainers") for count in counts] == [1, None, None]


def test_a_period_has_one_init():
    """So that its duration is a number."""
    made = periods()
    for phase in ("init", "invoke"):
        made.inits.match_event(phase, "report_ms", 100).duration_us = 7_000
    made.close()

    assert [closed.init.phase for closed in made.take()] == ["init", "invoke"]


def test_a_duration_that_comes_late_is_in_the_next_period():
    made = periods()
    late = invocation("one", 1_000, None)
    made.begin_invocation(late, 1_000)
    made.close()
    late.done_us = 9_000
    made.end_invocation(late)
    made.close()

    first, second = made.take()
    assert (first.values["Duration"], second.values["Duration"]) == (None, [9_000])
    assert "Invocations" not in second.counts


def test_nothing_has_happened_yet():
    """Then the process's own beginning stands for the time."""
    made = periods()
    made.add("dropped")
    made.close()

    (closed,) = made.take()
    assert (closed.from_ms, closed.to_ms, closed.started_ms) == (500, 500, 500)


def test_what_the_platform_says_stays():
    """Until it says something else."""
    made = periods()
    made.learn("tenant_id", "blue")
    made.learn("tenant_id", None)
    made.close()

    (closed,) = made.take()
    assert closed.common_fields == {"tenant_id": "blue"}
