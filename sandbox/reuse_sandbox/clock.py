"""The sandbox's clock: the present moment, timers and pauses; and one for tests that can jump.

Everything that the platform waits for (the end of an idle container, a timeout, the next attempt of
an asynchronous invocation, a batch of telemetry) waits by this clock. The processes of a container
have the machine's.
"""

import asyncio
import time
from collections.abc import Callable
from typing import NamedTuple, Protocol


class Instant(NamedTuple):
    """A moment: `wall` in seconds since the epoch for stamps, `tick` monotonic for durations."""

    wall: float
    tick: float

    def ms_since(self, earlier: "Instant") -> float:
        """Milliseconds since `earlier`, with microsecond precision as the platform has it."""
        return round((self.tick - earlier.tick) * 1000, 3)


class Timer(Protocol):
    """What was set."""

    def cancel(self) -> None:
        """It does not go off; may be called again, and after it did."""


class Clock(Protocol):
    """What a sandbox takes its time from."""

    def now(self) -> Instant:
        """The present moment."""

    def call_later(self, delay_s: float, callback: Callable[[], object]) -> Timer:
        """Calls back in the running loop, after so many seconds of this clock."""

    async def sleep(self, seconds: float) -> None:
        """Pauses for so many seconds of this clock."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> Instant:
        """The present moment."""
        return Instant(time.time(), time.monotonic())

    def call_later(self, delay_s: float, callback: Callable[[], object]) -> Timer:
        """Calls back after so many seconds."""
        return asyncio.get_running_loop().call_later(delay_s, callback)

    async def sleep(self, seconds: float) -> None:
        """Pauses."""
        await asyncio.sleep(seconds)


class MockClock:
    """The machine's clock, but that it can `jump` ahead: minutes pass without a wait.

    After trio's clock of this name. It belongs to one event loop.
    """

    def __init__(self) -> None:
        self._ahead_s = 0.0
        self._timers: set[_MockTimer] = set()

    def now(self) -> Instant:
        """The present moment."""
        return Instant(time.time() + self._ahead_s, time.monotonic() + self._ahead_s)

    def call_later(self, delay_s: float, callback: Callable[[], object]) -> Timer:
        """Calls back after so many seconds, or as soon as a jump has passed that moment."""
        timer = _MockTimer(self.now().tick + delay_s, callback, self._timers)
        timer.set(delay_s)
        return timer

    async def sleep(self, seconds: float) -> None:
        """Pauses."""
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        timer = self.call_later(seconds, lambda: None if over.done() else over.set_result(None))
        try:
            await over
        finally:
            timer.cancel()

    def jump(self, seconds: float) -> None:
        """So many seconds have passed: what was due meanwhile is called in its order."""
        if seconds < 0:
            raise ValueError("a clock does not jump back")
        self._ahead_s += seconds
        present = self.now().tick
        for timer in sorted(self._timers, key=lambda timer: timer.due):
            timer.set(timer.due - present)


class _MockTimer:
    """A timer that can be set again when its clock has jumped."""

    def __init__(
        self, due: float, callback: Callable[[], object], timers: "set[_MockTimer]"
    ) -> None:
        self.due = due
        self._callback = callback
        self._timers = timers
        self._handle: asyncio.TimerHandle | None = None
        timers.add(self)

    def set(self, delay_s: float) -> None:
        """Goes off after so many seconds, or next where it is due."""
        if self._handle is not None:
            self._handle.cancel()
        loop = asyncio.get_running_loop()
        self._handle = loop.call_later(max(0.0, delay_s), self._go_off)

    def cancel(self) -> None:
        """It does not go off."""
        self._timers.discard(self)
        if self._handle is not None:
            self._handle.cancel()

    def _go_off(self) -> None:
        self._timers.discard(self)
        self._callback()


def iso(wall: float) -> str:
    """The platform's form of a time: UTC, milliseconds, `2026-11-21T00:04:21.886Z`."""
    seconds, ms = divmod(int(wall * 1000), 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{ms:03d}Z"
