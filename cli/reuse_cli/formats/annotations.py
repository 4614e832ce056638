"""What a metric widget draws besides its series: marks at values and times, and labels of axes."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from reuse_cli.cloudwatch.series import Series
from reuse_cli.formats.chart import Axis, Mark

FILLS = {"above": math.inf, "below": -math.inf, "before": -math.inf, "after": math.inf}
SHORT = {
    "Seconds": "s",
    "Milliseconds": "ms",
    "Microseconds": "\N{MICRO SIGN}s",
    "Bytes": "B",
    "Kilobytes": "kB",
    "Megabytes": "MB",
    "Gigabytes": "GB",
    "Percent": "%",
    "Count": "",
}
"""Units as they stand behind a number."""


def short(unit: str) -> str:
    """A unit behind a number, with the blank before it."""
    text = SHORT.get(unit, unit)
    return f" {text}" if text else ""


def horizontal(properties: Mapping[str, Any]) -> Iterator[Mark]:
    """Lines and bands at values."""
    for one, to in _annotations(properties, "horizontal"):
        edge = None if to is None else to if isinstance(to, float) else float(to["value"])
        is_right = one.get("yAxis") == "right"
        yield Mark(float(one["value"]), str(one.get("label") or ""), _color(one), edge, is_right)


def vertical(properties: Mapping[str, Any]) -> Iterator[Mark]:
    """Lines and bands at times."""
    for one, to in _annotations(properties, "vertical"):
        edge = None if to is None else to if isinstance(to, float) else _epoch_ms(to["value"])
        yield Mark(_epoch_ms(one["value"]), str(one.get("label") or ""), _color(one), edge)


def _annotations(properties: Mapping[str, Any], kind: str) -> Iterator[tuple[Any, Any]]:
    """An annotation, and the edge of its band: infinite, another annotation, or None."""
    for one in (properties.get("annotations") or {}).get(kind) or []:
        if isinstance(one, list):
            yield from ((first, other) for first, other in [one[:2]] if first and other)
        elif isinstance(one, dict) and one.get("visible") is not False:
            yield one, FILLS.get(str(one.get("fill")))


def _epoch_ms(text: Any) -> float:
    moment = datetime.fromisoformat(str(text))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000


def _color(one: Mapping[str, Any]) -> str:
    return escape(str(one.get("color") or "var(--muted)"), quote=True)


def axis(properties: Mapping[str, Any], side: str, series: Sequence[Series]) -> Axis:
    """The left or right axis of these series: the label, or the unit that all of them have."""
    own = (properties.get("yAxis") or {}).get(side) or {}
    units = {line.unit for line in series if line.points}
    unit = units.pop() if len(units) == 1 and own.get("showUnits") is not False else ""
    return Axis(own.get("min"), own.get("max"), str(own.get("label") or unit))
