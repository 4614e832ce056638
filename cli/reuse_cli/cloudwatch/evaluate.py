"""What every widget of a dashboard shows over a store of metrics."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from reuse_cli.cloudwatch import labels, log_series, logs_insights, metrics_insights, search
from reuse_cli.cloudwatch.body import Row, Widget, rows
from reuse_cli.cloudwatch.emf import Metric
from reuse_cli.cloudwatch.functions import Array, MathError, Value
from reuse_cli.cloudwatch.grouped import grouped
from reuse_cli.cloudwatch.lines import JsonFiles
from reuse_cli.cloudwatch.metric_math import Evaluator
from reuse_cli.cloudwatch.moments import own_range
from reuse_cli.cloudwatch.series import Series, TimeRange
from reuse_cli.cloudwatch.store import MetricStore, Values
from reuse_cli.errors import UsageError

if TYPE_CHECKING:
    import duckdb

PERIOD_S = 300
"""A widget's period, where it names none; CloudWatch's own default."""
STATISTIC = "Average"


@dataclass
class Shown:
    """What a widget shows."""

    title: str
    type: str
    widget: Widget
    series: list[Series] = field(default_factory=list)
    table: logs_insights.Answer | None = None
    error: str | None = None
    """Why it, or a part of it, cannot be evaluated."""
    span: TimeRange | None = None
    """The time range that it covers; None where it has none."""


@dataclass(frozen=True)
class Data:
    """What dashboards are evaluated over."""

    store: MetricStore
    connection: "duckdb.DuckDBPyConnection"
    lines: JsonFiles
    """What log widgets query."""


def evaluate(body: Mapping[str, Any], data: Data, span: TimeRange) -> list[Shown]:
    """Every widget of a body whose variables have been filled in, in the body's order."""
    return [_widget(widget, data, span) for widget in body.get("widgets") or ()]


NOT_HERE = {
    "alarm": "the states of alarms",
    "chart": "charts of this kind",
    "custom": "what a Lambda function draws",
    "explorer": "what resources have a tag",
}
"""What widgets show that is not in log lines, by their type."""


def _widget(widget: Widget, data: Data, span: TimeRange) -> Shown:
    properties = widget.get("properties") or {}
    shown = Shown(str(properties.get("title") or ""), str(widget.get("type")), widget)
    if shown.type in NOT_HERE:
        shown.error = f"{NOT_HERE[shown.type]} cannot be evaluated from log lines"
    try:
        shown.span = span = own_range(properties, span)
        if shown.type == "metric":
            shown.series, errors = WidgetMath(widget, data.store, span).visible()
            shown.error = "; ".join(errors) or None
        elif shown.type == "log":
            shown.table = _answer(properties, data, span)
            shown.series = log_series.of_answer(shown.table, str(properties.get("view")), span)
    except UsageError as error:
        shown.error = str(error)
    return shown


def _answer(properties: Mapping[str, Any], data: Data, span: TimeRange) -> logs_insights.Answer:
    language = properties.get("queryLanguage", "CWLI")
    if language not in ("CWLI", "Logs"):
        raise UsageError(f"queries in {language} are not supported here")
    query = str(properties.get("query") or "")
    return logs_insights.run(
        data.connection, data.lines, query, span.start_ms, span.end_ms, columns=data.store.fields
    )


class WidgetMath:
    """The series of one metric widget; what its expressions can refer to."""

    def __init__(self, widget: Widget, store: MetricStore, span: TimeRange) -> None:
        self.span = span
        self._store = store
        self._properties = widget.get("properties") or {}
        self._rows = rows(widget)
        self._by_id = {row.id: row for row in self._rows}
        self._being_evaluated: list[str] = []
        self._done: dict[str, Series | Array] = {}
        self.is_whole = bool(self._properties.get("setPeriodToTimeRange")) and self._properties.get(
            "view"
        ) not in (None, "timeSeries")
        self.period_s = self._period_s({})

    def visible(self) -> tuple[list[Series], list[str]]:
        """The series that are drawn, in the order of the rows, and why others are not."""
        found: list[tuple[Row, Series]] = []
        errors: dict[str, None] = {}
        for row in self._rows:
            if row.is_visible:
                try:
                    found += self._drawn(row)
                except UsageError as error:
                    self._being_evaluated.clear()
                    errors[str(error)] = None
        return self._labelled(found), list(errors)

    def _labelled(self, drawn: Sequence[tuple[Row, Series]]) -> list[Series]:
        """The series under the labels of their rows, or under ones that tell them apart."""
        own = iter(labels.distinct([line for row, line in drawn if not row.options.get("label")]))
        of_row = Counter(row.id for row, _ in drawn)
        return [
            self._under_label(row, line, line.label if of_row[row.id] > 1 else "")
            if row.options.get("label")
            else next(own)
            for row, line in drawn
        ]

    def _under_label(self, row: Row, line: Series, own: str) -> Series:
        """The series under the row's label; `own` distinguishes it from others of the row."""
        label = str(row.options["label"])
        text = labels.shown(label, line, self.span.end_ms)
        if own and text == label:  # nothing in the label differs between them
            text = f"{text} {own}"
        return replace(line, label=text)

    def _drawn(self, row: Row) -> list[tuple[Row, Series]]:
        value = self.series(row.id)
        if isinstance(value, Series):
            own = row.id if row.expression is not None else value.label
            return [(row, replace(value, id=row.id, label=own))]
        return [(row, replace(line, id=row.id)) for line in value]

    def moments(self, period_s: int) -> Sequence[int]:
        """The starts of all periods; one where a value is of the whole range."""
        return [self.span.start_ms] if self.is_whole else self.span.grid(period_s)

    def series(self, identifier: str) -> Series | Array:
        """The series or array of a row. Raises MathError where there is none."""
        row = self._by_id.get(identifier)
        if row is None:
            raise MathError(f"an expression names '{identifier}', and no row has this id")
        if identifier not in self._done:
            if identifier in self._being_evaluated:
                raise MathError(f"the expression '{identifier}' refers to itself")
            self._being_evaluated.append(identifier)
            self._done[identifier] = self._evaluated(row)
            self._being_evaluated.pop()
        return self._done[identifier]

    def metrics(self, part: str) -> Array:
        """The series of all metric rows whose id holds `part`."""
        own = [row for row in self._rows if row.expression is None and part in row.id]
        return Array(line for row in own for line in self._lines(row))

    def search(self, text: str, statistic: str, period_s: int) -> Array:
        """The series that a search finds, each with the values that tell it from the others."""
        found = search.parse(text).find(self._store.metrics)
        lines = (self._line(metric, values, statistic, period_s, "") for metric, values in found)
        array = Array(line for line in lines if line.points)
        array.period_s = self._length_s(period_s)
        return array

    def _evaluated(self, row: Row) -> Series | Array:
        expression = row.expression
        if expression is None:
            return self._metric(row)
        if metrics_insights.is_query(expression):
            query = metrics_insights.parse(expression)
            return grouped(query, self._store.metrics, self._taken(self._period_s(row.options)))
        before, self.period_s = self.period_s, self._period_s(row.options)
        try:
            value: Value = Evaluator(self).evaluate(expression)
        finally:
            self.period_s = before
        if isinstance(value, str):
            raise MathError(f"the expression '{expression}' gives a text")
        if isinstance(value, float):
            points = dict.fromkeys(self.moments(self.period_s), value)
            return Series(row.id, row.id, points, period_s=self.period_s)
        return value

    def _taken(self, period_s: int) -> Callable[[Metric, Values, str], Series]:
        return lambda metric, values, stat: self._line(metric, values, stat, period_s, "")

    def _lines(self, row: Row) -> list[Series]:
        value = self.series(row.id)
        return list(value) if isinstance(value, Array) else [value]

    def _metric(self, row: Row) -> Series:
        names = tuple(sorted(row.dimensions))
        values = tuple(row.dimensions[name] for name in names)
        statistic = str(row.options.get("stat") or self._properties.get("stat") or STATISTIC)
        metric = Metric(row.namespace, row.name, names)
        return self._line(metric, values, statistic, self._period_s(row.options), row.id)

    def _line(
        self, metric: Metric, values: Values, statistic: str, period_s: int, identifier: str
    ) -> Series:
        own = dict(zip(metric.dimensions, values, strict=True))
        points = self._store.statistic(metric, statistic, period_s, self.span, self.is_whole)
        properties = {f"Dim.{name}": value for name, value in own.items()}
        properties |= {"MetricName": metric.name, "Namespace": metric.namespace, "Stat": statistic}
        properties |= {"Period": str(period_s), "Region": str(self._properties.get("region", ""))}
        label = metric.name if identifier else " ".join(values) or metric.name
        own_points = dict(points.get(values, {}))
        unit = "" if statistic.lower() == "samplecount" else self._store.unit(metric)
        return Series(identifier, label, own_points, properties, self._length_s(period_s), unit)

    def _length_s(self, period_s: int) -> int:
        """What a point stands for, in seconds: a period, or the whole range."""
        return self.span.seconds if self.is_whole else period_s

    def _period_s(self, options: Mapping[str, Any]) -> int:
        period = options.get("period") or self._properties.get("period") or PERIOD_S
        try:
            seconds = int(period)
        except (TypeError, ValueError):
            seconds = 0
        if seconds < 1:
            raise MathError(f"{period!r} is not a period in seconds")
        return seconds
