"""What one resource has counted: hits, misses by reason, builds and their time.

The counts live on the page alone, so that a hit costs one addition. CPython (3.10 and later, with
its global lock) does not switch threads within `hits[0] += 1` on a memoryview: it looks for other
threads only at calls and at jumps backwards, and there is neither. Everywhere else, and where
several resources share a slot, `count_hit` adds under a lock.
"""

import sys

from . import page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Optional

    from .info import CacheInfo

COUNTERS = (
    "hits",
    "first",
    "expired",
    "invalid",
    "evicted",
    "forced",
    "loop_changed",
    "error",
    "builds_in_init",
    "builds_in_invocations",
    "init_us",
    "invocations_us",
    "failed",
    "failed_us",
    "recreated",
    "recreated_us",
    "uses",
)
"""A slot's counters, as in `page_format` (a test compares), which is not loaded at import: its
namedtuples take 2 ms."""

AT = {counter: at for at, counter in enumerate(COUNTERS)}
REASONS = COUNTERS[1 : AT["builds_in_init"]]
MAX_THINGS = 1024
"""Remembered of one call site."""


def increment_is_atomic() -> bool:
    """Whether `hits[0] += 1` cannot be interrupted in this interpreter."""
    has_lock = getattr(sys, "_is_gil_enabled", lambda: True)()
    return sys.implementation.name == "cpython" and sys.version_info >= (3, 10) and has_lock


class Counters:
    """The counters of one resource."""

    def __init__(self, name: str, kind: str, call_site: str) -> None:
        self._texts = (name, kind, call_site)
        self._slot, self._is_first = page.claim_slot(name, kind, call_site)
        self._hits: "Optional[memoryview]" = None
        self._before = [0] * page.WIDTH  # on pages before this one, less what was cleared
        self._own = [0] * page.WIDTH  # on this page, where the slot is shared
        self.count_hit: "Optional[Callable[[], None]]" = None
        """How to count a hit; None where adding to `hits()[0]` will do."""
        if not self._is_first:
            self.count_hit = self.hit
        elif not increment_is_atomic():
            self.count_hit = self._hit_under_lock

    @property
    def has_own_slot(self) -> bool:
        """Whether the page had room for it: else it is counted with all others."""
        return self._slot != page.OTHER

    def hits(self) -> memoryview:
        """The counters on the page, the hits at 0; makes the page where there is none."""
        if self._hits is None:
            self._hits = page.view(self._slot)
        return self._hits

    def hit(self) -> None:
        """One look-up found its value."""
        self.add("hits", 1)

    def _hit_under_lock(self) -> None:
        with page.counting:
            self._hits[0] += 1  # type: ignore[index]  # a hit comes after a miss

    def miss(self, reason: str) -> None:
        """One look-up did not; counted before the build."""
        self.add(reason, 1)

    def was_built_elsewhere(self, thing: int) -> bool:
        """Whether another one of the same name and call site has built this before.

        `thing`: a hash of what is built, the same in every one of them.
        """
        return not self._is_first and thing in page.things.get(self._texts, ())

    def remember(self, thing: int) -> None:
        """Let it be known to the others that this was built."""
        things = page.things.setdefault(self._texts, set())
        if len(things) < MAX_THINGS:
            things.add(thing)

    def built(self, took_us: int, in_init: bool, is_recreated: bool = False) -> None:
        """A build gave a value."""
        if is_recreated:
            self.add("recreated_us", took_us)
        self.add("builds_in_init" if in_init else "builds_in_invocations", 1)
        self.add("init_us" if in_init else "invocations_us", took_us)

    def failed(self, took_us: int) -> None:
        """A build raised."""
        self.add("failed", 1)
        self.add("failed_us", took_us)

    def add(self, counter: str, more: int) -> None:
        """Add to the counter of this name."""
        hits = self.hits()
        at = AT[counter]
        with page.counting:
            hits[at] += more
            if not self._is_first:
                page.duplicate_counts(self._slot)[at] += more
                self._own[at] += more

    def info(self, maxsize: "Optional[int]", currsize: int) -> "CacheInfo":
        """The counts since the start of the process, or since they were cleared."""
        from .info import CacheInfo  # its namedtuple takes 2 ms, and few functions ask

        counts = dict(zip(COUNTERS, self._counts()))
        reasons = {reason: counts[reason] for reason in REASONS}
        return CacheInfo(
            hits=counts["hits"],
            misses=sum(reasons.values()) + counts["recreated"],
            maxsize=maxsize,
            currsize=currsize,
            reasons=reasons,
            builds=counts["builds_in_init"] + counts["builds_in_invocations"],
            build_ms=(counts["init_us"] + counts["invocations_us"]) / 1000,
            failed=counts["failed"],
            recreated=counts["recreated"],
        )

    def clear(self) -> None:
        """Let `info` begin at 0 again; the page keeps what it has."""
        self._before = [0] * page.WIDTH
        self._before = [-count for count in self._counts()]

    def leave_page(self) -> None:
        """Go on on another page, when the next thing is counted."""
        self._before = self._counts()
        self._own = [0] * page.WIDTH
        self._hits = None

    def forget(self) -> None:
        """Start again, as in a new container; all slots have been given back."""
        self._slot, self._is_first = page.claim_slot(*self._texts)
        self._before = [0] * page.WIDTH
        self._own = [0] * page.WIDTH
        self._hits = None

    def _counts(self) -> "list[int]":
        if self._hits is None:
            return list(self._before)
        if self._is_first:
            shared = page.duplicate_counts(self._slot)
            here = [count - more for count, more in zip(self._hits, shared)]
        else:
            here = self._own
        return [before + count for before, count in zip(self._before, here)]
