"""A resource whose factory is called."""

from _thread import get_ident

from . import entry as entries
from . import hit_path, lifecycle
from .build_lock import ThreadBuildLock
from .callables import is_awaitable
from .entry import NOTHING
from .lru_cache import LruCache
from .resource_base import Build, ResourceBase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

    from .async_resource import AsyncResource
    from .counters import Counters
    from .entry import Entry
    from .hit_path import Count, Pair
    from .info import CacheInfo
    from .options import Options
    from .resource_base import Found


class _IsAwaitable(BaseException):
    """Raised where a factory that was called has to be awaited."""

    def __init__(self, awaitable: "Any") -> None:
        super().__init__()
        self.awaitable = awaitable


class SyncResource(ResourceBase, lifecycle.Participant):
    """A resource whose factory is called.

    Where that gives something to be awaited, it is an async resource from then on: which callables
    are async cannot be known of all of them (a lambda, a decorator's function).
    """

    def __init__(
        self, factory: "Callable[..., Any]", options: "Options", counters: "Counters"
    ) -> None:
        ResourceBase.__init__(self, factory, options, counters)
        lifecycle.Participant.__init__(self)
        self._cache = LruCache(self.max_keys, lambda: ThreadBuildLock(self.label))
        self._awaited: "Optional[AsyncResource]" = None
        self.get, self._expose_to = self._hit_path(counters.count_hit)

    def _hit_path(self, count: "Count") -> "Pair":
        if self.is_keyed:
            return hit_path.keyed(self._obtain, count, self.clock, self.parameters)
        if self.clock is not None:
            return hit_path.timed(self._obtain, count, self.clock)
        return hit_path.plain(self._obtain, count)

    def _obtain(
        self,
        key: "tuple[Any, ...]" = (),
        args: "tuple[Any, ...]" = (),
        kwargs: "Optional[dict[str, Any]]" = None,
        is_forced: bool = False,
    ) -> "Any":
        """The value of this key, built where there is none to be used."""
        call = (key, args, kwargs or {}, is_forced)
        found: "Found" = None
        try:
            while found is None:
                if self._awaited is not None:
                    return self._awaited.obtain(*call)
                found = self._wait_and_find(*call)
        except _IsAwaitable as result:
            return self._become_async().obtain(*call, result.awaitable)
        value, replaced = found
        self._close(replaced)
        return value

    def _wait_and_find(
        self, key: "Any", args: "Any", kwargs: "dict[str, Any]", is_forced: bool
    ) -> "Found":
        """The value, and those it took the place of; None where its entry was dropped meanwhile."""
        entry = self.entry_of(self._cache, key, args, kwargs)
        build_lock = entry.build_lock
        me = get_ident()
        build_lock.begin_waiting(me)
        try:
            with build_lock.lock:
                build_lock.end_waiting(me)
                if entry.is_detached:
                    return None
                build_lock.holder = me
                try:
                    value, old = self._find(entry, key, args, kwargs, is_forced)
                finally:
                    build_lock.holder = None
                    evicted = self._cache.settle(key, entry)
                self._expose(entry)
                return value, [old, *evicted]
        finally:
            build_lock.end_waiting(me)

    def _find(
        self, entry: "Entry", key: "Any", args: "Any", kwargs: "dict[str, Any]", is_forced: bool
    ) -> "tuple[Any, Any]":
        value = NOTHING if is_forced else self._usable(entry)
        old = NOTHING
        if value is NOTHING:
            value, old = self._build(entry, key, args, kwargs, is_forced)
        entry.used = self.counters.hits()[0]
        return value, old

    def _usable(self, entry: "Entry") -> "Any":
        """The value that is there, if its age and its health let it be used, or NOTHING."""
        value = entry.young_value(self.options)
        if value is not NOTHING and entry.is_check_due(self.options):
            if self._is_healthy(value):
                entry.passed_check(self.options)
            else:
                broken = entry.empty("invalid")
                self._hide()
                self._close([broken])
                return NOTHING
        if value is NOTHING:
            return self.retry_blocked(entry)
        self.counters.hit()
        return value

    def _build(
        self, entry: "Entry", key: "Any", args: "Any", kwargs: "dict[str, Any]", is_forced: bool
    ) -> "tuple[Any, Any]":
        """The new value and the one it takes the place of."""
        build = Build(self, entry, key, is_forced).begin()
        try:
            value = self.factory(*args, **kwargs)
            has_to_be_awaited = is_awaitable(value)
            if not has_to_be_awaited:
                self.options.refuse_async_calls(self.factory)
        except BaseException as error:
            stale = build.failed(error)
            if stale is NOTHING:
                raise
            return stale, NOTHING
        if has_to_be_awaited:
            raise _IsAwaitable(value)
        return value, build.succeeded(value)

    def _become_async(self) -> "AsyncResource":
        with entries.changing:
            if self._awaited is None:
                from .async_resource import AsyncResource

                self._awaited = AsyncResource(self.factory, self.options, self.counters)
            return self._awaited

    def _is_healthy(self, value: "Any") -> bool:
        try:
            return bool(self.options.check and self.options.check(value))
        except Exception:
            return False

    def _expose(self, entry: "Entry") -> None:
        """Open the hit path; under the lock, because a value just cleared away must not be seen."""
        hits = self.counters.hits()
        with entries.changing:
            if not entry.is_detached:
                self._expose_to(hits, self._cache if self.is_keyed else entry)

    def _hide(self) -> None:
        with entries.changing:
            self._expose_to(None, None)

    def _close(self, values: "list[Any]") -> None:
        if self.options.close is not None:
            for value in values:
                self._close_one(value, self.options.close)

    def _close_one(self, value: "Any", close: "Callable[[Any], Any]") -> None:
        try:
            if value is not NOTHING:
                close(value)
        except Exception as error:
            self.closing_failed(error)

    def peek(self, *args: "Any", **kwargs: "Any") -> "Any":
        """The value that a call would find, or None; nothing is built, checked or counted."""
        if self._awaited is not None:
            return self._awaited.peek(*args, **kwargs)
        entry = self._cache.full.get(self.parameters.key(args, kwargs))
        value = NOTHING if entry is None else entry.young_value(self.options)
        return None if value is NOTHING else value

    def refresh(self, *args: "Any", **kwargs: "Any") -> "Any":
        """Build the value now and replace the one there is, which stays where that fails."""
        return self._obtain(self.parameters.key(args, kwargs), args, kwargs, is_forced=True)

    def cache_info(self) -> "CacheInfo":
        """What was counted in this process, since its start or the last `cache_clear`."""
        if self._awaited is not None:
            return self._awaited.cache_info()
        return self.counters.info(self.max_keys, len(self._cache.full))

    def cache_clear(self) -> None:
        """Drop (and close) all values; the next miss has the reason `forced`. Counts begin at 0.

        What is being built at that moment goes to those who asked for it before, and is not kept.
        """
        if self._awaited is not None:
            self._awaited.cache_clear()
        values = self._cache.clear("forced")
        self._hide()
        self.counters.clear()
        self._close(values)

    def after_fork(self) -> None:
        """The values stay, and what can be checked is, before its next use."""
        self._cache.renew_locks()
        if self._awaited is not None:
            self._awaited.after_fork()
        self.after_restore()

    def after_restore(self) -> None:
        """The values stay, and what can be checked is, before its next use."""
        if self._awaited is not None:
            self._awaited.after_restore()
        self._hide()
        self._cache.leave_page()
        self.counters.leave_page()
        if self.options.check is not None:
            for entry in self._cache.entries():
                entry.must_check()

    def forget(self) -> None:
        """Close all values, and know nothing of them."""
        if self._awaited is not None:
            self._awaited.drop_all()
        values = self._cache.forget()
        self._hide()
        self._close(values)
        self.counters.forget()
