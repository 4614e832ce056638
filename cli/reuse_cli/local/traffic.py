"""Which events a function is given, and when."""

import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from reuse_cli.errors import UsageError
from reuse_cli.local.events import Event, EventSource


@dataclass(frozen=True)
class Pace:
    """When events come: `rate` a second in the mean, `burst` of them at the same moment.

    With `poisson` the moments are those of a Poisson process, the same ones for the same seed.
    """

    rate: float
    burst: int = 1
    poisson: bool = False
    seed: int = 0

    def moments(self) -> Iterator[float]:
        """The time of each event in seconds after the start, without end."""
        dice = random.Random(self.seed)
        between_s, at_s = self.burst / self.rate, 0.0
        if self.poisson:
            at_s = dice.expovariate(1 / between_s)
        while True:
            for _ in range(self.burst):
                yield at_s
            at_s += dice.expovariate(1 / between_s) if self.poisson else between_s


class Traffic(NamedTuple):
    """What is sent: events without a time go to `workers` at a time, all end after `duration_s`."""

    events: Iterable[Event]
    workers: int
    duration_s: float = math.inf
    is_single: bool = False
    """Whether there is one event only."""


def arrivals(
    source: EventSource, count: int | None, pace: Pace | None, *, is_endless: bool = False
) -> Iterator[Event]:
    """The events in order; `count` repeats or cuts them, `is_endless` repeats them for ever.

    Events that have no time of their own get the next of the pace. Events that are repeated go on
    from the time of the last one.
    """
    moments = pace.moments() if pace else None
    sent, round_began_s = 0, 0.0
    while True:
        last_s = round_began_s
        for event in source:
            if sent == count:
                return
            if event.at_s is not None:
                last_s = round_began_s + event.at_s
                yield event._replace(at_s=last_s)
            else:
                yield event._replace(at_s=next(moments) if moments else None)
            sent += 1
        if sent == 0:
            raise UsageError(f"there are no events in {source.name}")
        if count is None and not is_endless:
            return
        round_began_s = last_s
