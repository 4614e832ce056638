"""The labels of series: dynamic ones (`${LAST}`, `${PROP('Dim.FunctionName')}`), and default ones.

After "Using dynamic labels" of the CloudWatch user guide. Where rows have no label of their own,
CloudWatch names what tells their metrics from each other.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from reuse_cli.cloudwatch.series import Series

PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
PROPERTY = re.compile(r"PROP\(\s*['\"]([^'\"]+)['\"]\s*\)")
NO_DATA = "--"
ORDER = ("MetricName", "Namespace", "Stat", "Period")
"""Properties that tell metrics apart, besides the values of dimensions."""
UNITS_S = ((86_400, "d"), (3600, "h"), (60, "m"), (1, "s"))
Point = tuple[int, float]
"""(epoch ms, value)."""
POINTS: dict[str, Callable[[Sequence[Point]], Point]] = {
    "FIRST": lambda points: points[0],
    "LAST": lambda points: points[-1],
    "MAX": lambda points: max(points, key=lambda point: point[1]),
    "MIN": lambda points: min(points, key=lambda point: point[1]),
}
NUMBERS: dict[str, Callable[[Sequence[float]], float]] = {
    "AVG": lambda values: sum(values) / len(values),
    "DATAPOINT_COUNT": lambda values: float(len(values)),
    "FIRST_LAST_RANGE": lambda values: values[-1] - values[0],
    "MIN_MAX_RANGE": lambda values: max(values) - min(values),
    "SUM": sum,
}
RANGES = {"FIRST_LAST_TIME_RANGE": ("FIRST", "LAST"), "MIN_MAX_TIME_RANGE": ("MIN", "MAX")}


def shown(text: str, series: Series, end_ms: int) -> str:
    """The label with its placeholders filled in; what is not known stays as it is.

    `end_ms`: the end of the time range, which relative times are counted from.
    """
    return PLACEHOLDER.sub(lambda match: _value(match, series, end_ms), text)


def _value(match: re.Match[str], series: Series, end_ms: int) -> str:
    name = match[1].strip()
    if name == "LABEL":
        return series.label
    property_of = PROPERTY.fullmatch(name)
    if property_of:
        return series.properties.get(property_of[1], NO_DATA)
    which = name.removesuffix("_RELATIVE").removesuffix("_TIME")
    if name not in (*NUMBERS, *RANGES) and (which not in POINTS or name == f"{which}_RELATIVE"):
        return match[0]
    return _measured(name, list(series.points.items()), end_ms) if series.points else NO_DATA


def _measured(name: str, points: Sequence[Point], end_ms: int) -> str:
    if name in NUMBERS:
        return number(NUMBERS[name]([value for _, value in points]))
    if name in RANGES:
        (one, _), (other, _) = (POINTS[end](points) for end in RANGES[name])
        return duration(abs(other - one))
    at_ms, value = POINTS[name.partition("_")[0]](points)
    if name.endswith("_RELATIVE"):
        return duration(abs(end_ms - at_ms))
    return moment(at_ms) if name.endswith("_TIME") else number(value)


def number(value: float) -> str:
    """A value in a label: at most three decimals, four digits where it is smaller than one."""
    if abs(value) < 1:
        return f"{value:.4g}"
    return f"{value:.3f}".rstrip("0").rstrip(".")


def moment(at_ms: int) -> str:
    """A point in time, in UTC."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def duration(length_ms: int) -> str:
    """A length of time, in all units that it has: `1h 5m`."""
    rest, parts = length_ms // 1000, []
    for unit_s, name in UNITS_S:
        count, rest = divmod(rest, unit_s)
        parts += [f"{count}{name}"] if count else []
    return " ".join(parts) or "0s"


def distinct(lines: Sequence[Series]) -> list[Series]:
    """The series, with what distinguishes them behind labels that several of them have."""
    by_label: dict[str, list[Series]] = {}
    for line in lines:
        by_label.setdefault(line.label, []).append(line)
    names = {label: _telling(others) for label, others in by_label.items()}
    return [replace(line, label=_distinct(line, names[line.label])) for line in lines]


def _telling(lines: Sequence[Series]) -> list[str]:
    """The first properties that tell these series apart, as far as there are any."""
    dimensions = dict.fromkeys(
        name for line in lines for name in line.properties if name.startswith("Dim.")
    )
    telling: list[str] = []
    kinds = 1
    for name in (*dimensions, *ORDER):
        found = len({tuple(line.properties.get(one) for one in (*telling, name)) for line in lines})
        if found > kinds:
            telling.append(name)
            kinds = found
    return telling


def _distinct(line: Series, names: Sequence[str]) -> str:
    own = [line.properties[name] for name in names if name in line.properties]
    words = line.label.split()
    return " ".join([line.label, *(value for value in own if value not in words)])
