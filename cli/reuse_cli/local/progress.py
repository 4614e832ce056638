"""How far a run is, on the terminal while it lasts."""

import sys
import time
from typing import TextIO

EVERY_S = 0.2  # often enough to be seen moving, too seldom to cost anything


class Progress:
    """One line on stderr that is written over; silent where stderr is no terminal."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._is_shown = self._stream.isatty()
        self._invocations = self._failed = 0
        self._next = 0.0

    def add(self, *, failed: bool) -> None:
        """Count an invocation that has ended."""
        self._invocations += 1
        self._failed += failed
        if self._is_shown and time.monotonic() >= self._next:
            self._next = time.monotonic() + EVERY_S
            failures = f", {self._failed} failed" if self._failed else ""
            noun = "invocation" if self._invocations == 1 else "invocations"
            self._stream.write(f"\r\x1b[K{self._invocations} {noun}{failures}")
            self._stream.flush()

    def close(self) -> None:
        """Remove the line."""
        if self._is_shown and self._next:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
