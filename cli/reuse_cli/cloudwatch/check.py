"""What CloudWatch would refuse in a dashboard's body, and what it would warn of.

After "Dashboard body structure and syntax" of the CloudWatch API reference and the service quotas
(500 widgets, 500 metrics a widget, 2500 a dashboard). An error is what PutDashboard refuses; a
warning is what it accepts with a message, or draws otherwise than meant.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reuse_cli.cloudwatch import logs_insights, metric_math, metrics_insights, search
from reuse_cli.cloudwatch.body_schema import (
    BODY,
    COLUMNS,
    MAX_HEIGHT,
    OPTIONS,
    PLACED,
    PROPERTIES,
    VARIABLE,
    Check,
    whole,
)
from reuse_cli.errors import UsageError

MAX_WIDGETS, MAX_METRICS, MAX_ALL_METRICS, MAX_VARIABLES = 500, 500, 2500, 25
MAX_DIMENSIONS, MAX_SEARCH = 30, 1024


@dataclass(frozen=True)
class Problem:
    """Something in a body that CloudWatch would not take as it is."""

    place: str
    message: str
    is_error: bool = True

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


def problems(body: Any) -> list[Problem]:
    """All problems of a body; it can be deployed where none of them is an error."""
    return list(_body(body))


def _body(body: Any) -> Iterator[Problem]:
    if not isinstance(body, dict):
        yield Problem("body", "is not a JSON object")
        return
    yield from _members("body", body, BODY, required=("widgets",))
    widgets = body.get("widgets")
    if not isinstance(widgets, list):
        return
    if len(widgets) > MAX_WIDGETS:
        yield Problem("widgets", f"are {len(widgets)}; CloudWatch takes {MAX_WIDGETS}")
    total = 0
    for at, widget in enumerate(widgets):
        yield from _widget(f"widgets[{at}]", widget)
        total += len(_rows_of(widget))
    if total > MAX_ALL_METRICS:
        yield Problem("widgets", f"have {total} metrics; CloudWatch takes {MAX_ALL_METRICS}")
    yield from _overlaps(widgets)
    yield from _variables(body.get("variables"))


def _members(
    place: str,
    value: Mapping[str, Any],
    checks: Mapping[str, Check],
    required: Sequence[str] = (),
) -> Iterator[Problem]:
    for name in required:
        if name not in value:
            yield Problem(place, f"lacks '{name}'")
    for name, member in value.items():
        check = checks.get(name)
        if check is None:
            yield Problem(f"{place}.{name}", "is not a property that is known here", is_error=False)
            continue
        message = check(member)
        if message is not None:
            yield Problem(f"{place}.{name}", message)


# Widgets


def _widget(place: str, widget: Any) -> Iterator[Problem]:
    if not isinstance(widget, dict):
        yield Problem(place, "is not an object")
        return
    yield from _members(place, widget, PLACED, required=("type", "properties"))
    x, width = widget.get("x", 0), widget.get("width", 6)
    if whole(0)(x) is None and whole(1)(width) is None and x + width > COLUMNS:
        yield Problem(place, f"reaches beyond the {COLUMNS} columns of the grid")
    kind, properties = widget.get("type"), widget.get("properties")
    if not isinstance(properties, dict) or not isinstance(kind, str) or kind not in PROPERTIES:
        return
    checks, required = PROPERTIES[kind]
    yield from _members(f"{place}.properties", properties, checks, required)
    if kind == "metric":
        yield from _metrics(f"{place}.properties", properties)
    if kind == "log" and isinstance(properties.get("query"), str):
        yield from _query(f"{place}.properties.query", properties)


def _query(place: str, properties: Mapping[str, Any]) -> Iterator[Problem]:
    if properties.get("queryLanguage", "CWLI") not in ("CWLI", "Logs"):
        return
    query = properties["query"]
    if not query.lstrip().upper().startswith("SOURCE"):
        yield Problem(place, "does not begin with SOURCE 'log group'")
        return
    try:
        logs_insights.parse(query)
    except UsageError as error:
        yield Problem(place, str(error), is_error=False)
    if properties.get("view") == "timeSeries" and "bin(" not in query:
        yield Problem(place, "has no bin() for the time of a graph")


def _rows_of(widget: Any) -> list[Any]:
    properties = widget.get("properties") if isinstance(widget, dict) else None
    rows = properties.get("metrics") if isinstance(properties, dict) else None
    return rows if isinstance(rows, list) else []


def _metrics(place: str, properties: Mapping[str, Any]) -> Iterator[Problem]:
    if "metrics" not in properties and "annotations" not in properties:
        yield Problem(place, "has neither metrics nor annotations")
    if properties.get("view") == "gauge":
        axis = properties.get("yAxis")
        left = axis.get("left") if isinstance(axis, dict) else None
        if not isinstance(left, dict) or not {"min", "max"} <= set(left):
            yield Problem(place, "is a gauge, which needs yAxis.left with min and max")
    rows = properties.get("metrics")
    if not isinstance(rows, list):
        return
    if len(rows) > MAX_METRICS:
        yield Problem(f"{place}.metrics", f"are {len(rows)}; CloudWatch takes {MAX_METRICS}")
    ids: set[str] = set()
    length = 0
    for at, row in enumerate(rows):
        where = f"{place}.metrics[{at}]"
        if not isinstance(row, list) or not row:
            yield Problem(where, "is not a list")
            continue
        options = row[-1] if isinstance(row[-1], dict) else {}
        yield from _members(where, options, OPTIONS)
        identifier = options.get("id")
        if isinstance(identifier, str) and identifier in ids:
            yield Problem(where, f"has the id '{identifier}' of another row")
        ids.add(str(identifier))
        if "expression" not in options:
            length = yield from _row(where, row[: len(row) - isinstance(row[-1], dict)], length)
    yield from _expressions(place, rows)


def _row(place: str, fields: list[Any], before: int) -> Any:
    """One metric; the length of the row, which the next one may refer to."""
    if not all(isinstance(one, str) and one for one in fields):
        yield Problem(place, "has a part that is not a text, or empty")
        return before
    if fields[:1] == ["..."]:
        if before == 0 or len(fields) - 1 > before:
            yield Problem(place, "has '...' without a row before it that it could repeat")
        return before
    if "." in fields[before:]:
        yield Problem(place, "has '.' without a part of the row before it")
    if len(fields) < 2 or len(fields) % 2:
        yield Problem(place, "needs a namespace, a metric name, and dimensions in pairs")
    elif len(fields) > 2 + 2 * MAX_DIMENSIONS:
        yield Problem(place, f"has more than {MAX_DIMENSIONS} dimensions")
    elif fields[0].startswith(":"):
        yield Problem(place, "has a namespace that begins with a colon")
    return len(fields)


def _expressions(place: str, rows: list[Any]) -> Iterator[Problem]:
    options = [
        row[-1] for row in rows if isinstance(row, list) and row and isinstance(row[-1], dict)
    ]
    ids = {one.get("id") for one in options}
    for at, row in enumerate(rows):
        expression = (
            row[-1].get("expression")
            if isinstance(row, list) and row and isinstance(row[-1], dict)
            else None
        )
        if isinstance(expression, str) and expression.strip():
            yield from _expression(f"{place}.metrics[{at}]", expression, ids)


def _expression(place: str, expression: str, ids: set[Any]) -> Iterator[Problem]:
    try:
        if metrics_insights.is_query(expression):
            metrics_insights.parse(expression)
            return
        unknown = sorted(metric_math.names(expression) - ids - {"*"})
        for name in unknown:
            yield Problem(place, f"names '{name}', and no row has this id")
        for text in metric_math.searches(expression):
            if len(text) > MAX_SEARCH:
                yield Problem(place, f"has a search of more than {MAX_SEARCH} characters")
            search.parse(text)
    except UsageError as error:
        yield Problem(place, str(error))


def _overlaps(widgets: Sequence[Any]) -> Iterator[Problem]:
    taken: dict[tuple[int, int], int] = {}
    for at, widget in enumerate(widgets):
        place = _place_of(widget)
        if place is None:
            continue
        x, y, width, height = place
        cells = [(i, j) for i in range(x, x + width) for j in range(y, y + height)]
        others = sorted({taken[cell] for cell in cells if cell in taken})
        for other in others:
            yield Problem(f"widgets[{at}]", f"lies over widgets[{other}]")
        taken.update(dict.fromkeys(cells, at))


def _place_of(widget: Any) -> tuple[int, int, int, int] | None:
    if not isinstance(widget, dict) or "x" not in widget or "y" not in widget:
        return None
    values = widget["x"], widget["y"], widget.get("width", 6), widget.get("height", 6)
    x, y, width, height = values
    is_sound = all(whole(0, MAX_HEIGHT * MAX_WIDGETS)(value) is None for value in values)
    return (x, y, width, min(height, MAX_HEIGHT)) if is_sound and width <= COLUMNS else None


def _variables(variables: Any) -> Iterator[Problem]:
    if not isinstance(variables, list):
        return
    if len(variables) > MAX_VARIABLES:
        yield Problem("variables", f"are {len(variables)}; CloudWatch takes {MAX_VARIABLES}")
    ids: set[str] = set()
    for at, variable in enumerate(variables):
        place = f"variables[{at}]"
        if not isinstance(variable, dict):
            yield Problem(place, "is not an object")
            continue
        yield from _members(place, variable, VARIABLE, required=("type", "id", "inputType"))
        kind = variable.get("type")
        if kind in ("property", "pattern") and kind not in variable:
            yield Problem(place, f"lacks '{kind}'")
        identifier = str(variable.get("id"))
        if identifier in ids:
            yield Problem(place, f"has the id '{identifier}' of another variable")
        ids.add(identifier)
        if variable.get("inputType") in ("select", "radio") and not (
            variable.get("values") or variable.get("search")
        ):
            yield Problem(place, "has neither values nor a search to choose from")
        yield from _variable_search(place, variable)


def _variable_search(place: str, variable: Mapping[str, Any]) -> Iterator[Problem]:
    text = variable.get("search")
    if not isinstance(text, str):
        return
    if "populateFrom" not in variable:
        yield Problem(place, "has a search and lacks 'populateFrom'")
    try:
        search.parse(text)
    except UsageError as error:
        yield Problem(place, str(error))
