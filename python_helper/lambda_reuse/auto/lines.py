"""A line of the user's and what it builds: whether it had built that before, and the counts.

A build inside an invocation is waste (`recreated`) where the same line has built the same thing
before, in this process: same service, region, endpoint, credentials and so on, distinguished by a
salted hash. Nothing else of it is kept. Not waste are: what init builds; the first build; one that
replaces what was lost to an error; one for another thread, as long as the thread that built the
last one lives. Where more is built than can be distinguished, less is counted, never more.

The counts go to the page, in a slot for each line and thing. Observed builds are no look-ups: they
are in neither hits nor misses.
"""

import sys
from _thread import RLock, get_ident
from _weakref import ref

from lambda_reuse import invocation, lifecycle
from lambda_reuse.counters import AT, Counters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

USES, RECREATED, RECREATED_US = AT["uses"], AT["recreated"], AT["recreated_us"]
IN_INIT = (AT["builds_in_init"], AT["init_us"])
IN_INVOCATIONS = (AT["builds_in_invocations"], AT["invocations_us"])
_lock = RLock()


class Line(lifecycle.Participant):
    """One line of the user's, and one thing that it builds."""

    def __init__(self, named: "tuple[str, str, str, str]", max_keys: int) -> None:
        """`named`: kind, what it builds, site and function; it tells `max_keys` things apart."""
        super().__init__()
        kind, what, site, function = named
        self._max_keys = max_keys
        self.place = (site, function)
        self.counters = Counters(f"{what} in {function} ({site})", kind, site)
        self._threads: "dict[int, dict[int, ref[Any]]]" = {}  # key -> who has built it
        self._last_fetch: "dict[int, tuple[int, bool]]" = {}

    def built(self, key: int, took_us: int, *, is_excused: bool = False) -> bool:
        """Count a build of the thing `key`; whether it was waste."""
        in_init = not invocation.count
        with _lock:
            is_again = self._is_again(key)
        is_waste = is_again and not in_init and not is_excused
        self._count(took_us, in_init=in_init, is_waste=is_waste)
        return is_waste

    def expect(self, key: int) -> None:
        """The thing `key` has been built elsewhere: this line's first build of it is another."""
        with _lock:
            self._is_again(key)

    def fetched(self, key: int, took_us: int) -> None:
        """Count a value read; it was waste where the invocation before this one read it too."""
        number = invocation.count
        with _lock:
            if key not in self._last_fetch and len(self._last_fetch) >= self._max_keys:
                return
            last, was_again = self._last_fetch.get(key, (-1, False))
            is_again = was_again if last == number else last == number - 1 and number > 1
            self._last_fetch[key] = (number, is_again)
        self._count(took_us, in_init=invocation.in_init(), is_waste=is_again)

    def sampled(self, took_us: int) -> None:
        """Count what one of the sampled invocations has built again."""
        self._count(took_us, in_init=False, is_waste=True)

    def add_time(self, took_us: int, is_waste: bool) -> None:
        """More time that a build took after it was counted, such as its connection's."""
        self.counters.add("init_us" if invocation.in_init() else "invocations_us", took_us)
        if is_waste:
            self.counters.add("recreated_us", took_us)

    def used(self) -> None:
        """Count a use of what this line built, as cheaply as a hit is counted."""
        if self.counters.count_hit is None:
            self.counters.hits()[USES] += 1
        else:
            self.counters.add("uses", 1)

    def excuse(self, key: int) -> None:
        """What was built has failed: the next build of it is no waste."""
        with _lock:
            self._threads.pop(key, None)

    def _count(self, took_us: int, *, in_init: bool, is_waste: bool) -> None:
        """Count a build; as cheaply as a hit, where the slot is this line's own."""
        builds, times = IN_INIT if in_init else IN_INVOCATIONS
        if self.counters.count_hit is None:
            counters = self.counters.hits()
            counters[builds] += 1
            counters[times] += took_us
            if is_waste:
                counters[RECREATED] += 1
                counters[RECREATED_US] += took_us
            return
        self.counters.built(took_us, in_init)
        if is_waste:
            self.counters.add("recreated", 1)
            self.counters.add("recreated_us", took_us)

    def _is_again(self, key: int) -> bool:
        threads = self._threads.get(key)
        now = get_ident()
        thread = _thread(now)
        if threads is not None and now in threads and threads[now]() is thread:
            return True
        if threads is None:
            if len(self._threads) < self._max_keys:
                self._threads[key] = {now: ref(thread)}
            return False
        known = threads.get(now)
        has_gone = known is not None  # the thread before it that had this one's number
        if not has_gone:
            gone = [one for one, known in threads.items() if _thread(one) is not known()]
            has_gone = bool(gone)
            for one in gone[:1]:
                del threads[one]
        threads[now] = ref(thread)
        return has_gone

    def after_fork(self) -> None:
        """In a child everything is built for the first time."""
        self._threads.clear()
        self._last_fetch.clear()
        self.counters.leave_page()

    def after_restore(self) -> None:
        """What the snapshot has built is there."""
        self.counters.leave_page()

    def forget(self) -> None:
        """Be as at the start of the process."""
        self._threads.clear()
        self._last_fetch.clear()
        self.counters.forget()


def _thread(ident: int) -> "Any":
    """The living thread: its number alone may be that of one before it."""
    threading = sys.modules.get("threading")
    found = getattr(threading, "_active", {}).get(ident)
    return Line if found is None else found  # something that a weak reference can be made to
