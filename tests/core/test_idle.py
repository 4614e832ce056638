"""Idle gaps hold no time in which an invocation or an init ran; what is not known is absent."""

import pytest

from tests import platform_events as pe
from tests.core.play import START_MS
from tests.core.test_container import begun, containers, serve, served
from tests.core.test_resets import MANAGED, cut_off, init, reset


def gaps(played) -> list[float]:
    return [gap for record in containers(played) for gap in record.get("IdleTime", ())]


def after_a_timeout(*reported: dict, invoke: bool = True, start_ms: int = 26_001, **report) -> list:
    """The gap before an invocation in a process that was reset: it ended at 4000 ms."""
    done = pe.runtime_done(START_MS + 4_000, "two", 3_000, "timeout")
    played = cut_off("timeout", done)
    reset(played, 20_000)
    if invoke:
        played.step({"at_ms": 26_000, "invoke": "three"})
    events = [
        pe.start(START_MS + start_ms, "three"),
        pe.runtime_done(START_MS + 26_101, "three", 100),
    ]
    if report:
        events.append(pe.report(START_MS + 26_102, "three", **report))
    played.step({"at_ms": 26_200, "batch": [*reported, *events]})
    serve(played, 31_101, "four")
    played.step({"at_ms": 40_000, "shutdown": "spindown"})
    if played.container.state == "ending":  # a report is missing
        played.take(played.container.finish(START_MS + 41_000))
    return gaps(played)[1:]


def test_a_repeated_init_is_not_idle():
    """The gap before it ends where it begins."""
    assert after_a_timeout(*init(20_000, 6_000)) == [16_000, 5_000]


def test_nor_are_several():
    """One failed, and was repeated at once."""
    inits = [*init(20_000, 2_000, status="error"), *init(22_100, 3_900)]

    assert after_a_timeout(*inits) == [16_000, 5_000]


def test_one_that_nobody_waited_for():
    """The gap begins where it ended."""
    assert after_a_timeout(*init(4_100, 900)) == [21_001, 5_000]


def test_a_start_before_the_init_is_the_beginning():
    """As some platforms have it; the invocation's duration covers the init."""
    done = pe.runtime_done(START_MS + 4_000, "two", 3_000, "timeout")
    played = cut_off("timeout", done)
    reset(played, 20_000, *init(20_010, 6_000))
    serve(played, 20_000, "three", 6_101)
    serve(played, 31_101, "four")
    played.step({"at_ms": 40_000, "shutdown": "spindown"})

    assert gaps(played)[1:] == [16_000, 5_000]


def test_the_start_of_the_init_is_lost():
    """Its report says when it began."""
    assert after_a_timeout(init(20_000, 6_000)[1]) == [16_000, 5_000]


def test_all_of_the_init_but_its_end_is_lost():
    """Then nobody knows when it began."""
    assert after_a_timeout(pe.init_runtime_done(START_MS + 26_000, phase="invoke")) == [5_000]


def test_all_of_the_init_is_lost():
    """The invocation's report includes it; without that the gap is absent."""
    assert after_a_timeout(duration_ms=6_102) == [16_000, 5_000]
    assert after_a_timeout() == [5_000]


def test_the_end_of_the_init_is_lost():
    """Where it began is enough."""
    assert after_a_timeout(init(20_000, 6_000)[0]) == [16_000, 5_000]


def test_a_short_one_leaves_the_gap_at_the_start():
    """So that gaps and durations give back every start."""
    assert after_a_timeout(*init(25_100, 900)) == [22_001, 5_000]


@pytest.mark.parametrize("lost", [0, 1])
def test_an_end_that_is_known_by_the_report_alone(lost):
    """Its duration includes the repeated init, from before `start`: the report's time bounds it."""
    played = cut_off("timeout", pe.runtime_done(START_MS + 4_000, "two", 3_000, "timeout"))
    reset(played, 20_000, *init(20_000, 6_000))
    played.step({"at_ms": 26_000, "invoke": "three"})
    events = [pe.start(START_MS + 26_001, "three"), pe.report(START_MS + 26_101, "three", 6_101)]
    played.step({"at_ms": 26_200, "batch": events[lost:]})
    serve(played, 31_101, "four")
    played.step({"at_ms": 40_000, "shutdown": "spindown"})

    assert gaps(played)[1:] == ([16_000, 5_000] if not lost else [])


def test_an_end_that_nobody_has_reported():
    """Not by runtimeDone and not by the report: the gap after it is absent, the next is not."""
    played = cut_off("timeout")
    reset(played, 20_000, *init(20_000, 90))
    serve(played, 20_100, "three")
    serve(played, 25_105, "four")
    played.step({"at_ms": 40_000, "shutdown": "spindown"})

    assert gaps(played) == [795, 5_000]


def test_an_end_that_the_next_process_learns_of():
    """In time for the gap."""
    played = cut_off("timeout")
    report = pe.report(START_MS + 4_001, "two", 3_000, "timeout")
    reset(played, 20_000, report, *init(20_000, 90))
    serve(played, 20_100, "three")
    played.step({"at_ms": 40_000, "shutdown": "spindown"})

    assert gaps(played) == [795, 16_100]


def test_after_a_process_was_killed_without_notice():
    """What it had seen since its last record is lost, and may have been an invocation."""
    played = begun()
    serve(played, 200, "one")
    serve(played, 1_000, "two")
    reset(played, 20_000, *init(20_000, 90))
    serve(played, 20_100, "three")
    serve(played, 25_105, "four")
    played.step({"at_ms": 40_000, "shutdown": "spindown"})

    assert gaps(played) == [5_000]


def test_nor_does_an_older_invocation_help_that_is_reported_only_then():
    """Telemetry comes again, of what the killed process had not written yet."""
    played = begun()
    serve(played, 200, "one")
    serve(played, 60_000, "three")
    serve(played, 120_000, "four")  # of this minute there is no record
    played.step({"at_ms": 130_000, "restart": True})
    played.step({"at_ms": 140_000, "batch": [*init(139_000, 500), *served(30_000, "two")]})
    serve(played, 139_501, "five")
    played.step({"at_ms": 150_000, "shutdown": "spindown"})

    assert gaps(played) == [59_795]


def test_after_a_failure_that_nothing_explains():
    """Something ran, nobody says when."""
    played = begun()
    serve(played, 200, "one")
    played.step({"at_ms": 900, "shutdown": "failure"})
    reset(played, 2_000)
    played.step({"at_ms": 2_100, "shutdown": "failure"})
    reset(played, 20_000, *init(20_000, 90))
    serve(played, 20_100, "three")
    serve(played, 25_105, "four")
    played.step({"at_ms": 40_000, "shutdown": "spindown"})

    assert gaps(played) == [5_000]


def test_a_record_that_is_cut_between_two_whose_first_is_told_late():
    """INVOKE says that it ran before; how long, nobody knows yet."""
    played = begun()
    serve(played, 200, "one")
    played.step({"at_ms": 1_000, "invoke": "two"})
    played.step({"at_ms": 5_000, "invoke": "three"})
    played.step({"at_ms": 5_010, "batch": served(5_000, "three")})
    serve(played, 61_000, "four")
    played.step({"at_ms": 61_100, "batch": served(1_000, "two", 3_000)})
    played.step({"at_ms": 90_000, "shutdown": "spindown"})

    assert 4_795 not in gaps(played)
    assert 55_995 in gaps(played)


def test_on_managed_instances_one_that_began_meanwhile_has_none():
    """Several run at a time."""
    played = begun(MANAGED)
    for name, begin_ms, end_ms in (("a", 200, 5_000), ("b", 300, 400), ("c", 6_000, 6_100)):
        begin, end = START_MS + begin_ms, START_MS + end_ms
        reported = [pe.start(begin, name), pe.report(end, name, end_ms - begin_ms)]
        played.step({"at_ms": 7_000, "batch": reported})
    played.step({"at_ms": 9_000, "shutdown": "spindown"})

    assert gaps(played) == [1_000]


def test_one_that_follows_at_once_has_a_gap_of_0():
    """Starts are whole milliseconds, and may seem to lie before the end of what they follow."""
    played = begun()
    serve(played, 200, "a", 10.75)
    serve(played, 210, "b")
    serve(played, 1_000, "c")
    played.step({"at_ms": 9_000, "shutdown": "spindown"})

    assert gaps(played) == [0, 785]


@pytest.mark.parametrize("is_woken", [False, True])
def test_a_frozen_container_hears_of_each_invocation_after_the_next_invoke(is_woken):
    """And its own clock wakes it first, where that was to happen while it was frozen."""
    played = begun()
    at_ms, said = 200, []
    for number in range(6):
        if is_woken and played.container.wake_ms is not None:
            played.step({"at_ms": at_ms, "tick": True})
        played.step({"at_ms": at_ms + 1, "invoke": str(number)})
        if not is_woken or number % 2:
            played.step({"at_ms": at_ms + 3, "batch": said})
            said = []
        said += served(at_ms + 1, str(number))
        at_ms += 90_000
    played.step({"at_ms": at_ms, "batch": said})
    played.step({"at_ms": at_ms, "shutdown": "spindown"})

    assert gaps(played) == [89_995] * 5
