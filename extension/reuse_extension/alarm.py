"""When to wake for something, whatever happens to the clocks.

The wall clock may be set back, and the clock that nobody sets may stand still while the container
is frozen: the first of the two by which the time has come decides.
"""

from . import interpreter

MAX_WAIT_MS = 65000
"""Nothing in the core waits for longer: a minute and what telemetry may need."""


class Alarm:
    """Waits for one time at a time."""

    def __init__(self) -> None:
        self._wake_ms: "int | None" = None
        self._due_ticks = 0

    def wait_ms(self, wake_ms: "int | None") -> "int | None":
        """How long until this time, epoch milliseconds; 0 where it has come, None for no time."""
        if wake_ms is None:
            self._wake_ms = None
            return None
        left_ms = wake_ms - interpreter.now_ms()
        ticks = interpreter.ticks_ms()
        if wake_ms != self._wake_ms:
            self._wake_ms = wake_ms
            self._due_ticks = ticks + min(max(left_ms, 0), MAX_WAIT_MS)
        return max(0, min(left_ms, self._due_ticks - ticks))

    def stop(self) -> None:
        """The time has come: the same one, asked for again, is another."""
        self._wake_ms = None


def sooner(one: "int | None", other: "int | None") -> "int | None":
    """The shorter of two waits; None is one without an end."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
