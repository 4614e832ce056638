"""The metrics of EMF lines, in DuckDB: statistics by period.

Every line is read once, when the store is made, into a table that DuckDB keeps in a file: its time,
the values of the metrics that are asked for, their dimensions, and the fields that log widgets
query. A statistic is then one aggregation, for all dimension values at once.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reuse_cli.cloudwatch import emf
from reuse_cli.cloudwatch.emf import Metric
from reuse_cli.cloudwatch.line_table import LineTable
from reuse_cli.cloudwatch.lines import JsonFiles
from reuse_cli.cloudwatch.series import Points, TimeRange, aggregate
from reuse_cli.cloudwatch.statistic import MAX_VALUE, Counted

if TYPE_CHECKING:
    import duckdb

Values = tuple[str, ...]
"""The values of a metric's dimensions, in the order of their sorted names."""
MINUTE_MS = 60_000


@dataclass(frozen=True)
class Refused:
    """Lines that CloudWatch would read no metrics from."""

    validation_errors: int


class MetricStore:
    """Metrics of JSON lines in files."""

    def __init__(
        self,
        connection: "duckdb.DuckDBPyConnection",
        lines: JsonFiles,
        wanted: Collection[str] | None = None,
        fields: Collection[str] = (),
    ) -> None:
        """`wanted`: the names of the metrics that will be asked for; None means all.

        `fields`: dotted names of members that log widgets query.
        """
        self._connection = connection
        self._lines = lines
        self._cache: dict[object, dict[Values, Points]] = {}
        self._table = LineTable(connection, lines, wanted, fields)
        self.refused = Refused(self._table.refused + lines.refused)

    @property
    def is_whole(self) -> bool:
        """Whether what was taken for embedded metrics by its look was that, line by line."""
        return self._table.count >= self._lines.expected

    @property
    def fields(self) -> Mapping[str, str]:
        """The columns of `emf_line` with the text of the fields that were asked for, by name."""
        return self._table.fields

    @cached_property
    def span(self) -> TimeRange | None:
        """From the first to just after the last line; None without lines."""
        first, last = self._connection.execute(
            "select min(t), max(t) from emf_line where shape is not null"
        ).fetchone() or (None, None)
        return None if first is None else TimeRange(first, last + 1)

    @cached_property
    def metrics(self) -> list[tuple[Metric, Values]]:
        """Every metric with every combination of dimension values that has occurred, in order."""
        found: dict[tuple[Metric, Values], None] = {}
        shapes: dict[Metric, list[int]] = {}
        for number, metrics in enumerate(self._table.shapes):
            for metric in metrics:
                shapes.setdefault(metric, []).append(number)
        for metric, numbers in shapes.items():
            if metric.name in self._table.values:
                for values in self._dimension_values(metric, numbers):
                    found[metric, values] = None
        return sorted(
            found, key=lambda one: (one[0].namespace, one[0].name, one[0].dimensions, one[1])
        )

    def statistic(
        self, metric: Metric, statistic: str, period_s: int, span: TimeRange, is_whole: bool = False
    ) -> dict[Values, Points]:
        """A statistic of a metric, by dimension values and the start of the period.

        `is_whole`: one value for the whole range, at its start. Raises UsageError for a statistic
        that cannot be computed.
        """
        key = (metric, statistic, period_s, span, is_whole)
        if key not in self._cache:
            self._cache[key] = self._aggregated(metric, statistic, period_s, span, is_whole)
        return self._cache[key]

    def unit(self, metric: Metric) -> str:
        """The unit that lines declare for a metric; "" where it is not one and the same."""
        units = {own.unit for own in self._declared.get(metric, ())} - {"None"}
        return units.pop() if len(units) == 1 else ""

    @cached_property
    def _declared(self) -> dict[Metric, list[Metric]]:
        found: dict[Metric, list[Metric]] = {}
        for metric in (one for metrics in self._table.shapes for one in metrics):
            found.setdefault(metric, []).append(metric)
        return found

    def _aggregated(
        self, metric: Metric, statistic: str, period_s: int, span: TimeRange, is_whole: bool
    ) -> dict[Values, Points]:
        numbers = self._numbers_of(metric)
        if metric.name not in self._table.values or not numbers:
            return {}
        period_ms = period_s * 1000
        time = "t"
        if period_ms < MINUTE_MS and not self._is_high_resolution(metric):
            time = f"(t // {MINUTE_MS} * {MINUTE_MS})"
        bucket = str(span.start_ms) if is_whole else f"({time} // {period_ms}) * {period_ms}"
        first_ms = span.start_ms if is_whole else span.start_ms // period_ms * period_ms
        dimensions = [self._table.dimensions[name] for name in metric.dimensions]
        values = self._table.values[metric.name]
        condition = _condition(dimensions, numbers, first_ms, span)
        sql = aggregate(statistic)
        if sql is None or self._table.has_objects(metric.name):
            keys = ", ".join([bucket, *dimensions])
            rows = self._counted(statistic, keys, values, condition)
        else:
            rows = self._connection.execute(
                f"""
                select {bucket} as b{"".join(f", {column}" for column in dimensions)}, {sql}
                from (select *, unnest({values}) as v from emf_line
                      where {condition})
                where abs(v) <= {MAX_VALUE} group by all order by all
                """
            ).fetchall()
        found: dict[Values, Points] = {}
        for start_ms, *names, value in rows:
            if value is not None:
                found.setdefault(tuple(names), {})[start_ms] = value
        return found

    def _counted(
        self, statistic: str, keys: str, values: str, condition: str
    ) -> list[tuple[Any, ...]]:
        """What SQL cannot aggregate: other statistics, and values with counts."""
        groups: dict[tuple[Any, ...], Counted] = {}
        found = self._connection.execute(
            f"select {keys}, {values}, o{values} from emf_line where {condition} order by all"
        )
        while batch := found.fetchmany(10_000):
            for *group, numbers_of, text in batch:
                counted = groups.setdefault(tuple(group), Counted())
                if numbers_of is not None:
                    counted.add(numbers_of)
                elif text is not None:
                    counted.add_object(json.loads(text))
        return [(*group, counted.statistic(statistic)) for group, counted in groups.items()]

    def _is_high_resolution(self, metric: Metric) -> bool:
        return any(own.resolution_s == emf.HIGH for own in self._declared.get(metric, ()))

    def _numbers_of(self, metric: Metric) -> list[int]:
        return [n for n, metrics in enumerate(self._table.shapes) if metric in metrics]

    def _dimension_values(self, metric: Metric, numbers: list[int]) -> Iterable[Values]:
        columns = [self._table.dimensions[name] for name in metric.dimensions]
        values = self._table.values[metric.name]
        rows = self._connection.execute(
            f"select distinct {', '.join(columns) or '1'} from emf_line"
            f" where shape in ({', '.join(map(str, numbers))})"
            f" and ({values} is not null or o{values} is not null)"
            + "".join(f" and {column} is not null" for column in columns)
        ).fetchall()
        return [row if columns else () for row in rows]


def _condition(dimensions: list[str], numbers: list[int], first_ms: int, span: TimeRange) -> str:
    """The lines of a range that have the metric with all of its dimensions."""
    shapes = ", ".join(map(str, numbers))
    present = "".join(f" and {column} is not null" for column in dimensions)
    return f"t >= {first_ms} and t < {span.end_ms} and shape in ({shapes}){present}"
