"""Memory that rises with the age of a container, from the memory of its records in their order.

Every function's memory rises while it warms up. A leak goes on: in the second half of the records
it still rises, by a line that fits.
"""

from collections.abc import Sequence
from statistics import StatisticsError, correlation, linear_regression
from typing import NamedTuple

FEWEST_RECORDS = 8
RISE_MB = 8.0
RISE_SHARE = 0.05
"""In the second half, of the memory at its beginning: less is noise."""
FIT = 0.9
"""Correlation of memory and invocations."""


class Leak(NamedTuple):
    """How one container's memory rises."""

    rise_mb: float
    invocations: int

    @property
    def mb_per_1000(self) -> float:
        """MB that 1000 invocations add."""
        return self.rise_mb * 1000 / self.invocations


def leak(memory_mb: Sequence[float], invocations: Sequence[int]) -> Leak | None:
    """The leak of one container, or None. `invocations` are running totals at each record."""
    if len(memory_mb) < FEWEST_RECORDS:
        return None
    half = len(memory_mb) // 2
    memory, served = list(memory_mb[half:]), list(invocations[half:])
    try:
        slope = linear_regression(served, memory).slope
        fit = correlation(served, memory)
    except StatisticsError:  # all values are the same
        return None
    rise = slope * (served[-1] - served[0])
    if fit < FIT or rise < max(RISE_MB, RISE_SHARE * memory[0]):
        return None
    return Leak(rise, served[-1] - served[0])
