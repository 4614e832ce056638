"""The table of states: no dead rows, no unknown steps, and steps that change nothing."""

import pytest
from reuse_extension.core import lifecycle as life
from reuse_extension.core.failures import FAILED
from reuse_extension.core.records import CONTAINER_FIELDS


def test_every_state_can_be_reached_and_left():
    """Or is an end."""
    reached = {life.STARTING, life.RESET} | {
        target for moves in life.TRANSITIONS.values() for target in moves.values()
    }

    assert reached == set(life.TRANSITIONS)
    assert [state for state, moves in life.TRANSITIONS.items() if not moves] == [life.ENDED]


def test_every_step_is_taken_somewhere():
    assert {step for moves in life.TRANSITIONS.values() for step in moves} == set(life.STEPS)


def test_an_unknown_step_is_refused():
    """A misspelt one would go unnoticed."""
    with pytest.raises(ValueError, match="'serve'"):
        life.Lifecycle().move("serve")


def test_a_step_that_a_state_does_not_list_changes_nothing():
    """Telemetry comes late, twice or out of order."""
    lifecycle = life.Lifecycle(life.ENDED)
    lifecycle.move(life.INVOKE)

    assert lifecycle.state == life.ENDED


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((life.INVOKE, life.SPINDOWN, life.FINISH), life.ENDED),
        ((life.INVOKE, life.SHUTDOWN_RESET, life.FINISH, life.RESTART), life.RESTARTING),
        ((life.REPEAT, life.INVOKE), life.RUNNING),
        ((life.INVOKE, life.REPEAT), life.RUNNING),
    ],
)
def test_ways(steps, expected):
    """A sequence of steps leads to the state that the table says."""
    lifecycle = life.Lifecycle()
    for step in steps:
        lifecycle.move(step)

    assert lifecycle.state == expected


def test_every_end_is_in_the_schema_and_every_reset_has_its_count():
    """Without either, SHUTDOWN would write what the schema forbids, or raise."""
    (field,) = [field for field in CONTAINER_FIELDS if field.name == "end"]

    assert set(life.ENDS.values()) == set(field.values)
    assert set(life.RESETS) <= set(life.ENDS.values()) & set(FAILED)
