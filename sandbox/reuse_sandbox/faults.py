"""What goes wrong on purpose, by name and with dice of its own, so that a seed repeats it.

A fault strikes with its share of chances; a chance is a batch of telemetry, an invocation or a
container, as the fault's description says. Each fault throws dice of its own: what one does is the
same whether or not others are there.
"""

import json
import random
from collections.abc import Mapping

from reuse_sandbox.clock import Clock, iso
from reuse_sandbox.errors import ConfigError
from reuse_sandbox.telemetry.delivery import Batch, Deliver, OpenDestination
from reuse_sandbox.telemetry.subscription import Destination

LATE = "telemetry-late"
TWICE = "telemetry-duplicate"
REORDERED = "telemetry-reorder"
LOST = "telemetry-drop"
OVERSIZED = "telemetry-oversize"
SLOW = "listener-slow"
EXTENSION_KILLED = "extension-kill"
RUNTIME_EXIT = "runtime-exit"
HANG = "hang"
FULL = "tmp-full"
CLOCK_STEP = "clock-step"

FAULTS: Mapping[str, str] = {
    LATE: "a batch arrives up to two seconds late",
    TWICE: "a batch arrives twice",
    REORDERED: "the events of a batch arrive in another order",
    LOST: "a part of a batch never arrives",
    OVERSIZED: "a batch has one event of a megabyte more",
    SLOW: "the listener takes two seconds to take a batch, and the next one waits",
    EXTENSION_KILLED: "an extension is killed during an invocation",
    RUNTIME_EXIT: "the runtime is killed during an invocation",
    HANG: "the runtime stands still during an invocation, until that has timed out",
    FULL: "a container in which no file can grow",
    CLOCK_STEP: "before an invocation the platform's clock is set by up to an hour, either way",
}
"""name -> what happens"""

DEFAULT_SHARE = 0.1
LATE_S = 2.0
SLOW_S = 2.0
STEP_S = 3600.0
OVERSIZE_BYTES = 1 << 20


class Faults:
    """Faults and how often each strikes; raises `ConfigError` for what is none."""

    def __init__(self, shares: Mapping[str, float] | None = None, seed: int = 0) -> None:
        shares = shares or {}
        for name, share in shares.items():
            if name not in FAULTS:
                raise ConfigError(f"There is no fault {name!r}; there are {', '.join(FAULTS)}.")
            if not 0 <= share <= 1:
                raise ConfigError(
                    f"The probability of {name} is {share:g}: it must be from 0 to 1."
                )
        self._shares = dict(shares)
        self._dice = {name: random.Random(f"{seed} {name}") for name in shares}

    def strikes(self, name: str) -> bool:
        """Whether this fault takes this chance."""
        return name in self._shares and self._dice[name].random() < self._shares[name]

    def step_s(self) -> float:
        """By how much the clock is set before this invocation; commonly 0."""
        if not self.strikes(CLOCK_STEP):
            return 0.0
        return self._dice[CLOCK_STEP].uniform(-STEP_S, STEP_S)

    def open_destination(self, usual: OpenDestination, clock: Clock) -> OpenDestination:
        """The way to subscribers, with what happens on it."""

        def opened(destination: Destination) -> Deliver:
            deliver = usual(destination)

            async def faulty(batch: Batch) -> None:
                if self.strikes(LATE):
                    await clock.sleep(self._dice[LATE].uniform(0, LATE_S))
                batch = self._changed(batch, clock)
                if batch:
                    await deliver(batch)
                if batch and self.strikes(TWICE):
                    await deliver(batch)
                if self.strikes(SLOW):
                    await clock.sleep(SLOW_S)

            return faulty

        return opened

    def _changed(self, batch: Batch, clock: Clock) -> Batch:
        if self.strikes(LOST):
            batch = [event for event in batch if self._dice[LOST].random() < 0.5]
        if self.strikes(REORDERED):
            batch = self._dice[REORDERED].sample(batch, len(batch))
        if self.strikes(OVERSIZED):
            batch = [*batch, _large_event(clock.now().wall)]
        return batch


def _large_event(wall: float) -> bytes:
    """An event of a type that nobody knows."""
    event = {"time": iso(wall), "type": "platform.padding", "record": "x" * OVERSIZE_BYTES}
    return json.dumps(event).encode()
