"""One reading of both clocks, and how the platform writes times and durations."""

import time
from typing import NamedTuple


class Instant(NamedTuple):
    """A moment: `wall` in seconds since the epoch for stamps, `tick` monotonic for durations."""

    wall: float
    tick: float

    def ms_since(self, earlier: "Instant") -> float:
        """Milliseconds since `earlier`, with microsecond precision as the platform has it."""
        return round((self.tick - earlier.tick) * 1000, 3)


def now() -> Instant:
    """The present moment."""
    return Instant(time.time(), time.monotonic())


def iso(wall: float) -> str:
    """The platform's form of a time: UTC, milliseconds, `2026-11-21T00:04:21.886Z`."""
    seconds, ms = divmod(int(wall * 1000), 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{ms:03d}Z"
