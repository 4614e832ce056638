"""Containers at module level that grow with the invocations, by a sample of their sizes.

With LAMBDA_REUSE_SAMPLE=1 the sizes of the lists, dicts, sets and deques at module level of the
function's own modules are read when a sampled invocation is over. From the hundredth invocation on
one counts that has grown at every sample, by one item in two invocations or more. Caches that a few
keys fill, and what is emptied now and then, drop out. Items are counted and not looked at.
"""

from lambda_reuse import invocation

from . import builds, sites

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType
    from typing import Any

KIND = "module.container"
ENOUGH = 100
"""Invocations: a cache may be filling up until then."""
MAX_NAMES = 1000
"""Of a module."""


class Growth:
    """The containers that have grown up to now."""

    def __init__(self) -> None:
        self._sizes: "dict[tuple[str, str], tuple[Any, Any, int]]" = {}
        """(module, name) -> the module, the container's identity, its size."""
        self._lines: "dict[tuple[str, str], Any]" = {}
        self._last = 0

    def look(self) -> None:
        """Read the sizes; count those that still grow."""
        now = invocation.count
        if not self._last:
            self._sizes = dict(_containers())
        else:
            self._follow(now - self._last, is_enough=now >= ENOUGH)
        self._last = now

    def _follow(self, invocations: int, *, is_enough: bool) -> None:
        grown = {}
        for place, (module, identity, size) in self._sizes.items():
            value = vars(module).get(place[1])
            more = len(value) - size if id(value) == identity else 0
            if more > 0 and 2 * more >= invocations:
                grown[place] = (module, identity, size + more)
                if is_enough:
                    self._count(place, module)
        self._sizes = grown

    def _count(self, place: "tuple[str, str]", module: "ModuleType") -> None:
        name = place[1]
        if place not in self._lines:
            self._lines[place] = builds.line(KIND, f"container {name}", _site(module, name))
        line = self._lines[place]
        if line is not None:
            line.counters.built(0, in_init=False)


def _containers() -> "Iterator[tuple[tuple[str, str], tuple[Any, Any, int]]]":
    for module in sites.own_modules():
        for name, value in list(vars(module).items())[:MAX_NAMES]:
            is_deque = type(value).__name__ == "deque" and value.maxlen is None
            if not name.startswith("__") and (isinstance(value, (list, dict, set)) or is_deque):
                yield (module.__name__, name), (module, id(value), len(value))


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
