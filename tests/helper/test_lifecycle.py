"""Who is told of forks, restores and resets: all that are alive, and nobody else."""

import gc

import pytest
from lambda_reuse import invocation, lifecycle, page
from lambda_reuse.lifecycle import Participant


class Noted(Participant):
    """Notes what it is asked to do."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []

    def after_fork(self) -> None:
        self.done.append("after_fork")

    def after_restore(self) -> None:
        self.done.append("after_restore")

    def forget(self) -> None:
        self.done.append("forget")


@pytest.mark.parametrize("event", ["after_fork", "after_restore", "forget"])
def test_every_participant_is_asked(event):
    """After a fork, after a restore, and when all is forgotten."""
    several = [Noted(), Noted()]
    getattr(lifecycle, event)()

    assert [one.done for one in several] == [[event], [event]]


def test_a_participant_lives_as_long_as_its_user_holds_it():
    one = Noted()
    known = one in lifecycle.participants()
    identity = id(one)
    del one
    gc.collect()

    assert known
    assert [id(other) for other in lifecycle.participants() if id(other) == identity] == []


def test_one_that_does_nothing_is_a_participant():
    """Each of the three has a default."""
    one = Participant()
    for event in (one.after_fork, one.after_restore, one.forget):
        event()

    assert one in lifecycle.participants()


@pytest.mark.parametrize("event", [lifecycle.after_fork, lifecycle.after_restore])
def test_a_process_that_is_another_counts_on_a_page_of_its_own(event):
    page.view(page.claim_slot("table", "resource", "")[0])
    before = page.path
    event()
    page.view(0)

    assert before is not None
    assert page.path not in (None, before)


def test_forgetting_begins_another_container():
    """In init, without a page and without names."""
    invocation.begin("one")
    page.view(page.claim_slot("table", "resource", "")[0])
    lifecycle.forget()

    assert invocation.in_init()
    assert page.path is None
    assert page.claim_slot("other", "resource", "") == (0, True)
