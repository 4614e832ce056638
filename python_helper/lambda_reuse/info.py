"""The counts of one resource."""

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
        recreated: int

else:
    CacheInfo = namedtuple(
        "CacheInfo",
        (
            *("hits", "misses", "maxsize", "currsize"),
            *("reasons", "builds", "build_ms", "failed", "recreated"),
        ),
    )
    CacheInfo.__doc__ = """The answer of `cache_info()`: it begins as functools' does.

    `reasons` says how often a value had to be built for each reason, `builds` how many builds gave
    a value, `build_ms` the time these took, `failed` how many raised, and `recreated` how many
    misses were needless: a resource of the same line had built the same thing before.
    """
