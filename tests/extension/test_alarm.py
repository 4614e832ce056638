"""The alarm: the first of two clocks by which the time has come decides."""

import pytest
from reuse_extension import interpreter
from reuse_extension.alarm import MAX_WAIT_MS, Alarm, sooner


class Clocks:
    """The two clocks of a machine, each moved by itself."""

    def __init__(self) -> None:
        self.wall_ms = 1_000_000
        self.ticks = 500

    def pass_by(self, milliseconds: int) -> None:
        self.wall_ms += milliseconds
        self.ticks += milliseconds


@pytest.fixture
def clocks(monkeypatch):
    found = Clocks()
    monkeypatch.setattr(interpreter, "now_ms", lambda: found.wall_ms)
    monkeypatch.setattr(interpreter, "ticks_ms", lambda: found.ticks)
    return found


def test_it_counts_down_to_the_time(clocks):
    alarm, wake_ms = Alarm(), clocks.wall_ms + 3000

    waits = []
    for _ in range(5):
        waits.append(alarm.wait_ms(wake_ms))
        clocks.pass_by(1000)

    assert waits == [3000, 2000, 1000, 0, 0]


def test_without_a_time_there_is_no_wait(clocks):
    assert Alarm().wait_ms(None) is None


def test_a_wall_clock_that_is_set_back_delays_nothing(clocks):
    """The other clock goes on."""
    alarm, wake_ms = Alarm(), clocks.wall_ms + 3000
    alarm.wait_ms(wake_ms)
    clocks.pass_by(1000)
    clocks.wall_ms -= 3_600_000

    assert alarm.wait_ms(wake_ms) == 2000


def test_a_tick_clock_that_stood_still_delays_nothing(clocks):
    """As in a frozen container: the wall clock says that the time has come."""
    alarm, wake_ms = Alarm(), clocks.wall_ms + 3000
    alarm.wait_ms(wake_ms)
    clocks.wall_ms += 10_000

    assert alarm.wait_ms(wake_ms) == 0


def test_no_wait_is_longer_than_the_core_needs(clocks):
    """A wall clock that was far ahead when the time was named."""
    assert Alarm().wait_ms(clocks.wall_ms + 3_600_000) == MAX_WAIT_MS


def test_after_stop_the_same_time_is_measured_again(clocks):
    """Without it, the ticks that have passed would make it due."""
    alarm, wake_ms = Alarm(), clocks.wall_ms + 3000
    alarm.wait_ms(wake_ms)
    clocks.ticks += 3000
    due = alarm.wait_ms(wake_ms)
    alarm.stop()

    assert (due, alarm.wait_ms(wake_ms)) == (0, 3000)


@pytest.mark.parametrize(
    ("one", "other", "expected"), [(None, None, None), (5, None, 5), (None, 5, 5), (7, 3, 3)]
)
def test_the_sooner_of_two_waits(one, other, expected):
    """None waits without an end."""
    assert sooner(one, other) == expected
