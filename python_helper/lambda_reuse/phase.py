"""`with phase("imports"):` names a stretch of the init and tells how long it took."""

import time

from . import page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class phase:  # noqa: N801 - it is used as a statement, as `with open(...)` is
    """A named stretch of the init; it may be used several times and inside another."""

    def __init__(self, name: str) -> None:
        """Raises TypeError where the name is none."""
        if not isinstance(name, str) or not name:
            raise TypeError(f"a phase has a name, not {name!r}")
        self._name = name
        self._begun: "list[tuple[int, float]]" = []

    def __enter__(self) -> "phase":
        self._begun.append((int(time.time() * 1000), time.perf_counter()))
        return self

    def __exit__(self, kind: "Any", error: "Any", traceback: "Any") -> None:
        start_ms, started = self._begun.pop()
        duration_us = int((time.perf_counter() - started) * 1000000)
        page.current().add_phase(self._name, start_ms, duration_us, kind is not None)
