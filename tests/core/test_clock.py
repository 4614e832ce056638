"""The platform's times, as far as they can be true, beside the wall clock."""

from reuse_extension.core.clock import CLOCK_LIMIT_MS, PlatformClock

NOW_MS = 1_795_219_200_000


def test_an_event_happened_when_it_says():
    clock = PlatformClock()

    assert clock.of(NOW_MS - 700, NOW_MS) == NOW_MS - 700
    assert clock.event_time_ms == NOW_MS - 700


def test_without_a_time_it_happens_now():
    clock = PlatformClock()

    assert clock.of(None, NOW_MS) == NOW_MS
    assert clock.event_time_ms is None


def test_a_time_days_ahead_is_none():
    """It would hold back all that comes after it."""
    clock = PlatformClock()

    assert clock.of(NOW_MS + CLOCK_LIMIT_MS + 1, NOW_MS) == NOW_MS
    assert clock.event_time_ms is None


def test_where_the_clocks_are_days_apart_the_platforms_counts():
    clock = PlatformClock()
    clock.of(NOW_MS, NOW_MS + 3 * CLOCK_LIMIT_MS)

    assert clock.now(NOW_MS + 3 * CLOCK_LIMIT_MS) == NOW_MS
    assert clock.now(NOW_MS + 5) == NOW_MS + 5
