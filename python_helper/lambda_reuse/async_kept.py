"""What an async resource keeps: a value for every running loop, found or awaited.

A connection belongs to the loop it was made in. Where another loop runs (asyncio.run makes one each
time), its first miss of a value has the reason `loop_changed`. Values of loops that are closed are
let go; two loops that run at the same time keep one value each.
"""

from asyncio import get_running_loop

from . import fast, place
from .kept import Kept
from .place import NOTHING
from .shelf import Shelf
from .turn import TaskTurn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Task
    from typing import Any, Callable, Optional

    from .fast import Count, Pair
    from .info import CacheInfo
    from .options import Options
    from .place import Place
    from .tally import Tally


class Awaited(Kept):
    """A resource whose factory is awaited."""

    def __init__(self, factory: "Callable[..., Any]", options: "Options", tally: "Tally") -> None:
        super().__init__(factory, options, tally)
        self._shelves: "dict[AbstractEventLoop, Shelf]" = {}
        self._last: "Optional[Shelf]" = None
        self._closing: "set[Task[None]]" = set()
        self.get, self._publish = self._fast_way(tally.count_hit)

    def _fast_way(self, count: "Count") -> "Pair":
        if self.is_keyed:
            return fast.awaited_keyed(self._obtain, count, self.clock, self.parameters)
        return fast.awaited(self._obtain, count, self.clock)

    async def _obtain(
        self,
        key: "tuple[Any, ...]" = (),
        args: "tuple[Any, ...]" = (),
        kwargs: "Optional[dict[str, Any]]" = None,
        is_forced: bool = False,
    ) -> "Any":
        """The running loop's value of this key, built where there is none to be used."""
        loop = get_running_loop()
        gone: "list[Any]" = []
        shelf = self._shelf_of(loop, gone)
        where = shelf.borrow(key)
        try:
            async with where.turn:
                value = NOTHING if is_forced else await self._usable(where)
                if value is NOTHING:
                    value = await self._build(where, args, kwargs or {}, is_forced, gone)
                self._show(loop, shelf, where)
            return value
        finally:
            gone += shelf.give_back(key, where)
            await self._close(gone)

    def _shelf_of(self, loop: "AbstractEventLoop", gone: "list[Any]") -> Shelf:
        with place.changing:
            shelf = self._shelves.get(loop)
            if shelf is None:
                shelf = Shelf(self.max_keys, lambda: TaskTurn(self.label))
                if self._last is not None:
                    shelf.follow(self._last, "loop_changed")
                for ended in [loop for loop in self._shelves if loop.is_closed()]:
                    gone += self._shelves.pop(ended).forget()
                self._shelves[loop] = shelf
            self._last = shelf
            return shelf

    async def _usable(self, where: "Place") -> "Any":
        """The value that is there, if its age and its health let it be used, or NOTHING."""
        value = where.young_value(self.options)
        if value is not NOTHING and where.is_check_due(self.options):
            if await self._is_healthy(value):
                where.passed_check(self.options)
            else:
                await self._close([where.empty("invalid")])
                return NOTHING
        if value is NOTHING:
            return self.too_early(where)
        self.tally.hit()
        return value

    async def _build(
        self,
        where: "Place",
        args: "tuple[Any, ...]",
        kwargs: "dict[str, Any]",
        is_forced: bool,
        gone: "list[Any]",
    ) -> "Any":
        with self.attempt(where, "forced" if is_forced else where.miss_reason()) as attempt:
            attempt.value = await self.factory(*args, **kwargs)
        gone.append(attempt.old)
        return attempt.value

    async def _is_healthy(self, value: "Any") -> bool:
        try:
            answer = self.options.check(value) if self.options.check else True
            return bool(await answer if hasattr(answer, "__await__") else answer)
        except Exception:
            return False

    def _show(self, loop: "AbstractEventLoop", shelf: Shelf, where: "Place") -> None:
        """Let hits go the fast way; the places are asked there, so nothing can be out of date."""
        hits = self.tally.hits()
        where.used = hits[0]
        self._publish(hits, loop, shelf if self.is_keyed else where)

    async def _close(self, values: "list[Any]") -> None:
        if self.options.close is not None:
            for value in values:
                await self._close_one(value, self.options.close)

    async def _close_one(self, value: "Any", close: "Callable[[Any], Any]") -> None:
        try:
            answer = None if value is NOTHING else close(value)
            if hasattr(answer, "__await__"):
                await answer  # type: ignore[misc]  # known by what it can do
        except Exception as error:
            self.closing_failed(error)

    def peek(self, *args: "Any", **kwargs: "Any") -> "Any":
        """The value that a call in this loop would find, or None; not awaited."""
        shelf = self._shelves.get(_running_loop())  # type: ignore[arg-type]
        where = shelf and shelf.full.get(self.parameters.key(args, kwargs))
        value = where.young_value(self.options) if where else NOTHING
        return None if value is NOTHING else value

    async def refresh(self, *args: "Any", **kwargs: "Any") -> "Any":
        """Build the value now and replace the one there is, which stays where that fails."""
        return await self._obtain(self.parameters.key(args, kwargs), args, kwargs, is_forced=True)

    def cache_info(self) -> "CacheInfo":
        """What was counted in this process, since its start or the last `cache_clear`."""
        size = sum([len(shelf.full) for shelf in self._shelves.values()])
        return self.tally.info(self.max_keys, size)

    def cache_clear(self) -> None:
        """Drop all values; the next miss has the reason `forced`. Counts begin at 0.

        Where `close` is async, a value is closed by its own loop: soon where that runs, at once
        where it rests. A loop that is closed can close nothing any more.
        """
        for loop, shelf in list(self._shelves.items()):
            self._close_in(loop, shelf.clear("forced"))
        self.tally.clear()

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
        """The values stay; the counts go on on the child's own page."""
        self._closing.clear()
        for shelf in self._shelves.values():
            shelf.renew_locks()
        self._leave_page()

    def _leave_page(self) -> None:
        self._publish(None, None, None)
        for shelf in self._shelves.values():
            shelf.leave_page()
        self.tally.leave_page()

    def after_restore(self) -> None:
        """The values stay; what can be checked is, before its next use."""
        self._leave_page()
        if self.options.check is not None:
            for shelf in self._shelves.values():
                for where in shelf.places():
                    where.must_check()

    def forget(self) -> None:
        """Close all values, and know nothing of them."""
        self.cache_clear()
        self._publish(None, None, None)
        self._shelves.clear()
        self._last = None
        self.tally.forget()


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
