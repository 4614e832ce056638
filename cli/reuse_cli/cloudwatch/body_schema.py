"""What each member of a dashboard's body may be, by name: a check of the value, in words.

After "Dashboard body structure and syntax" of the CloudWatch API reference. What is not here is not
a property that is known.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from reuse_cli.cloudwatch.statistic import is_statistic

COLUMNS, MAX_HEIGHT = 24, 1000
SHORT_PERIODS_S = (1, 5, 10, 20, 30)
MAX_PERIOD_S = 30 * 86400
"""The longest that the console offers."""

ID = re.compile(r"[a-z][A-Za-z0-9_]*")
VARIABLE_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
RELATIVE = re.compile(r"-P(?=.)(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?")
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")

Check = Callable[[Any], str | None]
"""What is wrong with a value, in words; None where nothing is."""


def one_of(*values: Any) -> Check:
    """The value is one of these."""
    return lambda value: None if value in values else f"is none of {', '.join(map(str, values))}"


def whole(low: int, high: int | None = None) -> Check:
    """The value is a whole number within these limits, both included."""

    def check(value: Any) -> str | None:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if is_whole and value >= low and (high is None or value <= high):
            return None
        return f"is not a whole number from {low}" + (f" to {high}" if high is not None else "")

    return check


def _matches(pattern: re.Pattern[str], what: str) -> Check:
    def check(value: Any) -> str | None:
        return None if isinstance(value, str) and pattern.fullmatch(value) else f"is not {what}"

    return check


def _pattern(value: Any) -> str | None:
    if _filled(value) is not None:
        return _filled(value)
    try:
        re.compile(value)
    except re.error as error:
        return f"is not a regular expression: {error}"
    return None


def _text(value: Any) -> str | None:
    return None if isinstance(value, str) else "is not a text"


def _filled(value: Any) -> str | None:
    return None if isinstance(value, str) and value.strip() else "is not a text, or empty"


def _flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else "is neither true nor false"


def _object(value: Any) -> str | None:
    return None if isinstance(value, dict) else "is not an object"


def _list(value: Any) -> str | None:
    return None if isinstance(value, list) else "is not a list"


def _any(_: Any) -> str | None:
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _period(value: Any) -> str | None:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if is_whole and (value in SHORT_PERIODS_S or (value % 60 == 0 and 60 <= value <= MAX_PERIOD_S)):
        return None
    return f"is not a period: 1, 5, 10, 20, 30, or a multiple of 60 up to {MAX_PERIOD_S} seconds"


def _statistic(value: Any) -> str | None:
    return None if isinstance(value, str) and is_statistic(value) else "is not a statistic"


def _time(value: Any) -> str | None:
    if isinstance(value, str) and (RELATIVE.fullmatch(value) or _is_moment(value)):
        return None
    return "is neither a time such as 2026-11-26T10:00:00Z nor a duration such as -PT3H"


def _is_moment(value: Any) -> bool:
    if not isinstance(value, str) or not ISO.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _axis(value: Any) -> str | None:
    if not isinstance(value, dict):
        return "is not an object"
    for side, axis in value.items():
        if side not in ("left", "right") or not isinstance(axis, dict):
            return f"has '{side}', which is not a left or right axis"
        limits = [axis[name] for name in ("min", "max") if name in axis]
        if not all(_is_number(limit) for limit in limits):
            return f"has limits of '{side}' that are not numbers"
        if len(limits) == 2 and limits[0] >= limits[1]:
            return f"has a '{side}' axis whose min is not below its max"
    return None


def _annotations(value: Any) -> str | None:
    if not isinstance(value, dict) or not set(value) <= {"horizontal", "vertical", "alarms"}:
        return "are not horizontal, vertical or alarms"
    for one in _flat(value.get("horizontal") or []):
        if not isinstance(one, dict) or not _is_number(one.get("value")):
            return "have a horizontal line without a number"
    for one in _flat(value.get("vertical") or []):
        if not isinstance(one, dict) or not _is_moment(one.get("value")):
            return "have a vertical line without a time"
    return None


def _flat(values: Any) -> Iterator[Any]:
    for value in values if isinstance(values, list) else [None]:
        if isinstance(value, list):
            yield from value
        else:
            yield value


BODY: Mapping[str, Check] = {
    "start": _time,
    "end": _time,
    "periodOverride": one_of("auto", "inherit"),
    "widgets": _list,
    "variables": _list,
}
PLACED: Mapping[str, Check] = {
    "type": one_of("alarm", "chart", "custom", "explorer", "log", "metric", "text"),
    "x": whole(0, COLUMNS - 1),
    "y": whole(0),
    "width": whole(1, COLUMNS),
    "height": whole(1, MAX_HEIGHT),
    "properties": _object,
}
METRIC: Mapping[str, Check] = {
    "accountId": _text,
    "annotations": _annotations,
    "end": _time,
    "labels": _object,
    "legend": lambda value: one_of("right", "bottom", "hidden")(
        value.get("position", "bottom") if isinstance(value, dict) else value
    ),
    "liveData": _flag,
    "metrics": _list,
    "period": _period,
    "region": _filled,
    "setPeriodToTimeRange": _flag,
    "singleValueFullPrecision": _flag,
    "sparkline": _flag,
    "stacked": _flag,
    "start": _time,
    "stat": _statistic,
    "table": _object,
    "timezone": _text,
    "title": _text,
    "trend": _flag,
    "view": one_of("timeSeries", "singleValue", "gauge", "bar", "pie", "table"),
    "yAxis": _axis,
}
LOG: Mapping[str, Check] = {
    "accountId": _text,
    "query": _filled,
    "queryLanguage": one_of("CWLI", "Logs", "SQL", "PPL"),
    "region": _filled,
    "stacked": _flag,
    "title": _text,
    "view": one_of("table", "timeSeries", "bar", "pie"),
}
PROPERTIES: Mapping[str, tuple[Mapping[str, Check], tuple[str, ...]]] = {
    "metric": (METRIC, ("region",)),
    "log": (LOG, ("query", "region")),
    "text": (
        {"markdown": _text, "background": one_of("solid", "transparent")},
        ("markdown",),
    ),
    "alarm": (
        {"alarms": _list, "sortBy": _text, "states": _list, "title": _text},
        ("alarms",),
    ),
    "custom": (
        {"endpoint": _filled, "params": _any, "title": _text, "updateOn": _object},
        ("endpoint",),
    ),
}
"""What each type of widget may and must have; what is not here is not looked into."""
OPTIONS: Mapping[str, Check] = {
    "accountId": _text,
    "color": _matches(COLOR, "a colour such as #1f77b4"),
    "expression": _filled,
    "id": _matches(ID, "an id: a small letter, then letters, digits and _"),
    "label": _text,
    "period": _period,
    "region": _filled,
    "stat": _statistic,
    "visible": _flag,
    "yAxis": one_of("left", "right"),
}
VARIABLE: Mapping[str, Check] = {
    "type": one_of("property", "pattern"),
    "property": _filled,
    "pattern": _pattern,
    "inputType": one_of("input", "select", "radio"),
    "id": _matches(VARIABLE_ID, "an id: a letter, then letters, digits, _ and -"),
    "label": _text,
    "defaultValue": _text,
    "visible": _flag,
    "search": _filled,
    "populateFrom": _filled,
    "values": _list,
}
