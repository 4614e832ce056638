"""The dashboards for Grafana's CloudWatch data source, made from the bodies for CloudWatch.

The queries are those of `CloudWatchMetricsQuery` and `CloudWatchLogsQuery` in Grafana's schema
(`@grafana/schema` 11). What Grafana cannot ask is left out: log groups by their prefix. A number
over the whole time is the sum of the periods, or their mean where the number is no sum.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

from reuse_dashboards.widgets import DIMENSION, FUNCTION, NAMESPACE

Panel = dict[str, Any]

SOURCE = {"type": "cloudwatch", "uid": "${datasource}"}
REGION = "$region"
NAME = "$function"
SEARCH, INSIGHTS = 0, 1
"""Grafana's types of metric queries: metric search with metric math, and Metrics Insights."""
BUILDER, CODE = 0, 1
ROW = 1.5
"""Grafana's rows, 30 pixels and a gap, to one of CloudWatch's."""


def dashboard(name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Grafana's model of a dashboard with this body."""
    drawn = [_panel(widget) for widget in body["widgets"]]
    panels = [{"id": number, **panel} for number, panel in enumerate(filter(None, drawn), 1)]
    return {
        "uid": name,
        "title": name,
        "tags": ["lambda-reuse"],
        "schemaVersion": 39,
        "editable": True,
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": list(_variables(has_function=bool(body.get("variables"))))},
        "panels": panels,
    }


def _variables(*, has_function: bool) -> Iterator[dict[str, Any]]:
    yield {
        "name": "datasource",
        "label": "Data source",
        "type": "datasource",
        "query": "cloudwatch",
    }
    yield {
        "name": "region",
        "label": "Region",
        "type": "query",
        "datasource": SOURCE,
        "query": {"queryType": "regions", "region": "default", "refId": "regions"},
        "refresh": 1,
    }
    if has_function:
        yield {
            "name": NAME[1:],
            "label": "Function",
            "type": "query",
            "datasource": SOURCE,
            "query": {
                "queryType": "dimensionValues",
                "region": REGION,
                "namespace": NAMESPACE,
                "metricName": "Invocations",
                "dimensionKey": DIMENSION,
                "dimensionFilters": {},
                "refId": "functions",
            },
            "refresh": 2,
        }


def _panel(widget: Mapping[str, Any]) -> Panel | None:
    make = PANELS.get(widget["type"])
    panel = make(widget["properties"]) if make is not None else None
    if panel is None:
        return None
    top, bottom = (round(ROW * y) for y in (widget["y"], widget["y"] + widget["height"]))
    place = {"x": widget["x"], "y": top, "w": widget["width"], "h": bottom - top}
    return {"title": widget["properties"].get("title", ""), "gridPos": place, **panel}


def _text(properties: Mapping[str, Any]) -> Panel:
    options = {"mode": "markdown", "content": properties["markdown"]}
    return {"type": "text", "transparent": True, "options": options}


def _logs(properties: Mapping[str, Any]) -> Panel | None:
    source, _, query = properties["query"].partition(" | ")
    group = source.removeprefix("SOURCE ").strip("'")
    if "(" in group:
        return None
    target = {
        "queryMode": "Logs",
        "region": REGION,
        "id": "",
        "refId": "A",
        "logGroupNames": [_named(group)],
        "expression": _named(query),
    }
    return {"type": "table", "datasource": SOURCE, "targets": [{"datasource": SOURCE, **target}]}


def _metrics(properties: Mapping[str, Any]) -> Panel:
    letters = count()
    targets = [
        {"datasource": SOURCE, "refId": chr(ord("A") + next(letters)), **_target(row, properties)}
        for row in properties["metrics"]
    ]
    panel: Panel = {"datasource": SOURCE, "targets": targets}
    if properties["view"] == "singleValue":
        is_sum = all(_is_sum(target) for target in targets if not target["hide"])
        calculated = {"calcs": ["sum" if is_sum else "mean"]}
        return {**panel, "type": "stat", "options": {"reduceOptions": calculated}}
    stacking = {"mode": "normal" if properties.get("stacked") else "none"}
    axis = properties["yAxis"]["left"]
    custom = {"stacking": stacking, "axisLabel": axis.get("label", ""), "showPoints": "auto"}
    fields: dict[str, Any] = {"defaults": {"min": axis["min"], "custom": custom}}
    fields["overrides"] = [
        _on_the_right(str(row[-1]["label"]), properties)
        for row in properties["metrics"]
        if isinstance(row[-1], dict) and row[-1].get("yAxis") == "right"
    ]
    return {**panel, "type": "timeseries", "fieldConfig": fields}


def _on_the_right(label: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    text = properties["yAxis"]["right"].get("label", "")
    return {
        "matcher": {"id": "byName", "options": label},
        "properties": [
            {"id": "custom.axisPlacement", "value": "right"},
            {"id": "custom.axisLabel", "value": text},
        ],
    }


def _target(row: list[Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    """A query of one row of a CloudWatch widget."""
    options = row[-1] if isinstance(row[-1], dict) else {}
    names = row[:-1] if isinstance(row[-1], dict) else row
    common = {
        "queryMode": "Metrics",
        "region": REGION,
        "id": options.get("id", ""),
        "label": options.get("label", ""),
        "hide": options.get("visible") is False,
        "period": str(options.get("period", properties["period"])),
    }
    expression = options.get("expression", "")
    if expression.startswith("SELECT "):
        kind = {"metricQueryType": INSIGHTS, "metricEditorMode": CODE}
        return {**common, **kind, "sqlExpression": expression}
    if expression:
        kind = {"metricQueryType": SEARCH, "metricEditorMode": CODE}
        return {**common, **kind, "expression": _named(expression)}
    namespace, metric, *dimensions = names
    return {
        **common,
        "metricQueryType": SEARCH,
        "metricEditorMode": BUILDER,
        "namespace": namespace,
        "metricName": metric,
        "dimensions": {
            key: _named(value) for key, value in zip(dimensions[::2], dimensions[1::2], strict=True)
        },
        "matchExact": True,
        "statistic": options.get("stat", properties.get("stat", "Average")),
    }


def _is_sum(target: Mapping[str, Any]) -> bool:
    expression = str(target.get("expression", ""))
    return target.get("statistic") == "Sum" or (bool(expression) and "/" not in expression)


def _named(text: str) -> str:
    return text.replace(FUNCTION, NAME)


PANELS: Mapping[str, Callable[[Mapping[str, Any]], Panel | None]] = {
    "text": _text,
    "log": _logs,
    "metric": _metrics,
}
"""Type of a widget -> what makes the panel; a custom widget is CloudWatch's alone."""
