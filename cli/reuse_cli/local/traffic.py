"""Which events a function is given, and when.

An events file has one JSON value a line. A line `{"at_ms": 250, "event": {…}}` is sent 250 ms after
the start; any other line is an event itself, sent as soon as a container is free, or, with a pace,
in its turn. A file that is sent again goes on from the time of its last event. `tenant_id` beside
`event` names the tenant that the event is sent for; then `at_ms` may be left out.
"""

import json
import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from reuse_cli.errors import UsageError

PLACED = ("at_ms", "tenant_id")
"""What may stand beside an event in a line of an events file."""


class Arrival(NamedTuple):
    """An event and when it comes, in seconds after the start; None: when a container is free."""

    at_s: float | None
    payload: bytes
    tenant: str = ""


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

    arrivals: Iterable[Arrival]
    workers: int
    duration_s: float = math.inf


def arrivals(
    events: Path | None, count: int | None, pace: Pace | None, *, is_endless: bool = False
) -> Iterator[Arrival]:
    """The events in order; `count` repeats or cuts them, `is_endless` repeats them for ever."""
    moments = pace.moments() if pace else None
    sent, round_began_s = 0, 0.0
    while True:
        last_s = round_began_s
        for arrival in _read(events) if events else iter([Arrival(None, b"{}")]):
            if sent == count:
                return
            if arrival.at_s is not None:
                last_s = round_began_s + arrival.at_s
                yield arrival._replace(at_s=last_s)
            else:
                yield arrival._replace(at_s=next(moments) if moments else None)
            sent += 1
        if sent == 0:
            raise UsageError(f"there are no events in {events}")
        if count is None and not is_endless:
            return
        round_began_s = last_s


def _read(events: Path) -> Iterator[Arrival]:
    with events.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _arrival(line.strip(), f"line {number} of {events}")


def _arrival(line: bytes, where: str) -> Arrival:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise UsageError(f"{where} is not JSON") from None
    if not isinstance(value, dict) or "event" not in value or not value.keys() & {*PLACED}:
        return Arrival(None, line)
    at_s = _seconds(value["at_ms"], where) if "at_ms" in value else None
    tenant = value.get("tenant_id", "")
    if not isinstance(tenant, str):
        raise UsageError(f"{where}: tenant_id is a text")
    return Arrival(at_s, json.dumps(value["event"]).encode(), tenant)


def _seconds(at_ms: Any, where: str) -> float:
    if type(at_ms) not in (int, float) or not 0 <= at_ms < math.inf:
        raise UsageError(f"{where}: at_ms is a number of milliseconds")
    seconds: float = at_ms / 1000
    return seconds
