"""Which container serves which invocation, when another is started and when one ends.

The rules are Lambda's as far as they can be seen from outside: an invocation goes to an idle
container, the one that was used last; without an idle one another is started; above the concurrency
limit the invocation is refused; a container that has been idle for long ends. A container that has
served a tenant serves no other; where all places are taken, one that is idle makes room.

Containers may be initialised ahead of the invocations: provisioned ones, of which there is a fixed
number that never ends by being idle, and proactive ones, of which one is always made ready when the
last idle container has got work. Of managed instances all are there from the beginning, each with
room for several invocations, and one that breaks is replaced.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Coroutine
from dataclasses import replace
from itertools import count
from typing import Any

from reuse_sandbox.clock import Timer
from reuse_sandbox.container import Container
from reuse_sandbox.container_context import ContainerContext
from reuse_sandbox.errors import InitFailed, SandboxClosed, TooManyRequests
from reuse_sandbox.results import Pending

# A container that has answered is idle again as soon as its extensions are done, commonly within a
# millisecond. A caller who asks again at once finds it then, where the way to the real service
# would have taken longer; extensions that take their time still cost another container.
SETTLE_S = 0.05

# Lambda ends no container in the middle of an invocation, and an invocation lasts until every
# extension has asked for the next event. One that takes longer than this is not waited for.
END_SETTLE_S = 2.0

READY_STEP_S = 0.01


class Waiter:
    """A caller in the queue, with the container that it will get."""

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        loop = asyncio.get_running_loop()
        self.container: asyncio.Future[Container | None] = loop.create_future()

    def found(self) -> Container | None:
        """The container, if there is one by now."""
        done = self.container.done() and not self.container.cancelled()
        return self.container.result() if done else None

    def give_up(self) -> None:
        """Let the caller look around again."""
        if not self.container.done():
            self.container.set_result(None)


class Fleet:
    """All containers of one function."""

    def __init__(
        self,
        context: ContainerContext,
        *,
        concurrency: int,
        keep_alive_s: float,
        provisioned: int = 0,
        is_proactive: bool = False,
    ) -> None:
        self._context = context
        self._clock = context.clock
        self._concurrency = concurrency
        self._keep_alive_s = keep_alive_s
        self._provisioned = provisioned
        self._is_proactive = is_proactive
        self._is_managed = context.function.is_managed
        self._numbers = count(1)
        self._containers: set[Container] = set()
        self._idle: list[tuple[float, Container]] = []  # the one used last at the end
        self._waiting: deque[Waiter] = deque()
        self._ending: dict[asyncio.Task[None], Container] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._failure: str | None = None
        self._timer: Timer | None = None
        self._closed = False

    @property
    def idle(self) -> int:
        """How many containers could take an invocation at once."""
        return len(self._idle)

    async def open(self) -> None:
        """Initialises the containers that are wanted ahead of invocations; waits for them."""
        for _ in range(self._provisioned):
            await self._start_ahead(self._provisioned_context())
        for _ in range(self._concurrency if self._is_managed else 0):
            await self._start_ahead(self._context)
        await self._prepare()
        while self.idle < self._ready_at_first() and self._failure is None:
            await asyncio.sleep(READY_STEP_S)
        if self._failure is not None:
            raise InitFailed(f"No container could be initialised: {self._failure}")

    def _provisioned_context(self) -> ContainerContext:
        function = replace(self._context.function, init_type="provisioned-concurrency")
        return replace(self._context, function=function)

    def _ready_at_first(self) -> int:
        function = self._context.function
        if function.is_managed:
            return self._concurrency * function.max_concurrency
        return max(self._provisioned, function.init_type == "snap-start")

    async def invoke(self, pending: Pending, *, wait: bool = False) -> None:
        """Hands an invocation to a container; with `wait` it waits for one instead of failing."""
        container = await self._take(pending.request.tenant, wait=wait)
        container.invoke(pending)
        if self._is_proactive:
            self._later(self._prepare())

    async def close(self) -> None:
        """Ends all containers at the same time, each in its proper way; when cancelled, at once."""
        self._closed = True
        self._cancel_timer()
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        while self._waiting:
            self._waiting.popleft().container.cancel()
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

    async def _take(self, tenant: str, *, wait: bool) -> Container:
        while not self._closed:
            container = self._pick(tenant)
            if container is None and any(busy.settling for busy in self._containers):
                container = await self._wait(tenant, SETTLE_S)
            if container is None and self._may_start:
                container = await self._start(self._context)
            if container is not None:
                return container
            self._check_containers()
            if self._idle:  # another tenant's
                self._end(self._idle.pop(0)[1])
            elif wait or self._is_one_coming:
                container = await self._wait(tenant, None)
                if container is not None:
                    return container
            else:
                containers = f"All {self._concurrency} containers are busy"
                raise TooManyRequests(f"{containers}: the invocation was refused.")
        raise SandboxClosed("The sandbox has ended.")

    @property
    def _may_start(self) -> bool:
        """Whether an invocation may be given a container of its own; managed ones are there."""
        return not self._is_managed and len(self._containers) < self._concurrency

    @property
    def _is_one_coming(self) -> bool:
        """Whether a container that is being made ready ahead can be had, though none may start.

        Concurrency is counted in invocations: one that has a place is served, even if the container
        that was made for it is not there yet.
        """
        coming = sum(container.is_new for container in self._containers)
        return coming * self._context.function.max_concurrency > len(self._waiting)

    def _pick(self, tenant: str) -> Container | None:
        for at in reversed(range(len(self._idle))):
            if self._idle[at][1].can_serve(tenant):
                return self._idle.pop(at)[1]
        return None

    async def _start(self, context: ContainerContext, *, is_ahead: bool = False) -> Container:
        container = Container(context, next(self._numbers), self._became_idle, self._broke)
        container.is_new = is_ahead
        self._containers.add(container)
        try:
            await container.open()
        except BaseException:
            self._containers.discard(container)
            container.kill()
            self._wake_all()  # who counted on this one
            raise
        return container

    async def _start_ahead(self, context: ContainerContext) -> None:
        """Starts one that nobody waits for yet."""
        container = await self._start(context, is_ahead=True)
        container.initialise()

    async def _prepare(self) -> None:
        """Has another container made ready, where that is to be done and none is ready."""
        if not self._is_proactive or self._idle or self._closed:
            return
        being_made = any(container.is_new for container in self._containers)
        if not being_made and self._may_start:
            await self._start_ahead(self._context)

    async def _wait(self, tenant: str, timeout_s: float | None) -> Container | None:
        """A container that has become idle; None when there is one of another tenant only."""
        waiter = Waiter(tenant)
        self._waiting.append(waiter)
        try:
            await asyncio.wait({waiter.container}, timeout=timeout_s)
        except BaseException:
            container = waiter.found()
            if container is not None:
                self._became_idle(container)  # it was meant for a caller who has gone
            raise
        finally:
            with contextlib.suppress(ValueError):
                self._waiting.remove(waiter)
        if waiter.container.cancelled():
            raise SandboxClosed("The sandbox has ended.")
        return waiter.found()

    def _became_idle(self, container: Container) -> None:
        if self._closed:
            return
        for waiter in self._waiting:
            if not waiter.container.done() and container.can_serve(waiter.tenant):
                self._waiting.remove(waiter)
                waiter.container.set_result(container)
                return
        self._idle.append((self._clock.now().tick, container))
        self._wake_all()  # all of other tenants: the first may end this container for its own
        if self._timer is None:
            self._set_timer(self._keep_alive_s)

    def _wake_all(self) -> None:
        """Lets all waiters look for a container again."""
        while self._waiting:
            self._waiting.popleft().give_up()

    def _broke(self, container: Container, reason: str) -> None:
        """A managed container has ended; another takes its place, if it could ever serve."""
        if self._closed or container not in self._containers:
            return
        self._idle = [entry for entry in self._idle if entry[1] is not container]
        self._end(container)
        if container.is_new:
            self._failure = reason
            self._wake_all()
        else:
            self._later(self._replace())

    async def _replace(self) -> None:
        await self._start_ahead(self._context)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        """Does what no caller waits for; one that fails will fail again for a caller who does."""
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._is_done)

    def _is_done(self, task: "asyncio.Task[None]") -> None:
        self._background.discard(task)
        if not task.cancelled():
            task.exception()  # seen

    def _check_containers(self) -> None:
        if self._failure is not None and not self._containers:
            raise InitFailed(f"No container could be initialised: {self._failure}")

    def _set_timer(self, delay_s: float) -> None:
        self._timer = self._clock.call_later(delay_s, self._end_idle)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end_idle(self) -> None:
        """Ends what has been idle for too long; the list is in the order of last use."""
        self._timer = None
        present = self._clock.now().tick
        for entry in [entry for entry in self._idle if not entry[1].outlives_idle]:
            since, container = entry
            if present - since < self._keep_alive_s:
                self._set_timer(since + self._keep_alive_s - present)
                return
            self._idle.remove(entry)
            self._end(container)

    def _end(self, container: Container) -> None:
        self._containers.discard(container)  # it counts no more, though its end takes its time
        task = asyncio.get_running_loop().create_task(_shut_down(container))
        self._ending[task] = container
        task.add_done_callback(self._ending.pop)


async def _shut_down(container: Container) -> None:
    await container.settle(END_SETTLE_S)
    await container.shutdown("spindown")
