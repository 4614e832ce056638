"""Dynamic labels: `${LAST}`, `${MAX}`, `${PROP('Dim.FunctionName')}` in the label of a series."""

import re
from collections.abc import Callable, Sequence

from reuse_cli.cloudwatch.series import Series

PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
PROPERTY = re.compile(r"PROP\(\s*['\"]([^'\"]+)['\"]\s*\)")
NO_DATA = "--"
MEASURES: dict[str, Callable[[Sequence[float]], float]] = {
    "AVG": lambda values: sum(values) / len(values),
    "DATAPOINT_COUNT": lambda values: float(len(values)),
    "FIRST": lambda values: values[0],
    "LAST": lambda values: values[-1],
    "MAX": max,
    "MIN": min,
    "SUM": sum,
}


def shown(text: str, series: Series) -> str:
    """The label with its placeholders filled in; what is not known stays as it is."""
    return PLACEHOLDER.sub(lambda match: _value(match, series), text)


def _value(match: re.Match[str], series: Series) -> str:
    name = match[1].strip()
    if name == "LABEL":
        return series.label
    property_of = PROPERTY.fullmatch(name)
    if property_of:
        return series.properties.get(property_of[1], NO_DATA)
    measure = MEASURES.get(name)
    if measure is None:
        return match[0]
    values = list(series.points.values())
    return f"{measure(values):g}" if values else NO_DATA
