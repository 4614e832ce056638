"""Named stretches of the init, reported in the init record."""

import time

from . import invocation, page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Optional


class phase:  # noqa: N801 - reads as a statement: `with phase("imports"):`
    """`with phase("imports"): ...` records when the block began and how long it took.

    Once the handler runs nothing is recorded: phases belong to the init. They may be nested or
    used again. An error in the block is marked and passes. There is room for 15; later
    ones are added up as "(other)".
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._starts: "list[tuple[float, int]]" = []

    def __enter__(self) -> "phase":
        self._starts.append((time.time(), time.perf_counter_ns()))
        return self

    def __exit__(
        self,
        error_type: "Optional[type[BaseException]]",
        error: "Optional[BaseException]",
        traceback: "Optional[TracebackType]",
    ) -> None:
        start, start_ns = self._starts.pop()
        if invocation.in_init():
            took_us = (time.perf_counter_ns() - start_ns) // 1000
            page.add_phase(self.name, int(start * 1000), took_us, error_type is not None)
