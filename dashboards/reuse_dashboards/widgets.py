"""Widgets of a CloudWatch dashboard, after "Dashboard body structure and syntax" of its API.

A dashboard is 24 columns wide. Metrics are named as in the catalogue; one that is not there raises.
The region is left as the word REGION, for whoever deploys the body to put theirs in its place.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from reuse_extension.core.records import METRICS

NAMESPACE = "LambdaReuse"
DIMENSION = "FunctionName"
FUNCTION = "FUNCTION"
"""Stands for the name of the chosen function; the dashboard's variable replaces it."""
COLUMNS = 24
MINUTE = 60
FIVE_MINUTES = 300

Widget = dict[str, Any]
Row = list[Any]

_UNITS = {field.name: field.unit for field in METRICS}


def series(name: str, stat: str, **options: object) -> Row:
    """One of our metrics, of the function that the dashboard's variable chooses."""
    return [NAMESPACE, _known(name), DIMENSION, FUNCTION, {"stat": stat, **options}]


def hidden(name: str, stat: str, identifier: str, **options: object) -> Row:
    """A metric that only expressions use, by its id."""
    return series(name, stat, id=identifier, visible=False, **options)


def expression(formula: str, label: str, identifier: str = "e1", **options: object) -> Row:
    """A formula over the series of its widget that have an id."""
    return [{"expression": formula, "label": label, "id": identifier, **options}]


def search(name: str, stat: str, period: int = FIVE_MINUTES) -> str:
    """Metric math for a metric of all functions, a series each."""
    schema = f'{{{NAMESPACE},{DIMENSION}}} MetricName="{_known(name)}"'
    return f"SEARCH('{schema}', '{stat}', {period})"


def top(name: str, function: str, label: str, count: int = 10) -> Row:
    """A Metrics Insights query: the functions with the highest values of a metric."""
    query = (
        f'SELECT {function}({_known(name)}) FROM SCHEMA("{NAMESPACE}", {DIMENSION})'
        f" GROUP BY {DIMENSION} ORDER BY {function}() DESC LIMIT {count}"
    )
    return [{"expression": query, "label": label, "id": "q1", "period": FIVE_MINUTES}]


def graph(
    title: str, rows: Iterable[Row], left: str, right: str | None = None, **options: object
) -> Widget:
    """Time series, from 0; `left` and `right` name what the axes count."""
    axes = {"left": {"min": 0, "label": left, "showUnits": False}}
    if right is not None:
        axes["right"] = {"min": 0, "label": right, "showUnits": False}
    return _metric(
        title, rows, **{"view": "timeSeries", "stacked": False, "yAxis": axes, **options}
    )


def number(title: str, rows: Iterable[Row], **options: object) -> Widget:
    """One number over the whole time that is looked at."""
    return _metric(title, rows, view="singleValue", setPeriodToTimeRange=True, **options)


def text(markdown: str) -> Widget:
    """A heading, or what a row of widgets says and what to do about it."""
    return {"type": "text", "properties": {"markdown": markdown, "background": "transparent"}}


def log_table(title: str, source: str, query: str) -> Widget:
    """A table from Logs Insights. Every refresh scans the logs, and scanning is billed."""
    return {
        "type": "log",
        "properties": {
            "title": title,
            "query": f"SOURCE {source} | {' '.join(query.split())}",
            "region": "REGION",
            "view": "table",
        },
    }


def laid_out(rows: Iterable[tuple[int, Sequence[Widget]]]) -> list[Widget]:
    """Place rows of widgets below each other; each row has a height and shares its width."""
    placed = []
    y = 0
    for height, widgets in rows:
        edges = [COLUMNS * i // len(widgets) for i in range(len(widgets) + 1)]
        for x, end, widget in zip(edges, edges[1:], widgets, strict=False):
            placed.append({"x": x, "y": y, "width": end - x, "height": height, **widget})
        y += height
    return placed


def _known(name: str) -> str:
    if name not in _UNITS:
        raise ValueError(f"{name} is not in the catalogue of metrics")
    return name


def _metric(title: str, rows: Iterable[Row], **properties: object) -> Widget:
    return {
        "type": "metric",
        "properties": {
            "title": title,
            "metrics": list(rows),
            "region": "REGION",
            "period": FIVE_MINUTES,
            **properties,
        },
    }
