"""One build at a time: who builds a value, and who waits for it.

A builder is a thread or a task. A builder that comes to wait for itself, alone or around a circle
of builders, would wait for ever: that is found when the last of them begins to wait, and refused.

A signal handler may raise between any two steps of the main thread (`signal.alarm` is a usual
timeout). No lock may stay taken then, so locks are entered by `with` and a lock written in C, which
CPython does in one step (since 3.10), or set by a plain assignment that `try` follows.
"""

from _thread import RLock, get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import Future, Task
    from typing import Any, Optional

_guard = RLock()
_waiting: "dict[object, BuildLock]" = {}
"""Builder -> the lock it waits for."""


class BuildLock:
    """The right to build one value; a builder is known by any object that equals only itself."""

    __slots__ = ("holder", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.holder: "Optional[object]" = None
        """Who builds. A signal may leave an old one: where nobody holds the lock, it is void."""

    def is_held_by(self, builder: object) -> bool:
        """Whether this builder holds it in truth."""
        raise NotImplementedError

    def begin_waiting(self, me: object) -> None:
        """Note that this builder waits, or raise RecursionError where it would wait for itself."""
        with _guard:
            lock: "Optional[BuildLock]" = self
            for _ in range(len(_waiting) + 1):
                if lock is None or lock.holder is None:
                    break
                if lock.holder == me:
                    if lock.is_held_by(me):
                        raise RecursionError(f"{self.name} needs itself while it is being built")
                    break
                lock = _waiting.get(lock.holder)
            _waiting[me] = self

    def end_waiting(self, me: object) -> None:
        """It waits no more, whatever came of it."""
        _waiting.pop(me, None)


class ThreadBuildLock(BuildLock):
    """A build lock that threads wait for: `with build_lock.lock: ...`."""

    __slots__ = ("lock",)

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.lock = RLock()

    def is_held_by(self, builder: object) -> bool:
        """Threads ask for themselves alone."""
        return builder == get_ident() and bool(self.lock._is_owned())  # type: ignore[attr-defined]


class TaskBuildLock(BuildLock):
    """A build lock that the tasks of one running loop wait for.

    `await build_lock.wait_until_free(task)`, then set `holder`, and in the end `give_back()`. A
    task that has ended holds nothing, even where it could not give back.
    """

    __slots__ = ("_waiters",)

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._waiters: "list[Future[None]]" = []

    def is_held_by(self, builder: object) -> bool:
        """Whether its holder is this task."""
        return self.holder is builder

    @property
    def is_free(self) -> bool:
        """Whether nobody holds it who could give it back."""
        holder: "Any" = self.holder
        return holder is None or holder.done()

    async def wait_until_free(self, me: "Task[Any]") -> None:
        """Wait for the holder; RecursionError where that would wait for ever."""
        while not self.is_free:
            self.begin_waiting(me)
            waiter = me.get_loop().create_future()
            self._waiters.append(waiter)
            holder: "Any" = self.holder
            holder.add_done_callback(lambda _task, waiter=waiter: _set(waiter))
            try:
                await waiter
            finally:
                self.end_waiting(me)

    def give_back(self) -> None:
        """Let the others try."""
        self.holder = None
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            _set(waiter)


def _set(waiter: "Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)


def after_fork() -> None:
    """In a forked child nobody waits, and a thread that it does not have may hold the guard."""
    global _guard
    _guard = RLock()
    _waiting.clear()
