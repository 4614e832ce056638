"""CloudWatch's statistics of counted values: percentiles, trimmed means and the like.

After "CloudWatch statistics definitions". A bound of a range is a percentile where it has a percent
sign, else a value; values equal to the lower bound are outside, those equal to the upper inside.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, NamedTuple

from reuse_cli.errors import UsageError

MAX_VALUE = 2.0**360
"""CloudWatch takes no larger values, and none that are not numbers."""
SIMPLE = ("sum", "average", "minimum", "maximum", "samplecount")
PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?|100)", re.IGNORECASE)
UPPER = re.compile(r"(tm|wm|tc|ts)(\d{1,2}(?:\.\d+)?|100)", re.IGNORECASE)
BOUND = r"(\d+(?:\.\d+)?(?:E[+-]?\d+)?%?)?"
RANGE = re.compile(rf"(tm|wm|tc|ts|pr)\({BOUND}:{BOUND}\)", re.IGNORECASE)
NAMES = "Sum, Average, Minimum, Maximum, SampleCount, IQM, pNN, tmNN, wmNN, tcNN, tsNN, PR(a:b)"


def is_statistic(text: str) -> bool:
    """Whether CloudWatch has this statistic."""
    if text.lower() in (*SIMPLE, "iqm") or PERCENTILE.fullmatch(text) or UPPER.fullmatch(text):
        return True
    match = RANGE.fullmatch(text)
    if match is None or not (match[2] or match[3]):
        return False
    is_percent = {bound.endswith("%") for bound in match.groups()[1:] if bound}
    return len(is_percent) == 1 and not (match[1].lower() == "pr" and True in is_percent)


class Summary(NamedTuple):
    """What is known of values that are not known one by one."""

    low: float
    high: float
    total: float
    samples: float


@dataclass
class Counted:
    """Values with their counts, and summaries of values that are not known one by one."""

    pairs: list[tuple[float, float]] = field(default_factory=list)
    """(value, count)."""
    summaries: list[Summary] = field(default_factory=list)

    def add(self, values: Iterable[float]) -> None:
        """Values that occurred once each; those that no metric takes are left out."""
        self.pairs += ((value, 1.0) for value in values if abs(value) <= MAX_VALUE)

    def add_object(self, value: Mapping[str, Any]) -> bool:
        """A structured value: `Values` with `Counts`, or `Min`, `Max`, `Sum` and `Count`.

        False where it is neither.
        """
        values, counts = value.get("Values"), value.get("Counts")
        if isinstance(values, list) and isinstance(counts, list):
            if len(values) != len(counts) or not all(map(_is_number, [*values, *counts])):
                return False
            pairs = zip(map(float, values), map(float, counts), strict=True)
            self.pairs += [(one, count) for one, count in pairs if count > 0]
            return True
        summary = [value.get(name) for name in ("Min", "Max", "Sum", "Count")]
        if not all(map(_is_number, summary)):
            return False
        found = Summary(*(float(one) for one in summary if one is not None))
        if found.samples > 0:
            self.summaries.append(found)
        return True

    def statistic(self, name: str) -> float | None:
        """The statistic; None without values. Raises UsageError for one that cannot be had."""
        if name.lower() in SIMPLE:
            return self._simple(name.lower())
        if not is_statistic(name):
            raise UsageError(f"statistic '{name}' is not supported here: {NAMES} are")
        pairs = sorted(self.pairs)
        for low, high, total, count in self.summaries:
            if low != high and count != 1:
                raise UsageError(
                    f"statistic '{name}' cannot be computed from Min, Max, Sum and Count alone"
                )
            pairs = sorted([*pairs, (total / count, count)])
        return _Sorted(pairs).statistic(name) if pairs else None

    def _simple(self, name: str) -> float | None:
        count = sum(n for _, n in self.pairs) + sum(one.samples for one in self.summaries)
        if not count:
            return None
        if name == "minimum":
            return min([v for v, _ in self.pairs] + [one.low for one in self.summaries])
        if name == "maximum":
            return max([v for v, _ in self.pairs] + [one.high for one in self.summaries])
        total = sum(v * n for v, n in self.pairs) + sum(one.total for one in self.summaries)
        return {"sum": total, "samplecount": count, "average": total / count}[name]


def _is_number(value: object) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAX_VALUE
    )


class _Sorted:
    """Values in ascending order, each with its count."""

    def __init__(self, pairs: list[tuple[float, float]]) -> None:
        self._pairs = pairs
        self._ends = list(accumulate(count for _, count in pairs))
        self._count = self._ends[-1]

    def statistic(self, name: str) -> float | None:
        percentile = PERCENTILE.fullmatch(name)
        if percentile:
            return self._percentile(float(percentile[1]))
        upper = UPPER.fullmatch(name)
        if upper:
            return self._of_range(upper[1].lower(), None, f"{upper[2]}%")
        if name.lower() == "iqm":
            return self._of_range("tm", "25%", "75%")
        match = RANGE.fullmatch(name)
        assert match is not None
        return self._of_range(match[1].lower(), match[2], match[3])

    def _percentile(self, percent: float) -> float:
        """Interpolated between the two values that the place lies between."""
        place = percent / 100 * (self._count - 1)
        low, high = self._at(int(place)), self._at(min(int(place) + 1, self._count - 1))
        return low + (high - low) * (place - int(place))

    def _at(self, place: float) -> float:
        return self._pairs[min(bisect_right(self._ends, place), len(self._pairs) - 1)][0]

    def _of_range(self, kind: str, low: str | None, high: str | None) -> float | None:
        bottom, top = self._bound(low), self._bound(high)
        is_percent = (low or high or "").endswith("%")
        inside = [
            (value, count)
            for value, count in self._pairs
            if (bottom is None or value > bottom or (is_percent and value == bottom))
            and (top is None or value <= top)
        ]
        count = sum(n for _, n in inside)
        if kind == "tc":
            return count
        if kind == "pr":
            return 100 * count / self._count
        if kind == "wm":
            return sum(_held(v, bottom, top) * n for v, n in self._pairs) / self._count
        total = sum(v * n for v, n in inside)
        if kind == "ts":
            return total
        return total / count if count else None

    def _bound(self, text: str | None) -> float | None:
        if not text:
            return None
        return self._percentile(float(text[:-1])) if text.endswith("%") else float(text)


def _held(value: float, bottom: float | None, top: float | None) -> float:
    """The value, not beyond the bounds."""
    if bottom is not None and value < bottom:
        return bottom
    return top if top is not None and value > top else value
