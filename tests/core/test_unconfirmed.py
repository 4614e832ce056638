"""What waits for its other half, and for how long."""

from reuse_extension.core.invocations import Invocation
from reuse_extension.core.unconfirmed import (
    HOLD_MS,
    LATE_MS,
    MAX_PUT_OFF,
    MAX_UNINVOKED,
    MAX_WAITING,
    Unconfirmed,
)

MINUTE_MS = 60_000
INITS = [(4_000_000, 4_990_000)]


def invocation(name: str = "one", **changes: object) -> Invocation:
    made = Invocation(name)
    for key, value in changes.items():
        setattr(made, key, value)
    return made


def test_an_invoke_waits_until_the_minute_after_it():
    waiting = Unconfirmed()
    waiting.invoke(invocation(invoked_ms=5))

    assert not waiting.watch(MINUTE_MS - 1)
    assert waiting.wake_ms is None
    assert not waiting.watch(MINUTE_MS)
    assert waiting.wake_ms == MINUTE_MS + HOLD_MS


def test_too_many_do_not_wait():
    waiting = Unconfirmed()
    for number in range(MAX_WAITING):
        assert not waiting.watch(0)
        waiting.invoke(invocation(str(number), invoked_ms=number))

    assert waiting.watch(0)


def test_confirming_the_last_one():
    """An invocation is confirmed once; the others keep waiting."""
    waiting = Unconfirmed()
    one, two = invocation("one", invoked_ms=1), invocation("two", invoked_ms=2)
    for made in (one, two):
        waiting.invoke(made)

    assert [waiting.confirm(made) for made in (one, one, two)] == [True, False, True]


def test_one_of_an_earlier_minute_is_still_to_be_waited_for():
    waiting = Unconfirmed()
    one, two = invocation("one", invoked_ms=1), invocation("two", invoked_ms=MINUTE_MS)
    for made in (one, two):
        waiting.invoke(made)
        waiting.watch(made.invoked_ms)

    assert waiting.older() == [one]
    assert not waiting.confirm(two)
    assert waiting.confirm(one)


def test_a_time_that_passed_in_a_frozen_container_is_put_off():
    """But not again and again."""
    waiting = Unconfirmed()
    waiting.invoke(invocation(invoked_ms=1))

    assert not waiting.put_off(1_000, 1_000 + LATE_MS - 1)
    assert [waiting.put_off(1_000, 1_000 + LATE_MS) for _ in range(MAX_PUT_OFF + 1)] == [
        *[True] * MAX_PUT_OFF,
        False,
    ]
    assert waiting.wake_ms == 1_000 + LATE_MS + HOLD_MS


def test_what_failed_with_its_init_is_found_once():
    """At the end, or when an INVOKE came for what began later."""
    waiting = Unconfirmed()
    failed = invocation(start_ms=5_000, is_failed=True)
    waiting.add_uninvoked(failed)
    waiting.fail(failed)

    assert waiting.has_failed_uninvoked
    assert waiting.failed_with_init(INITS, 5_000) == []
    assert waiting.failed_with_init([], None) == []
    assert waiting.failed_with_init(INITS, 5_001) == [failed]
    assert waiting.failed_with_init(INITS, None) == []


def test_one_whose_invoke_came_has_begun():
    waiting = Unconfirmed()
    made = invocation(start_ms=5_000, is_counted=True, is_failed=True)
    waiting.add_uninvoked(made)
    waiting.invoke(made)
    waiting.fail(made)

    assert waiting.failed_with_init(INITS, None) == []
    assert not waiting.has_failed_uninvoked


def test_only_so_many_are_kept():
    waiting = Unconfirmed()
    for number in range(MAX_UNINVOKED + 5):
        waiting.add_uninvoked(invocation(str(number), start_ms=5_000, is_failed=True))

    assert len(waiting.failed_with_init(INITS, None)) == MAX_UNINVOKED


def test_after_a_reset_both_kinds_go_on():
    waiting = Unconfirmed()
    unseen = invocation("unseen", invoked_ms=1, is_past=True)
    failed = invocation("failed", is_counted=True, is_past=True, is_failed=True, start_ms=5_000)
    waiting.restore([unseen, failed, invocation("both", invoked_ms=1, is_counted=True)])

    assert waiting.invoked == [unseen]
    assert waiting.failed_with_init(INITS, 0) == [failed]


def test_the_first_that_was_served():
    """By telemetry alone; one that failed may have failed with its init."""
    waiting = Unconfirmed()
    assert waiting.first_served is None

    made = invocation(start_ms=5_000)
    waiting.add_uninvoked(made)
    waiting.add_uninvoked(invocation("two", start_ms=6_000, done_us=5_000))
    assert waiting.first_served is None

    made.done_us = 5_000
    assert waiting.first_served is made
    made.is_failed = True
    assert waiting.first_served is None


def test_what_has_failed_is_left_for_the_next_process():
    """Until its init is found, or its INVOKE comes."""
    waiting = Unconfirmed()
    failed = invocation("failed", start_ms=5_000, is_failed=True)
    waiting.add_uninvoked(failed)
    waiting.add_uninvoked(invocation("served", start_ms=6_000))
    assert waiting.failed == [failed]

    waiting.invoke(failed)
    assert waiting.failed == []
