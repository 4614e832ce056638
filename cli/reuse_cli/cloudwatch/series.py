"""Time series, and which statistic of its values makes one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reuse_cli.cloudwatch.statistic import PERCENTILE

Points = dict[int, float]
"""Value by the start of its period, epoch milliseconds."""

AGGREGATES = {
    "sum": "sum(v)",
    "average": "avg(v)",
    "minimum": "min(v)",
    "maximum": "max(v)",
    "samplecount": "count(v)::double",
}


@dataclass(frozen=True)
class Series:
    """One line of a graph."""

    id: str
    label: str
    points: Points = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    """What a dynamic label can name: `Dim.FunctionName`, `MetricName`, `Namespace`, ..."""
    period_s: int = 300
    unit: str = ""
    """Of the values, as CloudWatch names it; "" where none is known."""

    def with_points(self, points: Points) -> "Series":
        """The same line through other points, which may be of another unit."""
        return Series(self.id, self.label, points, self.properties, self.period_s)


@dataclass(frozen=True)
class TimeRange:
    """From `start_ms` (inclusive) to `end_ms` (exclusive), epoch milliseconds."""

    start_ms: int
    end_ms: int

    @property
    def seconds(self) -> int:
        """Its length, at least 1."""
        return max(1, (self.end_ms - self.start_ms) // 1000)

    def grid(self, period_s: int) -> range:
        """The start of every period in it; periods are aligned to the epoch."""
        period_ms = period_s * 1000
        return range(self.start_ms // period_ms * period_ms, self.end_ms, period_ms)


def aggregate(statistic: str) -> str | None:
    """The SQL aggregate over `v` that computes a statistic; None where SQL has none."""
    known = AGGREGATES.get(statistic.lower())
    percentile = PERCENTILE.fullmatch(statistic)
    if known is None and percentile:
        return f"quantile_cont(v, {float(percentile[1]) / 100!r})"
    return known
