"""The period: what has been learnt since the last container record, and how it becomes the next."""

from .emf import MAX_VALUES
from .events import MINUTE_MS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .invocations import Invocation


class Period:
    """Counts and values of one stretch of a container's time, within one minute.

    A fact that arrives after its minute was reported is in the next record: the sums are right,
    and nothing waits.
    """

    def __init__(self, not_before_ms: int) -> None:
        """`not_before_ms`: the end of the period before this one; periods do not overlap."""
        self.not_before_ms = not_before_ms
        self.from_ms: "int | None" = None
        self.to_ms = not_before_ms
        self.counts: "dict[str, int]" = {}
        self.values: "dict[str, Any]" = {}
        self.billed_ms = 0
        self.invocations: "list[Invocation]" = []  # begun in this period
        self.late: "list[Invocation]" = []  # begun before it, ended in it

    @property
    def minute(self) -> "int | None":
        """The minute it belongs to; None while nothing has happened in it."""
        return None if self.from_ms is None else self.to_ms // MINUTE_MS

    @property
    def is_worth_a_record(self) -> bool:
        """Whether it has more to tell than how much memory was used."""
        return bool(self.counts or self.invocations or self.late)

    @property
    def is_full(self) -> bool:
        """Whether one more invocation could overflow an array."""
        return len(self.invocations) + len(self.late) >= MAX_VALUES

    @property
    def has_served(self) -> bool:
        """Whether an invocation of this period has ended."""
        return any(invocation.end_us is not None for invocation in self.invocations)

    def touch(self, time_ms: int) -> None:
        """Something happened at this time."""
        time_ms = max(time_ms, self.not_before_ms)
        if self.from_ms is None:
            self.from_ms = time_ms
        self.to_ms = max(self.to_ms, time_ms)

    def add(self, name: str, amount: int = 1) -> None:
        """Add to a count."""
        self.counts[name] = self.counts.get(name, 0) + amount

    def raise_to(self, name: str, value: "int | None") -> None:
        """Keep the highest value."""
        if value is not None:
            self.values[name] = max(self.values.get(name, 0), value)

    def in_order(self) -> "list[Invocation]":
        """All invocations that may have something to tell, in the order they began."""
        every = self.late + self.invocations
        last_ms = 0
        for invocation in every:
            beginning_ms = _beginning(invocation)
            if beginning_ms < last_ms:
                break
            last_ms = beginning_ms
        else:
            return every  # as nearly always
        # MicroPython's sort does not keep the order of equals: the place decides between them.
        places = sorted([(_beginning(invocation), i) for i, invocation in enumerate(every)])
        return [every[place] for _beginning_ms, place in places]


def _beginning(invocation: "Invocation") -> int:
    return invocation.start_ms or invocation.invoked_ms or invocation.last_ms
