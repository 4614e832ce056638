"""One resource's counters: where they are, and what each event adds to them."""

import sys
from _thread import allocate_lock

from . import invocations, page

HITS = 0
REASONS = {
    "first": 1,
    "expired": 2,
    "invalid": 3,
    "evicted": 4,
    "forced": 5,
    "loop_changed": 6,
    "error": 7,
}
BUILDS_IN_INIT, BUILDS_IN_INVOCATIONS, INIT_US, INVOCATIONS_US = 8, 9, 10, 11
FAILED, FAILED_US = 12, 13
COUNTERS = 16
"""Places in a slot, after `page_format.COUNTERS`, which is not imported with the helper."""

ADDS_AT_ONCE = sys.version_info >= (3, 10) and getattr(sys, "_is_gil_enabled", lambda: True)()
"""Whether `counters[i] += 1` cannot be interrupted by another thread: CPython looks for another
thread to run at calls and backward jumps only, since 3.10. Elsewhere every count is made under a
lock."""

_lock = allocate_lock()
_names: "dict[str, int]" = {}  # how many resources have each name
_has_warned = False


class Tally:
    """A resource's slot in the page of this process; taken when the resource is first used."""

    def __init__(self, name: str, kind: str, call_site: str) -> None:
        self.name = _unique(name)
        self._kind = kind
        self._call_site = call_site
        self.lock = allocate_lock()
        self.forget()

    def forget(self) -> None:
        """Count from 0, in memory, until `attach`: this is another process than before."""
        self.is_attached = False
        self.counters: "page.Counters" = [0] * COUNTERS
        self.at = 0

    def attach(self) -> None:
        """Count in the page from now on."""
        if not self.is_attached:
            self.counters, self.at = page.current().take_slot(
                self.name, self._kind, self._call_site
            )
            self.is_attached = True

    def add(self, counter: int, amount: int = 1) -> None:
        """Add to a counter."""
        if ADDS_AT_ONCE:
            self.counters[self.at + counter] += amount
        else:
            with self.lock:
                self.counters[self.at + counter] += amount

    def add_miss(self, reason: str) -> None:
        """Somebody asked, and it was not there."""
        self.add(REASONS[reason])

    def built(self, microseconds: int) -> None:
        """A build has given a value."""
        in_init = invocations.number == 0
        self.add(BUILDS_IN_INIT if in_init else BUILDS_IN_INVOCATIONS)
        self.add(INIT_US if in_init else INVOCATIONS_US, microseconds)

    def failed(self, microseconds: int) -> None:
        """A build has raised."""
        self.add(FAILED)
        self.add(FAILED_US, microseconds)

    def read(self) -> "list[int]":
        """All counters."""
        return list(self.counters[self.at : self.at + COUNTERS])


def _unique(name: str) -> str:
    """`name`, or with a number behind it where another resource has it; told once."""
    global _has_warned
    with _lock:
        unique, number = name, _names.get(name, 0) + 1
        _names[name] = number
        while number > 1 and unique in _names:
            unique = f"{name}#{number}"
            number += 1
        _names.setdefault(unique, 1)
        is_to_warn = unique != name and not _has_warned
        _has_warned = _has_warned or is_to_warn
    if is_to_warn:
        sys.stderr.write(
            f"lambda-reuse: two resources are named {name}; the later ones are counted as {unique}"
            " and so on (give them names with name=)\n"
        )
    return unique
