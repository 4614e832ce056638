"""Which events a function is given, and when.

An events file has one JSON value a line. A line `{"at_ms": 250, "event": {…}}` is sent 250 ms after
the start; any other line is an event itself, sent as soon as a container is free, or, with a rate,
in its turn.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from reuse_cli.errors import UsageError


class Arrival(NamedTuple):
    """An event and when it comes, in seconds after the start; None: when a container is free."""

    at_s: float | None
    payload: bytes


def arrivals(events: Path | None, count: int | None, rate: float | None) -> Iterator[Arrival]:
    """The events in order; `count` repeats or cuts them, `rate` is so many a second."""
    sent = 0
    while True:
        for arrival in _read(events) if events else iter([Arrival(None, b"{}")]):
            if sent == count:
                return
            at_s = sent / rate if rate and arrival.at_s is None else arrival.at_s
            yield Arrival(at_s, arrival.payload)
            sent += 1
        if count is None:
            return
        if sent == 0:
            raise UsageError(f"there are no events in {events}")


def _read(events: Path) -> Iterator[Arrival]:
    with events.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except ValueError:
                raise UsageError(f"line {number} of {events} is not JSON") from None
            if not isinstance(value, dict) or "at_ms" not in value or "event" not in value:
                yield Arrival(None, line.strip().encode())
                continue
            at_ms = value["at_ms"]
            if not isinstance(at_ms, int | float) or not 0 <= at_ms < float("inf"):
                raise UsageError(f"line {number} of {events}: at_ms is a number of milliseconds")
            yield Arrival(at_ms / 1000, json.dumps(value["event"]).encode())
