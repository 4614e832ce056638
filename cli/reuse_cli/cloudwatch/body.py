"""A dashboard's body: its variables, its metric rows in full, and what it needs of the data.

After "Dashboard body structure and syntax" of the CloudWatch API reference.
"""

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reuse_cli.cloudwatch import logs_insights, metric_math, metrics_insights, search
from reuse_cli.cloudwatch.functions import MathError
from reuse_cli.cloudwatch.store import MetricStore

Widget = dict[str, Any]
FIRST = "__FIRST"
METRIC_NAME = re.compile(r'MetricName\s*=\s*"([^"]+)"')


@dataclass(frozen=True)
class Row:
    """One row of a widget's `metrics`: a metric, or an expression."""

    id: str
    options: Mapping[str, Any] = field(default_factory=dict)
    namespace: str = ""
    name: str = ""
    dimensions: Mapping[str, str] = field(default_factory=dict)

    @property
    def expression(self) -> str | None:
        """The expression, or None for a metric."""
        return self.options.get("expression")

    @property
    def is_visible(self) -> bool:
        """Whether it is drawn, and not only used by others."""
        return self.options.get("visible", True) is not False


def rows(widget: Widget) -> list[Row]:
    """The rows of a metric widget, with "." and "..." filled in from the row before.

    Raises MathError for a row that is not as described.
    """
    made: list[Row] = []
    before: list[Any] = []
    listed = widget.get("properties", {}).get("metrics") or ()
    options_of = (row[-1] for row in listed if isinstance(row, list) and row)
    taken = {str(one.get("id")) for one in options_of if isinstance(one, dict)}
    for number, row in enumerate(listed):
        if not isinstance(row, list) or not row:
            raise MathError(f"row {number + 1} of the metrics is not a list")
        options = row[-1] if isinstance(row[-1], dict) else {}
        fields = row[: len(row) - isinstance(row[-1], dict)]
        if "expression" in options and not fields:
            made.append(Row(options.get("id") or _free(f"e{number + 1}", taken), options))
            continue
        before = _filled(fields, before)
        if len(before) < 2 or len(before) % 2 or not all(isinstance(one, str) for one in before):
            raise MathError(
                f"row {number + 1} of the metrics needs a namespace, a name and pairs of dimensions"
            )
        pairs = dict(zip(before[2::2], before[3::2], strict=True))
        name = options.get("id") or _free(f"m{number + 1}", taken)
        made.append(Row(name, options, before[0], before[1], pairs))
    return made


def _free(name: str, taken: set[str]) -> str:
    """An id for a row without one, which is none of those that the widget's author gave."""
    while name in taken:
        name += "_"
    return name


def _filled(fields: list[Any], before: list[Any]) -> list[Any]:
    if fields and fields[0] == "...":
        kept = max(0, len(before) - len(fields) + 1)
        fields = [*before[:kept], *fields[1:]]
    return [before[at] if one == "." and at < len(before) else one for at, one in enumerate(fields)]


def wanted(body: Mapping[str, Any]) -> set[str] | None:
    """The names of the metrics that the body needs; None where it may need any."""
    names: set[str] = set()
    texts = [variable["search"] for variable in _variables(body) if variable.get("search")]
    for widget in _widgets(body, "metric"):
        try:
            for row in rows(widget):
                texts += _searches(row.expression, names) if row.expression else []
                names |= {row.name} - {""}
        except MathError:
            continue  # the widget's own error, when it is evaluated
    for text in texts:
        found = METRIC_NAME.findall(text)
        if not found:
            return None
        names.update(found)
    patterns = [str(one["pattern"]) for one in _variables(body) if one.get("pattern")]
    is_open = any(_holds(pattern, name) for pattern in patterns for name in names)
    return None if is_open else names


def _holds(pattern: str, name: str) -> bool:
    """Whether a variable replaces a part of a name; a pattern that is none replaces nothing."""
    try:
        return re.search(pattern, name) is not None
    except re.error:
        return False


def fields(body: Mapping[str, Any]) -> list[str]:
    """The names of the fields that the log widgets query."""
    queries = (widget.get("properties", {}).get("query") for widget in _widgets(body, "log"))
    found = (logs_insights.fields(one) for one in queries if isinstance(one, str))
    return sorted(set().union(*found))


def _searches(expression: str, names: set[str]) -> list[str]:
    if metrics_insights.is_query(expression):
        names.add(metrics_insights.parse(expression).metric)
        return []
    return metric_math.searches(expression)


def _widgets(body: Mapping[str, Any], kind: str) -> Iterator[Widget]:
    for widget in body.get("widgets") or ():
        if isinstance(widget, dict) and widget.get("type") == kind:
            yield widget


def _variables(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [one for one in body.get("variables") or () if isinstance(one, dict)]


@dataclass(frozen=True)
class Variable:
    """A variable of the dashboard, with what can be chosen and what is."""

    id: str
    label: str
    values: tuple[str, ...]
    value: str | None


def variables(
    body: Mapping[str, Any], store: MetricStore, chosen: Mapping[str, str]
) -> list[Variable]:
    """The body's variables. Raises MathError for a choice that is not there."""
    found = []
    for variable in _variables(body):
        name = str(variable.get("id", ""))
        values = _values(variable, store)
        value = chosen.get(name, variable.get("defaultValue"))
        if value == FIRST:
            value = values[0] if values else None
        found.append(Variable(name, str(variable.get("label") or name), values, value))
    unknown = sorted(set(chosen) - {variable.id for variable in found})
    if unknown:
        known = ", ".join(variable.id for variable in found) or "none"
        raise MathError(f"the dashboard has no variable '{unknown[0]}'; it has {known}")
    return found


def _values(variable: Mapping[str, Any], store: MetricStore) -> tuple[str, ...]:
    if variable.get("search"):
        name = variable.get("populateFrom")
        found = search.parse(variable["search"]).find(store.metrics)
        own = (dict(zip(metric.dimensions, values, strict=True)) for metric, values in found)
        return tuple(sorted({str(one[name]) for one in own if name in one}))
    listed = variable.get("values") or ()
    return tuple(str(one["value"]) for one in listed if isinstance(one, dict) and "value" in one)


def substituted(body: Mapping[str, Any], chosen: list[Variable]) -> dict[str, Any]:
    """The body with every variable's value in its place."""
    made = copy.deepcopy(dict(body))
    by_id = {variable.id: variable.value for variable in chosen}
    for variable in _variables(body):
        value = by_id.get(str(variable.get("id", "")))
        if value is None:
            continue
        if variable.get("type") == "pattern":
            pattern = _pattern(str(variable.get("pattern", "")) or r"(?!)")
            made["widgets"] = _replaced(made["widgets"], pattern, value)
        else:
            for widget in made["widgets"]:
                _set_property(widget, str(variable.get("property", "")), value)
    return made


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise MathError(f"the pattern '{text}' of a variable cannot be read: {error}") from None


def _replaced(value: Any, pattern: re.Pattern[str], text: str) -> Any:
    if isinstance(value, str):
        return pattern.sub(lambda _: text, value)
    if isinstance(value, list):
        return [_replaced(one, pattern, text) for one in value]
    if isinstance(value, dict):
        return {key: _replaced(one, pattern, text) for key, one in value.items()}
    return value


def _set_property(widget: Widget, name: str, value: str) -> None:
    properties = widget.get("properties")
    if not isinstance(properties, dict):
        return
    if name in properties:
        properties[name] = value
    for row in properties.get("metrics") or ():
        if not isinstance(row, list):
            continue
        for at in range(2, len(row) - 1, 2):
            if row[at] == name and isinstance(row[at + 1], str):
                row[at + 1] = value
        if row and isinstance(row[-1], dict) and name in row[-1]:
            row[-1][name] = value
