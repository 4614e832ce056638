"""The series of a Metrics Insights query: metrics put together by its groups."""

from collections.abc import Callable, Iterable

from reuse_cli.cloudwatch.emf import Metric
from reuse_cli.cloudwatch.functions import MEASURES, Array
from reuse_cli.cloudwatch.metrics_insights import Query
from reuse_cli.cloudwatch.series import Points, Series

Values = tuple[str, ...]
Take = Callable[[Metric, Values, str], Series]
"""The series of a metric with these values of its dimensions, of a statistic."""


def grouped(query: Query, metrics: Iterable[tuple[Metric, Values]], take: Take) -> Array:
    """What a query gives of these metrics, ordered and limited."""
    groups: dict[Values, list[tuple[Metric, Values]]] = {}
    for metric, values in metrics:
        if query.takes(metric, values):
            own = dict(zip(metric.dimensions, values, strict=True))
            groups.setdefault(tuple(own[name] for name in query.group), []).append((metric, values))
    lines = [_line(query, key, members, take) for key, members in groups.items()]
    if query.order is not None:
        name, direction = query.order
        measure = {"COUNT": len}.get(name) or MEASURES[name]
        lines.sort(
            key=lambda line: measure(list(line.points.values()) or [0.0]),
            reverse=direction == "DESC",
        )
    return Array(lines[: query.limit])


def _line(query: Query, key: Values, members: list[tuple[Metric, Values]], take: Take) -> Series:
    parts = [take(metric, values, query.statistic) for metric, values in members]
    points = _together(query.function, parts)
    if query.function == "AVG" and len(parts) > 1:  # of all values, not of averages
        sums, counts = (
            _together("SUM", [take(metric, values, name) for metric, values in members])
            for name in ("Sum", "SampleCount")
        )
        points = {at: total / counts[at] for at, total in sums.items()}
    properties = {f"Dim.{name}": value for name, value in zip(query.group, key, strict=True)}
    unit = parts[0].unit if len({part.unit for part in parts}) == 1 else ""
    label = " ".join(key) or query.metric
    return Series("", label, points, properties, parts[0].period_s, unit)


def _together(function: str, parts: list[Series]) -> Points:
    measure = MEASURES["SUM" if function in ("SUM", "COUNT") else function]
    moments = sorted({at for part in parts for at in part.points})
    return {
        at: float(measure([part.points[at] for part in parts if at in part.points]))
        for at in moments
    }
