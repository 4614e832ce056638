"""Widgets of a CloudWatch dashboard, after "Dashboard body structure and syntax" of its API.

A dashboard is 24 columns wide. Metrics are named as in the catalogue; one that is not there raises.
"""

from collections.abc import Iterable
from typing import Any

from reuse_extension.core.records import METRICS

NAMESPACE = "LambdaReuse"
COLUMNS = 24
MINUTE = 60
FIVE_MINUTES = 300

Widget = dict[str, Any]
Row = list[Any]

_UNITS = {field.name: field.unit for field in METRICS}


def series(name: str, stat: str, **options: object) -> Row:
    """One of our metrics, of the function that the dashboard's variable chooses."""
    if name not in _UNITS:
        raise ValueError(f"{name} is not in the catalogue of metrics")
    return [NAMESPACE, name, "FunctionName", "FUNCTION", {"stat": stat, **options}]


def expression(formula: str, label: str) -> Row:
    """A formula over the series of its widget that have an id."""
    return [{"expression": formula, "label": label, "id": "e1"}]


def graph(title: str, rows: Iterable[Row], left: str, **options: object) -> Widget:
    """A time series of one unit, from 0."""
    return _metric(
        title,
        rows,
        view="timeSeries",
        stacked=False,
        yAxis={"left": {"min": 0, "label": left, "showUnits": False}},
        **options,
    )


def number(title: str, rows: Iterable[Row], **options: object) -> Widget:
    """One number over the whole time that is looked at."""
    return _metric(title, rows, view="singleValue", setPeriodToTimeRange=True, **options)


def text(markdown: str) -> Widget:
    """A few words."""
    return {"type": "text", "properties": {"markdown": markdown, "background": "transparent"}}


def log_table(title: str, query: str) -> Widget:
    """A table from Logs Insights. Every refresh scans the logs, and scanning is billed."""
    source = "SOURCE '/aws/lambda/FUNCTION' | "
    properties = {"title": title, "query": source + query, "region": "REGION", "view": "table"}
    return {"type": "log", "properties": properties}


def laid_out(rows: Iterable[tuple[int, list[Widget]]]) -> list[Widget]:
    """Place rows of widgets below each other; each row has a height and shares its width."""
    placed = []
    y = 0
    for height, widgets in rows:
        width = COLUMNS // len(widgets)
        for i, widget in enumerate(widgets):
            placed.append({"x": i * width, "y": y, "width": width, "height": height, **widget})
        y += height
    return placed


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
