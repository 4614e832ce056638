"""The metrics of EMF lines, in DuckDB: statistics by period, without loading the lines.

Every line is read once, when the store is made: its time, the values of the metrics that are asked
for, and their dimensions. A statistic is then one aggregation, for all dimension values at once.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from reuse_cli.cloudwatch import emf
from reuse_cli.cloudwatch.emf import Metric
from reuse_cli.cloudwatch.lines import EMF_METRICS, EMF_TIME, JsonFiles
from reuse_cli.cloudwatch.series import Points, TimeRange, aggregate

if TYPE_CHECKING:
    import duckdb

Values = tuple[str, ...]
"""The values of a metric's dimensions, in the order of their sorted names."""


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
    ) -> None:
        """`wanted`: the names of the metrics that will be asked for; None means all."""
        self._connection = connection
        self._cache: dict[object, dict[Values, Points]] = {}
        self._shapes: dict[str, list[Metric]] = {}
        errors = 0
        members = [EMF_TIME, EMF_METRICS]
        rows = connection.execute(
            f"""
            select any_value(c1)::varchar, count(*), count(c0)
            from ({lines.select(members, "c1 is not null")})
            group by hash(c1) order by 1
            """
        ).fetchall()
        for shape, count, timed in rows:
            metrics = emf.parse(shape)
            errors += count if metrics is None else count - timed
            self._shapes[shape] = metrics or []
        self.refused = Refused(errors)
        self._columns = self._extract(lines, wanted)

    @cached_property
    def span(self) -> TimeRange | None:
        """From the first to just after the last line; None without lines."""
        first, last = self._connection.execute(
            "select min(t), max(t) from emf_point"
        ).fetchone() or (
            None,
            None,
        )
        return None if first is None else TimeRange(first, last + 1)

    @cached_property
    def metrics(self) -> list[tuple[Metric, Values]]:
        """Every metric with every combination of dimension values that has occurred, in order."""
        found: dict[tuple[Metric, Values], None] = {}
        shapes: dict[Metric, list[int]] = {}
        for number, metrics in enumerate(self._shapes.values()):
            for metric in metrics:
                shapes.setdefault(metric, []).append(number)
        for metric, numbers in shapes.items():
            if metric.name in self._columns:
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
        that is not supported.
        """
        key = (
            metric.namespace,
            metric.name,
            metric.dimensions,
            statistic,
            period_s,
            span,
            is_whole,
        )
        if key not in self._cache:
            self._cache[key] = self._aggregated(metric, statistic, period_s, span, is_whole)
        return self._cache[key]

    def _aggregated(
        self, metric: Metric, statistic: str, period_s: int, span: TimeRange, is_whole: bool
    ) -> dict[Values, Points]:
        numbers = self._numbers_of(metric)
        if metric.name not in self._columns or not numbers:
            return {}
        period_ms = period_s * 1000
        bucket = str(span.start_ms) if is_whole else f"(t // {period_ms}) * {period_ms}"
        first_ms = span.start_ms if is_whole else span.start_ms // period_ms * period_ms
        dimensions = [self._columns[f"dimension {name}"] for name in metric.dimensions]
        keys = "".join(f", {column}" for column in dimensions)
        rows = self._connection.execute(
            f"""
            select b{keys}, {aggregate(statistic)} as value
            from (
                select {bucket} as b{keys}, unnest({self._columns[metric.name]}) as v
                from emf_point
                where t >= ? and t < ? and shape in ({", ".join(map(str, numbers))})
                {"".join(f" and {column} is not null" for column in dimensions)}
            )
            where isfinite(v) group by all order by all
            """,
            [first_ms, span.end_ms],
        ).fetchall()
        found: dict[Values, Points] = {}
        for start_ms, *values, value in rows:
            found.setdefault(tuple(values), {})[start_ms] = value
        return found

    def _numbers_of(self, metric: Metric) -> list[int]:
        wanted = (metric.namespace, metric.name, metric.dimensions)
        return [
            number
            for number, metrics in enumerate(self._shapes.values())
            if any((one.namespace, one.name, one.dimensions) == wanted for one in metrics)
        ]

    def _dimension_values(self, metric: Metric, numbers: list[int]) -> Iterable[Values]:
        columns = [self._columns[f"dimension {name}"] for name in metric.dimensions]
        rows = self._connection.execute(
            f"select distinct {', '.join(columns) or '1'} from emf_point"
            f" where shape in ({', '.join(map(str, numbers))})"
            f" and {self._columns[metric.name]} is not null"
            + "".join(f" and {column} is not null" for column in columns)
        ).fetchall()
        return [row if columns else () for row in rows]

    def _extract(self, lines: JsonFiles, wanted: Collection[str] | None) -> dict[str, str]:
        """Make the table `emf_point`; its columns by the names of metrics and dimensions."""
        metrics: dict[str, None] = {}
        dimensions: dict[str, None] = {}
        for declared in self._shapes.values():
            for metric in declared:
                if wanted is None or metric.name in wanted:
                    metrics[metric.name] = None
                    dimensions.update(dict.fromkeys(metric.dimensions))
        columns = {name: f"m{at}" for at, name in enumerate(metrics)}
        columns |= {f"dimension {name}": f"d{at}" for at, name in enumerate(dimensions)}
        self._connection.execute("create or replace temp table emf_shape (k ubigint, number int)")
        for number, shape in enumerate(self._shapes):
            self._connection.execute(
                "insert into emf_shape select hash(?::json), ?", [shape, number]
            )
        members = list(dict.fromkeys([EMF_TIME, EMF_METRICS, *metrics, *dimensions]))
        place = {name: f"c{at}" for at, name in enumerate(members)}
        values = [_values(place[name]) + f" as m{at}" for at, name in enumerate(metrics)]
        names = [_text(place[name]) + f" as d{at}" for at, name in enumerate(dimensions)]
        self._connection.execute(
            f"""
            create or replace temp table emf_point as
            select c0 as t, number as shape {"".join(", " + part for part in values + names)}
            from ({lines.select(members, "c0 is not null and c1 is not null")})
            join emf_shape on k = hash(c1)
            """
        )
        return columns


def _values(part: str) -> str:
    """A metric's values as a list: EMF has one number, or an array of at most 100 numbers."""
    array = f"try_cast({part} as double[])"
    return (
        f"case json_type({part}) when 'ARRAY' then"
        f" case when list_count({array}) = len({array}) then {array}[:{emf.MAX_VALUES}] end"
        f" when 'VARCHAR' then null when 'BOOLEAN' then null when 'NULL' then null"
        f" else [try_cast({part} as double)] end"
    )


def _text(part: str) -> str:
    """A dimension's value: a string that is not blank."""
    return (
        f"case when json_type({part}) = 'VARCHAR' then"
        f" nullif(trim(json_extract_string({part}, '$')), '') end"
    )
