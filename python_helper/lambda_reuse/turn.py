"""One at a time: who builds a value, and who waits for it.

A builder is a thread or a task. A builder that comes to wait for itself, alone or around a circle
of builders, would wait for ever: that is found when the last of them begins to wait, and refused.
"""

from _thread import RLock, allocate_lock, get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import Lock
    from typing import Optional

_guard = RLock()
_waiting: "dict[object, Turn]" = {}
"""Builder -> the turn it waits for."""


class Turn:
    """The right to build one value; a builder is known by any object that equals only itself."""

    __slots__ = ("holder", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.holder: "Optional[object]" = None

    def _wait(self, me: object) -> None:
        """Note that this builder waits, or raise RecursionError where it would wait for itself."""
        with _guard:
            turn: "Optional[Turn]" = self
            while turn is not None and turn.holder is not None:
                if turn.holder == me:
                    raise RecursionError(f"{self.name} needs itself while it is being built")
                turn = _waiting.get(turn.holder)
            _waiting[me] = self


class ThreadTurn(Turn):
    """A turn that threads wait for."""

    __slots__ = ("_lock",)

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._lock = allocate_lock()

    def __enter__(self) -> None:
        me = get_ident()
        if not self._lock.acquire(False):
            self._wait(me)
            try:
                self._lock.acquire()
            finally:
                del _waiting[me]
        self.holder = me

    def __exit__(self, *_error: object) -> None:
        self.holder = None
        self._lock.release()


class TaskTurn(Turn):
    """A turn that the tasks of one running loop wait for."""

    __slots__ = ("_lock",)

    def __init__(self, name: str) -> None:
        super().__init__(name)
        from asyncio import Lock  # a loop is running, so asyncio is there already

        self._lock: "Lock" = Lock()

    async def __aenter__(self) -> None:
        from asyncio import current_task

        me = current_task()
        self._wait(me)
        try:
            await self._lock.acquire()
        finally:
            del _waiting[me]
        self.holder = me

    async def __aexit__(self, *_error: object) -> None:
        self.holder = None
        self._lock.release()


def after_fork() -> None:
    """In a forked child nobody waits, and a thread that it does not have may hold the guard."""
    global _guard
    _guard = RLock()
    _waiting.clear()
