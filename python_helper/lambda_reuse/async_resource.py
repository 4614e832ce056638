"""A resource whose factory is awaited: a value for every running loop.

A connection belongs to the loop it was made in. Where another loop runs (asyncio.run makes one each
time), its first miss of a value has the reason `loop_changed`. Values of loops that are closed are
let go; two loops that run at the same time keep one value each.
"""

from _thread import RLock
from asyncio import current_task, get_running_loop

from . import hit_path, lifecycle
from .build_lock import TaskBuildLock
from .callables import is_awaitable
from .entry import NOTHING
from .lru_cache import LruCache
from .resource_base import Build, ResourceBase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Task
    from typing import Any, Callable, Optional

    from .counters import Counters
    from .entry import Entry
    from .hit_path import Count, Pair
    from .info import CacheInfo
    from .options import Options
    from .resource_base import Found


class AsyncResource(ResourceBase):
    """A resource whose factory is awaited."""

    def __init__(
        self, factory: "Callable[..., Any]", options: "Options", counters: "Counters"
    ) -> None:
        super().__init__(factory, options, counters)
        self._caches: "dict[AbstractEventLoop, LruCache]" = {}
        self._last: "Optional[LruCache]" = None
        self._lock = RLock()
        self._closing: "set[Task[None]]" = set()
        self.get, self._expose_to = self._hit_path(counters.count_hit)

    def _hit_path(self, count: "Count") -> "Pair":
        if self.is_keyed:
            return hit_path.awaited_keyed(self.obtain, count, self.clock, self.parameters)
        return hit_path.awaited(self.obtain, count, self.clock)

    async def obtain(
        self,
        key: "tuple[Any, ...]" = (),
        args: "tuple[Any, ...]" = (),
        kwargs: "Optional[dict[str, Any]]" = None,
        is_forced: bool = False,
        begun: "Any" = None,
    ) -> "Any":
        """The running loop's value of this key, built where there is none to be used.

        `begun`: what a call of the factory has given already, to be awaited; its look-up has been
        counted.
        """
        loop = get_running_loop()
        cache, ended = self._cache_of(loop)
        await self._close(ended)
        found: "Found" = None
        try:
            while found is None:
                entry = self.entry_of(cache, key, args, kwargs or {})
                call = (args, kwargs or {}, is_forced, begun)
                found = await self._wait_and_find(cache, entry, key, call)
        finally:
            if hasattr(type(begun), "cr_code"):
                begun.close()  # a coroutine that nobody awaited would say so
        value, replaced = found
        self._expose(loop, cache, entry)
        await self._close(replaced)
        return value

    def _cache_of(self, loop: "AbstractEventLoop") -> "tuple[LruCache, list[Any]]":
        """The cache of a loop, and the values of loops that have ended."""
        with self._lock:
            ended: "list[Any]" = []
            cache = self._caches.get(loop)
            if cache is None:
                cache = LruCache(self.max_keys, lambda: TaskBuildLock(self.label))
                if self._last is not None:
                    cache.follow(self._last, "loop_changed")
                for closed in [loop for loop in self._caches if loop.is_closed()]:
                    ended += self._caches.pop(closed).forget()
                self._caches[loop] = cache
            self._last = cache
            return cache, ended

    async def _wait_and_find(
        self, cache: LruCache, entry: "Entry", key: "Any", call: "tuple[Any, ...]"
    ) -> "Found":
        """The value, and those it took the place of; None where its entry was dropped meanwhile."""
        build_lock = entry.build_lock
        me = current_task()
        await build_lock.wait_until_free(me)
        if entry.is_detached:
            return None
        build_lock.holder = me
        try:
            value, old = await self._find(entry, key, *call)
        finally:
            build_lock.holder = None
            build_lock.give_back()
            evicted = cache.settle(key, entry)
        return value, [old, *evicted]

    async def _find(  # noqa: PLR0917 - the call, as it was made
        self,
        entry: "Entry",
        key: "Any",
        args: "Any",
        kwargs: "dict[str, Any]",
        is_forced: bool,
        begun: "Any",
    ) -> "tuple[Any, Any]":
        value = NOTHING if is_forced else await self._usable(entry, begun is None)
        old = NOTHING
        if value is NOTHING:
            build = Build(self, entry, key, is_forced).begin(is_counted=begun is not None)
            value, old = await self._build(build, args, kwargs, begun)
        entry.used = self.counters.hits()[0]
        return value, old

    async def _usable(self, entry: "Entry", is_counted: bool) -> "Any":
        """The value that is there, if its age and its health let it be used, or NOTHING."""
        value = entry.young_value(self.options)
        if value is not NOTHING and entry.is_check_due(self.options):
            if await self._is_healthy(value):
                entry.passed_check(self.options)
            else:
                await self._close([entry.empty("invalid")])
                return NOTHING
        if value is NOTHING:
            return self.retry_blocked(entry)
        if is_counted:
            self.counters.hit()
        return value

    async def _build(
        self, build: Build, args: "Any", kwargs: "dict[str, Any]", begun: "Any"
    ) -> "tuple[Any, Any]":
        """The new value and the one it takes the place of."""
        try:
            value = self.factory(*args, **kwargs) if begun is None else begun
            if is_awaitable(value):
                value = await value
        except BaseException as error:
            stale = build.failed(error)
            if stale is NOTHING:
                raise
            return stale, NOTHING
        return value, build.succeeded(value)

    async def _is_healthy(self, value: "Any") -> bool:
        try:
            answer: "Any" = self.options.check(value) if self.options.check else True
            if is_awaitable(answer):
                answer = await answer
            return bool(answer)
        except Exception:
            return False

    def _expose(self, loop: "AbstractEventLoop", cache: LruCache, entry: "Entry") -> None:
        """Open the hit path; the entries are asked there, so nothing can be out of date."""
        if not entry.is_detached:
            self._expose_to(self.counters.hits(), loop, cache if self.is_keyed else entry)

    async def _close(self, values: "list[Any]") -> None:
        if self.options.close is not None:
            for value in values:
                await self._close_one(value, self.options.close)

    async def _close_one(self, value: "Any", close: "Callable[[Any], Any]") -> None:
        try:
            answer = None if value is NOTHING else close(value)
            if is_awaitable(answer):
                await answer  # type: ignore[misc]  # known by what it can do
        except Exception as error:
            self.closing_failed(error)

    def peek(self, *args: "Any", **kwargs: "Any") -> "Any":
        """The value that a call in this loop would find, or None; not awaited."""
        cache = self._caches.get(_running_loop())  # type: ignore[arg-type]
        entry = cache and cache.full.get(self.parameters.key(args, kwargs))
        value = entry.young_value(self.options) if entry else NOTHING
        return None if value is NOTHING else value

    async def refresh(self, *args: "Any", **kwargs: "Any") -> "Any":
        """Build the value now and replace the one there is, which stays where that fails."""
        return await self.obtain(self.parameters.key(args, kwargs), args, kwargs, is_forced=True)

    def cache_info(self) -> "CacheInfo":
        """What was counted in this process, since its start or the last `cache_clear`."""
        size = sum([len(cache.full) for cache in self._caches.values()])
        return self.counters.info(self.max_keys, size)

    def cache_clear(self) -> None:
        """Drop all values; the next miss has the reason `forced`. Counts begin at 0.

        What is being built at that moment goes to those who asked for it before, and is not kept.
        Where `close` is async, a value is closed by its own loop: soon where that runs, at once
        where it rests. A loop that is closed can close nothing any more.
        """
        for loop, cache in list(self._caches.items()):
            self._close_in(loop, cache.clear("forced"))
        self.counters.clear()

    def _close_in(self, loop: "AbstractEventLoop", values: "list[Any]") -> None:
        if self.options.close is None or not values:
            return
        closing = self._close(values)
        if loop.is_closed():
            _run_without_loop(closing)
        elif loop is _running_loop():
            task = loop.create_task(closing)
            self._closing.add(task)  # a loop holds its tasks weakly
            task.add_done_callback(self._closing.discard)
        elif loop.is_running():
            from asyncio import run_coroutine_threadsafe

            run_coroutine_threadsafe(closing, loop)
        else:
            loop.run_until_complete(closing)

    def after_fork(self) -> None:
        """The values stay, and what can be checked is, before its next use."""
        self._lock = RLock()
        self._closing.clear()
        for cache in self._caches.values():
            cache.renew_locks()
        self.after_restore()

    def after_restore(self) -> None:
        """The values stay, and what can be checked is, before its next use."""
        self._expose_to(None, None, None)
        for cache in self._caches.values():
            cache.leave_page()
            if self.options.check is not None:
                for entry in cache.entries():
                    entry.must_check()
        self.counters.leave_page()

    def drop_all(self) -> None:
        """Close all values, and know nothing of them."""
        self.cache_clear()
        self._expose_to(None, None, None)
        self._caches.clear()
        self._last = None


class AsyncParticipant(AsyncResource, lifecycle.Participant):
    """One whose factory is known to be async, and which stands for itself."""

    def __init__(
        self, factory: "Callable[..., Any]", options: "Options", counters: "Counters"
    ) -> None:
        AsyncResource.__init__(self, factory, options, counters)
        lifecycle.Participant.__init__(self)

    def forget(self) -> None:
        """Be as at the start of the process."""
        self.drop_all()
        self.counters.forget()


def _running_loop() -> "Optional[AbstractEventLoop]":
    try:
        return get_running_loop()
    except RuntimeError:
        return None


def _run_without_loop(closing: "Any") -> None:
    """Go as far as can be gone without a loop: a `close` that is not async needs none."""
    try:
        closing.send(None)
    except StopIteration:
        return
    closing.close()
