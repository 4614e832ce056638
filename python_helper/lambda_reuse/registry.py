"""Everything that must know when the process is forked, restored from a snapshot or tested anew."""

import os
from _weakref import ref

from . import build_lock, entry, invocation, page

_members: "list[ref[Member]]" = []


class Member:
    """Something with state of its own; lives as long as its user holds it."""

    def __init__(self) -> None:
        _members.append(ref(self, _members.remove))

    def after_fork(self) -> None:
        """In a child: locks may be held by threads it does not have, the page is not its own."""

    def after_restore(self) -> None:
        """In a clone of a snapshot: connections are from another life."""

    def forget(self) -> None:
        """Be as at the start of the process."""


def members() -> "list[Member]":
    """All that are alive."""
    return [member for member in [member() for member in list(_members)] if member is not None]


def after_fork() -> None:
    """Make a forked child count for itself."""
    page.renew_locks()
    entry.after_fork()
    build_lock.after_fork()
    for member in members():
        member.after_fork()
    page.leave()


def after_restore() -> None:
    """Make a clone of a snapshot its own container."""
    for member in members():
        member.after_restore()
    page.leave(is_restored=True)


def forget() -> None:
    """Start anew, as a new container does."""
    invocation.forget()
    page.forget()
    for member in members():
        member.forget()


# Where there is no fork there is nothing to be called after it.
getattr(os, "register_at_fork", lambda **_calls: None)(after_in_child=after_fork)
