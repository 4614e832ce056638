"""`watch`: counts what a cache or pool of another library does, without replacing anything of it.

Such objects keep counters of their own. They are read at the end of every invocation and at exit,
and what has become more is added to the page. How long their builds take they seldom know.

An object is held until the end of the invocation that uses it, so that nothing is lost, and not
longer: one that is made in the handler goes with it, and its misses count as recreated where the
same line has made another one before.
"""

import atexit
import sys
from _weakref import ref

from . import counters, invocation, lifecycle
from .callables import call_site, distinction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional, TypeVar

    T = TypeVar("T")
    Counts = dict[str, int]


def watch(target: "T", name: "Optional[str]" = None) -> "T":
    """Count the hits and misses of `target` under this name, and return it as it is.

    What can be watched: functions with `cache_info()` (functools, cachetools.cached with info=True,
    async_lru), SQLAlchemy engines and pools, psycopg pools, urllib3 connection pools. Anything else
    is a TypeError that says what to do. A name is needed where the object has none of its own.
    """
    invocation.attach()
    kind, read = _reader(target)
    known = name or getattr(target, "__qualname__", None) or getattr(target, "name", None)
    if not isinstance(known, str) or not known:
        raise TypeError(f"give it a name: watch(..., name=...); a {_type(target)} has none")
    if not any(watched.is_of(target) for watched in _watched):
        _watched.append(_Watched(target, read, counters.Counters(known, kind, _site(target))))
        _look()
    return target


class _Watched(lifecycle.Participant):
    """One object, and what is known of its counters."""

    def __init__(
        self, target: "Any", read: "Callable[[Any, Counts], Counts]", counted: "counters.Counters"
    ) -> None:
        super().__init__()
        self.target = target
        self._weak = _weak(target)
        self._read = read
        self._counters = counted
        self._known: "Counts" = {}
        self._thing = distinction(getattr(target, "__wrapped__", None))
        is_alike = counted.was_built_elsewhere(self._thing)
        self._is_recreated = is_alike and (_is_cache(target) or not invocation.in_init())
        counted.remember(self._thing)

    def is_of(self, target: "Any") -> bool:
        """Whether this is the object that it watches."""
        return self._weak() is target

    def hold(self) -> None:
        """Keep the object over an invocation, if it is still there."""
        self.target = self._weak()

    def let_go(self) -> bool:
        """Hold it no longer than the function does; whether it is still there."""
        self.target = None
        return self._weak() is not None

    def look(self) -> None:
        """Add what has become more since the last look."""
        for counter, more in self._new().items():
            if more:
                is_waste = self._is_recreated and counter == "first"
                self._counters.add("recreated" if is_waste else counter, more)

    def _new(self) -> "Counts":
        target = self.target or self._weak()
        try:
            return {} if target is None else self._read(target, self._known)
        except Exception:
            return {}  # a pool that is closed or broken must not fail the invocation

    def after_fork(self) -> None:
        """What was counted up to now is the parent's."""
        self._new()
        self._counters.leave_page()

    def after_restore(self) -> None:
        """What was counted up to now is the snapshot's."""
        self.after_fork()

    def forget(self) -> None:
        """What was counted up to now was another container's."""
        self._new()
        self._counters.forget()


_watched: "list[_Watched]" = []


def _look() -> None:
    for watched in _watched:
        watched.look()


def _begin() -> None:
    for watched in _watched:
        watched.hold()


def _end() -> None:
    _look()
    _watched[:] = [watched for watched in _watched if watched.let_go()]


invocation.at_begin.append(_begin)
invocation.at_end.append(_end)
atexit.register(_look)


def _weak(target: "Any") -> "Callable[[], Any]":
    """What gives the object as long as it is there; always, where nobody can know."""
    try:
        return ref(target)
    except TypeError:
        return lambda: target


def _is_cache(target: "Any") -> bool:
    return callable(getattr(target, "cache_info", None))


def _reader(target: "Any") -> "tuple[str, Callable[[Any, Counts], Counts]]":
    """The kind of an object and how it is read: (object, counts known so far) -> what is new."""
    if _is_cache(target):
        return _cache_kind(target), lambda cache, known: _cache_news(cache.cache_info(), known)
    if callable(getattr(target, "get_stats", None)):
        return "pool", lambda pool, known: _psycopg_news(pool.get_stats(), known)
    if hasattr(target, "num_connections") and hasattr(target, "num_requests"):
        return "pool", lambda pool, known: _pool_news(
            pool.num_requests, pool.num_connections, known
        )
    pool = _sqlalchemy_pool(target)
    if pool is not None:
        counts = _listen(pool)
        return "pool", lambda _, known: _pool_news(counts["checkout"], counts["connect"], known)
    if hasattr(target, "cache") and hasattr(target, "cache_key"):
        raise TypeError("this cache keeps no counters: add info=True to cachetools.cached(...)")
    raise TypeError(
        f"this {_type(target)} keeps no counters that could be watched: make it a @resource,"
        " or watch a function with cache_info()"
    )


def _cache_news(info: "Any", known: "Counts") -> "Counts":
    """Hits and misses of a cache, whose reasons follow from what became of its size.

    A miss that let the cache grow is the first one of its key. One that did not has put another
    value out, where the cache is bounded and full; else the function raised. After a clear, which
    shows by counters that went back, the misses that fill the cache again are forced ones.
    """
    was_cleared = info.hits < known.get("hits", 0) or info.misses < known.get("misses", 0)
    if was_cleared:
        known.clear()
        known["forced"] = 1
    hits = info.hits - known.get("hits", 0)
    misses = info.misses - known.get("misses", 0)
    grown = min(misses, max(0, info.currsize - known.get("size", 0)))
    is_full = info.maxsize is not None and info.currsize >= info.maxsize
    known.update(hits=info.hits, misses=info.misses, size=info.currsize)
    return {
        "hits": hits,
        "forced" if "forced" in known else "first": grown,
        "evicted" if is_full else "error": misses - grown,
    }


def _pool_news(uses: int, connections: int, known: "Counts") -> "Counts":
    """A pool's uses are hits, but those that needed a new connection.

    A connection that is not the first one takes the place of another: reason `invalid`. Counters
    that went back were set to 0 (`pop_stats`): all that they say is new.
    """
    if uses < known.get("uses", 0):
        known.update(connections=0, hits=0, built_ms=0)
    before, hits_before = known.get("connections", 0), known.get("hits", 0)
    # A pool that connects ahead of its first use has had no hit then.
    hits = max(hits_before, uses - connections)
    reason = "invalid" if "has_connected" in known else "first"
    known.update(uses=uses, connections=connections, hits=hits)
    if connections:
        known["has_connected"] = 1
    return {"hits": hits - hits_before, reason: max(0, connections - before)}


def _psycopg_news(stats: "dict[str, int]", known: "Counts") -> "Counts":
    """psycopg_pool knows how long its connections took."""
    news = _pool_news(stats.get("requests_num", 0), stats.get("connections_num", 0), known)
    built_ms = stats.get("connections_ms", 0)
    where = "init" if invocation.in_init() else "invocations"
    news["builds_in_" + where] = news.get("first", 0) + news.get("invalid", 0)
    news[where + "_us"] = 1000 * max(0, built_ms - known.get("built_ms", 0))
    known["built_ms"] = built_ms
    return news


def _sqlalchemy_pool(target: "Any") -> "Any":
    """The pool of a SQLAlchemy engine (async ones have one inside), or the pool itself."""
    target = getattr(target, "sync_engine", target)
    pool = getattr(target, "pool", target)
    return pool if type(pool).__module__.startswith("sqlalchemy.pool") else None


def _listen(pool: "Any") -> "Counts":
    listen = sys.modules["sqlalchemy"].event.listen  # its pool is here, so it is loaded
    counts = {"connect": 0, "checkout": 0}

    def counting(what: str) -> "Callable[..., None]":
        def count(*_arguments: "Any") -> None:
            counts[what] += 1

        return count

    for what in counts:
        listen(pool, what, counting(what))
    return counts


def _cache_kind(target: "Any") -> str:
    module = type(target).__module__.split(".")[0]
    if module == "functools":
        return "lru_cache"
    return "async_lru" if module == "async_lru" else "cache"


def _site(target: "Any") -> str:
    return call_site(getattr(target, "__wrapped__", target))


def _type(target: "Any") -> str:
    return type(target).__name__
