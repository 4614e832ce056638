"""Who must know when the process is forked, restored from a snapshot or reset by a test."""

import os
from _weakref import ref

from . import build_lock, entry, invocation, page

_participants: "list[ref[Participant]]" = []


class Participant:
    """Something with state of its own; lives as long as its user holds it."""

    def __init__(self) -> None:
        _participants.append(ref(self, _participants.remove))

    def after_fork(self) -> None:
        """In a child: locks may be held by threads it does not have, the page is not its own."""

    def after_restore(self) -> None:
        """In a clone of a snapshot: connections are from another life."""

    def forget(self) -> None:
        """Be as at the start of the process."""


def participants() -> "list[Participant]":
    """All that are alive."""
    return [
        participant
        for participant in [participant() for participant in list(_participants)]
        if participant is not None
    ]


def after_fork() -> None:
    """Make a forked child count for itself."""
    page.renew_locks()
    entry.after_fork()
    build_lock.after_fork()
    for participant in participants():
        participant.after_fork()
    page.leave()


def after_restore() -> None:
    """Make a clone of a snapshot its own container."""
    for participant in participants():
        participant.after_restore()
    page.leave(is_restored=True)


def forget() -> None:
    """Start again, as a new container does."""
    invocation.forget()
    page.forget()
    for participant in participants():
        participant.forget()


# Where there is no fork there is nothing to be called after it.
getattr(os, "register_at_fork", lambda **_calls: None)(after_in_child=after_fork)
