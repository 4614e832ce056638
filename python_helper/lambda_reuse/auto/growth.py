"""Containers at module level that grow with the invocations, by a sample of their sizes.

With LAMBDA_REUSE_SAMPLE=1 the sizes of the lists, dicts, sets and deques at module level of the
function's own modules are read when a sampled invocation is over. From the hundredth invocation on
one counts that has grown at every sample, by one item in two invocations or more. Caches that a few
keys fill, and what is emptied now and then, drop out. Items are counted and not looked at.
"""

from lambda_reuse import invocation

from . import builds, caches, sites

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType
    from typing import Any

KIND = "module.container"
ENOUGH = 100
"""Invocations: a cache may be filling up until then."""
MAX_CONTAINERS = 1000


class Growth:
    """The containers that have grown up to now."""

    def __init__(self) -> None:
        self._sizes: "dict[tuple[str, str], tuple[int, int]]" = {}  # -> identity, size
        self._last = 0

    def look(self) -> None:
        """Read all sizes; count those that still grow."""
        now = invocation.count
        sizes = {}
        for module, name, value in _containers():
            place = (module.__name__, name)
            sizes[place] = (id(value), len(value))
            if self._last and not self._has_grown(place, sizes[place], now - self._last):
                del sizes[place]
            elif self._last and now >= ENOUGH:
                line = builds.line(KIND, f"container {name}", _site(module, name))
                if line is not None:
                    line.counters.built(0, in_init=False)
            if len(sizes) >= MAX_CONTAINERS:
                break
        self._sizes = sizes
        self._last = now

    def _has_grown(
        self, place: "tuple[str, str]", now: "tuple[int, int]", invocations: int
    ) -> bool:
        known = self._sizes.get(place)
        return known is not None and known[0] == now[0] and 2 * (now[1] - known[1]) >= invocations


def _containers() -> "Iterator[tuple[ModuleType, str, Any]]":
    for module in caches.own_modules():
        for name, value in list(vars(module).items()):
            is_deque = type(value).__name__ == "deque" and value.maxlen is None
            if not name.startswith("__") and (isinstance(value, (list, dict, set)) or is_deque):
                yield module, name, value


def _site(module: "ModuleType", name: str) -> "tuple[str, str]":
    """The line that gives the container its name, as far as the source says so."""
    path = str(module.__file__)
    number = 1
    try:
        with open(path, encoding="utf-8") as file:
            lines = enumerate(file, 1)
            number = next(
                at for at, line in lines if line.split("=")[0].split(":")[0].strip() == name
            )
    except (OSError, ValueError, StopIteration):
        pass
    return f"{sites.own_file(path)}:{number}", "<module>"
