"""Closed requests: of each the id and the last time that the platform gave for it.

They are kept in two generations, of which the older one goes as a whole. Keys that go one by one
would leave marks behind in MicroPython's dictionaries, and a look-up that finds nothing passes all
of them.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_REMEMBERED = 1024
"""Requests, both generations together; the newest half of them at least is always there. Far more
than can be in one batch."""


class Remembered:
    """The newest closed requests, and up to when others are forgotten."""

    def __init__(self) -> None:
        self.forgotten_ms = 0
        """The latest time of those that are forgotten."""
        self.latest_ms = 0
        """The latest time of all."""
        self._newer = _Generation()
        self._older = _Generation()

    def last_ms(self, request_id: str) -> int:
        """The last time of this request; of one that is not known, when it must be another."""
        known_ms = self.known_ms(request_id)
        return self.forgotten_ms if known_ms is None else known_ms

    def known_ms(self, request_id: str) -> "int | None":
        """The last time of this request; None for one that is not known."""
        known_ms = self._newer.last_ms.get(request_id)
        return self._older.last_ms.get(request_id) if known_ms is None else known_ms

    def add(self, request_id: str, last_ms: int) -> None:
        """Remember a request, or a later time of it."""
        newer = self._newer
        self.latest_ms = max(self.latest_ms, last_ms)
        count = len(newer.order)
        newer.last_ms[request_id] = last_ms
        if len(newer.last_ms) == count:
            return
        newer.order.append(request_id)
        if count + 1 >= MAX_REMEMBERED // 2:
            times_ms = list(self._older.last_ms.values())
            self.forgotten_ms = max([self.forgotten_ms] + times_ms)
            self._older, self._newer = newer, _Generation()

    def forget(self, until_ms: int) -> None:
        """What is not remembered has a time up to this one."""
        self.forgotten_ms = until_ms
        self.latest_ms = max(self.latest_ms, until_ms)

    def add_uninvoked(self, request_id: str) -> None:
        """Nothing is missing of this one, which is remembered, but INVOKE."""
        self._newer.uninvoked.add(request_id)

    def take_uninvoked(self, request_id: str) -> bool:
        """Whether nothing was missing of it but INVOKE, which has come now."""
        for generation in (self._newer, self._older):
            if request_id in generation.uninvoked:
                generation.uninvoked.remove(request_id)
                return True
        return False

    def newest(self, most: int) -> "list[list[Any]]":
        """[id, last time] of so many at most, the newest last."""
        newer = self._newer.order[-most:]
        older = self._older.order[-(most - len(newer)) :] if most > len(newer) else []
        return [[request_id, self.last_ms(request_id)] for request_id in older + newer]


class _Generation:
    def __init__(self) -> None:
        self.last_ms: "dict[str, int]" = {}
        self.order: "list[str]" = []  # oldest first
        self.uninvoked: "set[str]" = set()
