"""What a resource tells of itself."""

from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple, Optional

    class CacheInfo(NamedTuple):
        """The answer of `cache_info()`: it begins as functools' does."""

        hits: int
        misses: int
        maxsize: Optional[int]
        currsize: int
        reasons: dict[str, int]
        builds: int
        build_ms: float
        failed: int

else:
    CacheInfo = namedtuple(
        "CacheInfo",
        ("hits", "misses", "maxsize", "currsize", "reasons", "builds", "build_ms", "failed"),
    )
    CacheInfo.__doc__ = """The answer of `cache_info()`: it begins as functools' does.

    `reasons` says how often a value had to be built for each reason, `builds` how many builds gave
    a value, `build_ms` the time these took, and `failed` how many raised.
    """
