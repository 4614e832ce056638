"""A line of the user's and what it builds: whether it had built that before, and the counts.

A build inside an invocation is waste (`recreated`) where the same line has built the same thing
before, in this process: same service, region, endpoint, credentials and so on, distinguished by a
salted hash. Nothing else of it is kept. Not waste are: what init builds; the first build; one that
replaces what was lost to an error; one beside look-alikes that are kept, such as one for each
tenant or thread; where the object is not known, one for another thread, as long as the thread that
built the last one lives. Where more is built than can be distinguished, less is counted, never
more.

The counts go to the page, in a slot for each line and thing. Observed builds are no look-ups: they
are in neither hits nor misses.
"""

import sys
from _thread import RLock, get_ident
from _weakref import ref

from lambda_reuse import invocation, lifecycle
from lambda_reuse.counters import AT, Counters

from . import sites, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

    from .kept import Search

USES, RECREATED, RECREATED_US = AT["uses"], AT["recreated"], AT["recreated_us"]
IN_INIT = (AT["builds_in_init"], AT["init_us"])
IN_INVOCATIONS = (AT["builds_in_invocations"], AT["invocations_us"])
MAX_LIVING = 256
"""Look-alikes of one key that are followed."""
ENOUGH = 16
"""Times that nothing kept what a line built, after which it is not looked for any more."""
TOO_MANY = 5
"""Invocations in a row that keep one more each, and use none of those before."""
_lock = RLock()
_undecided: "list[Beside]" = []


class Beside:
    """A build beside look-alikes that live: decided when the invocation is over.

    It is waste where one of them has gone by then: the one before, whose name the new one has got,
    or the new one itself. This is true once it is known to be waste.
    """

    def __init__(self, line: "Line", key: int, took_us: int, *, is_of_thread: bool) -> None:
        """`is_of_thread`: it is the first of a thread, which may keep one for itself."""
        from . import kept

        self.took_us = took_us
        self._line = line
        self._key = key
        self._is_waste = False
        self.is_of_thread = is_of_thread
        self.roots = kept.between(sys._getframe(2))
        if _decide not in invocation.at_end:
            invocation.at_end.append(_decide)
        _undecided.append(self)

    def __bool__(self) -> bool:
        return self._is_waste

    def decide(self, search: "Search") -> None:
        """The invocation is over."""
        if self._line.has_lost(self._key, search):
            self.count()
        else:
            self._line.keeps(self)

    def look_alikes(self) -> "list[Any]":
        """Those that live, this one among them."""
        return self._line.living(self._key)

    def count(self) -> None:
        """It was waste."""
        self._is_waste = True
        self._line.add_waste(self.took_us)


def _decide() -> None:
    """Decide what the invocation that ends has built beside something else."""
    if not _undecided:
        return
    try:
        from .kept import Search

        found = _undecided[::-1]
        _undecided.clear()
        search = Search(found)
        for beside in found:
            beside.decide(search)
    except Exception as error:
        state.switch_off("look-alikes", error)


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
        self._objects: "dict[int, list[tuple[ref[Any], str]]]" = {}
        """Key -> what was built, as far as it is known, and how to tell that it is closed."""
        self._unkept = 0
        self._kept: "list[Beside]" = []
        self._kept_in = self._invocations = 0
        self._is_reused = False
        self._last_fetch: "dict[int, tuple[int, bool]]" = {}

    def built(
        self,
        key: int,
        took_us: int,
        *,
        is_excused: bool = False,
        obj: "Any" = None,
        closed: str = "",
    ) -> "bool | Beside":
        """Count a build of the thing `key`; true where it was waste, as far as that is known.

        `obj`: what was built, where it goes as soon as nothing keeps it, and the name of its
        attribute that tells whether it was closed.
        """
        in_init = not invocation.count
        is_waste: "bool | Beside" = False
        with _lock:
            is_again = self._is_again(key)
            place = None if obj is None else self._place(key, obj, closed)
        is_again = is_again or place == "gone"
        if not in_init and not is_excused and not _is_handling_a_failure():
            is_waste = is_again
            if place == "beside":
                is_waste = Beside(self, key, took_us, is_of_thread=not is_again)
        self._count(took_us, in_init=in_init, is_waste=is_waste is True)
        return is_waste

    def _place(self, key: int, obj: "Any", closed: str) -> "Optional[str]":
        """Of one that has "gone", or "beside" look-alikes that live; None for the first."""
        others = self._objects.get(key)
        new = (ref(obj), closed)
        if others is None:
            if len(self._objects) < self._max_keys:
                self._objects[key] = [new]
            return None
        for at, other in enumerate(others):
            if other[0]() is obj:
                return None
            if _has_gone(other):
                others[at] = new
                return "gone"
        if len(others) < MAX_LIVING:
            others.append(new)
        return "beside"

    def keeps(self, beside: Beside) -> None:
        """A look-alike is kept: no waste, unless each of so many invocations in a row keeps one."""
        is_next = invocation.count - self._kept_in
        if self._kept and is_next > 1:
            self._is_reused = True  # an invocation could do without
        if self._is_reused:
            self._kept.clear()
            return
        self._kept_in = invocation.count
        self._invocations += is_next and 1
        self._kept.append(beside)
        if self._invocations >= TOO_MANY:
            while self._kept:
                self._kept.pop().count()

    def living(self, key: int) -> "list[Any]":
        """What it has built for this key and is still there."""
        found = [known() for known, _ in self._objects.get(key, ())]
        return [obj for obj in found if obj is not None]

    def has_lost(self, key: int, search: "Search") -> bool:
        """Whether one of the look-alikes has gone, which is forgotten then.

        So has one that nothing keeps, as far as the search finds.
        """
        with _lock:
            others = self._objects.get(key, [])
            gone = [other for other in others if _has_gone(other)]
            if not gone:
                has_enough = self._unkept >= ENOUGH
                gone = others[:1] if has_enough else search.unkept(others)
                self._unkept = self._unkept + 1 if gone else 0
            if gone:
                others.remove(gone[0])
        return bool(gone)

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

    def add_time(self, took_us: int, is_waste: "bool | Beside") -> None:
        """More time that a build took after it was counted, such as its connection's."""
        self.counters.add("init_us" if invocation.in_init() else "invocations_us", took_us)
        if is_waste:
            self.counters.add("recreated_us", took_us)
        elif isinstance(is_waste, Beside):
            is_waste.took_us += took_us

    def add_waste(self, took_us: int) -> None:
        """What was counted before was waste."""
        self.counters.add("recreated", 1)
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
            self._objects.pop(key, None)

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
            self.add_waste(took_us)

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
        self._objects.clear()
        self._last_fetch.clear()
        self.counters.leave_page()

    def after_restore(self) -> None:
        """What the snapshot has built is there."""
        self.counters.leave_page()

    def forget(self) -> None:
        """Be as at the start of the process."""
        self._threads.clear()
        self._objects.clear()
        self._last_fetch.clear()
        self.counters.forget()


def _is_handling_a_failure() -> bool:
    """Whether this runs where an error of a connection, or of its library, is being handled.

    botocore's errors are mostly answers; its observer knows which of them are not.
    """
    error = sys.exc_info()[0]
    library = getattr(error, "__module__", "").partition(".")[0]
    has_failed = library in sites.LIBRARIES and library != "botocore"
    return has_failed or (error is not None and issubclass(error, OSError))


def _has_gone(built: "tuple[ref[Any], str]") -> bool:
    """Whether an object that was built is there no more, or closed."""
    obj = built[0]()
    return obj is None or bool(built[1] and getattr(obj, built[1], False))


def _thread(ident: int) -> "Any":
    """The living thread: its number alone may be that of one before it."""
    threading = sys.modules.get("threading")
    found = getattr(threading, "_active", {}).get(ident)
    return Line if found is None else found  # something that a weak reference can be made to
