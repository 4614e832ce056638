"""Which container serves which invocation, when another is started and when one ends.

The rules are Lambda's as far as they can be seen from outside: an invocation goes to an idle
container, the one that was used last; without an idle one another is started; above the concurrency
limit the invocation is refused; a container that has been idle for long ends.
"""

import asyncio
import contextlib
from collections import deque
from itertools import count

from reuse_sandbox.clock import now
from reuse_sandbox.container import Container, Surroundings
from reuse_sandbox.errors import SandboxClosed, TooManyRequests
from reuse_sandbox.results import Pending

# A container that has answered is idle again as soon as its extensions are done, commonly within a
# millisecond. A caller who asks again at once finds it then, where the way to the real service
# would have taken longer; extensions that take their time still cost another container.
SETTLE_S = 0.05

# Lambda ends no container in the middle of an invocation, and an invocation lasts until every
# extension has asked for the next event. One that takes longer than this is not waited for.
END_SETTLE_S = 2.0


class Fleet:
    """All containers of one function."""

    def __init__(
        self, surroundings: Surroundings, *, concurrency: int, keep_alive_s: float
    ) -> None:
        self._surroundings = surroundings
        self._concurrency = concurrency
        self._keep_alive_s = keep_alive_s
        self._numbers = count(1)
        self._containers: set[Container] = set()
        self._idle: list[tuple[float, Container]] = []  # the one used last at the end
        self._waiting: deque[asyncio.Future[Container]] = deque()
        self._ending: dict[asyncio.Task[None], Container] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    async def invoke(self, pending: Pending, *, wait: bool = False) -> None:
        """Hands an invocation to a container; with `wait` it waits for one instead of failing."""
        container = await self._take(wait=wait)
        container.invoke(pending)

    async def close(self) -> None:
        """Ends all containers at the same time, each in its proper way; when cancelled, at once."""
        self._closed = True
        self._cancel_timer()
        while self._waiting:
            self._waiting.popleft().cancel()
        for container in list(self._containers):
            self._end(container)
        self._idle.clear()
        try:
            while self._ending:
                await asyncio.wait(self._ending)
        except BaseException:
            self.kill()
            await asyncio.gather(*self._ending, return_exceptions=True)
            raise

    def kill(self) -> None:
        """Ends all containers at once."""
        self._closed = True
        self._cancel_timer()
        for container in (*self._containers, *self._ending.values()):
            container.kill()

    async def _take(self, *, wait: bool) -> Container:
        if self._closed:
            raise SandboxClosed("The sandbox has ended.")
        if self._idle:
            return self._idle.pop()[1]
        if any(container.settling for container in self._containers):
            settled = await self._wait(SETTLE_S)
            if settled is not None:
                return settled
        if len(self._containers) < self._concurrency:
            return await self._start()
        container = await self._wait(None) if wait else None
        if container is None:
            raise TooManyRequests(
                f"All {self._concurrency} containers are busy: the invocation was refused."
            )
        return container

    async def _start(self) -> Container:
        container = Container(self._surroundings, next(self._numbers), self._became_idle)
        self._containers.add(container)
        try:
            await container.open()
        except BaseException:
            self._containers.discard(container)
            container.kill()
            raise
        return container

    async def _wait(self, timeout_s: float | None) -> Container | None:
        place: asyncio.Future[Container] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await asyncio.wait({place}, timeout=timeout_s)
        except BaseException:
            if place.done() and not place.cancelled():
                self._became_idle(place.result())  # it was meant for a caller who has gone
            raise
        finally:
            with contextlib.suppress(ValueError):
                self._waiting.remove(place)
        if place.cancelled():
            raise SandboxClosed("The sandbox has ended.")
        return place.result() if place.done() else None

    def _became_idle(self, container: Container) -> None:
        if self._closed:
            return
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(container)
                return
        self._idle.append((now().tick, container))
        if self._timer is None:
            self._set_timer(self._keep_alive_s)

    def _set_timer(self, delay_s: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(delay_s, self._end_idle)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end_idle(self) -> None:
        """Ends what has been idle for too long; the list is in the order of last use."""
        self._timer = None
        present = now().tick
        while self._idle and present - self._idle[0][0] >= self._keep_alive_s:
            self._end(self._idle.pop(0)[1])
        if self._idle:
            self._set_timer(max(0.0, self._idle[0][0] + self._keep_alive_s - present))

    def _end(self, container: Container) -> None:
        self._containers.discard(container)  # it counts no more, though its end takes its time
        task = asyncio.get_running_loop().create_task(_shut_down(container))
        self._ending[task] = container
        task.add_done_callback(self._ending.pop)


async def _shut_down(container: Container) -> None:
    if container.settling and container.pending is not None:
        await asyncio.wait({container.pending.finished}, timeout=END_SETTLE_S)
    await container.shutdown("spindown")
