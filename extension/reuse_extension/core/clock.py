"""Which time it is: the platform's, from its events, beside the wall clock of this machine."""

CLOCK_LIMIT_MS = 24 * 3600 * 1000
"""No container is frozen this long: beyond it the wall clock and the platform's disagree."""


class PlatformClock:
    """The platform's times, as far as they can be true."""

    def __init__(self) -> None:
        self.event_time_ms: "int | None" = None
        """The current event's own time; None where it has none that can be true."""
        self._latest_ms: "int | None" = None

    def of(self, time_ms: "int | None", now_ms: int) -> int:
        """When an event with this time of its own happened: then, or else in the present."""
        if time_ms is None or time_ms > now_ms + CLOCK_LIMIT_MS:
            self.event_time_ms = None
            return self.now(now_ms)
        self.event_time_ms = time_ms = int(time_ms)
        self._latest_ms = max(self._latest_ms or 0, time_ms)
        return time_ms

    def now(self, now_ms: int) -> int:
        """The present: the wall clock's, unless the platform's is another day."""
        if self._latest_ms is None or abs(now_ms - self._latest_ms) < CLOCK_LIMIT_MS:
            return now_ms
        return self._latest_ms
