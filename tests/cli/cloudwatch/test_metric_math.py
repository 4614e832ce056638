"""Metric math, by the examples and rules of the CloudWatch user guide."""

from collections.abc import Sequence

import pytest
from reuse_cli.cloudwatch.functions import Array, MathError
from reuse_cli.cloudwatch.metric_math import Evaluator, names, searches
from reuse_cli.cloudwatch.series import Points, Series

A = {0: 1.0, 60_000: 2.0, 120_000: 4.0}
B = {60_000: 0.0, 120_000: 2.0}
LINES = {"a": A, "b": B, "none": {}}


class Widget:
    """Three rows `a`, `b` and `none`, each with a point a minute at most."""

    period_s = 60

    def series(self, identifier: str) -> Series:
        if identifier not in LINES:
            raise MathError(f"no row has the id '{identifier}'")
        return Series(identifier, identifier, dict(LINES[identifier]), period_s=60)

    def metrics(self, part: str) -> Array:
        return Array(self.series(name) for name in LINES if part in name)

    def search(self, text: str, statistic: str, period_s: int) -> Array:
        return Array([Series("", f"{text} {statistic} {period_s}", {0: 5.0})])

    def moments(self, period_s: int) -> Sequence[int]:
        return range(0, 240_000, period_s * 1000)


def value(expression: str) -> float | Points | list[Points] | str:
    found = Evaluator(Widget()).evaluate(expression)
    if isinstance(found, Array):
        return [line.points for line in found]
    return found.points if isinstance(found, Series) else found


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3 ^ 2", 19.0),
        ("(1 + 2) * -3", -9.0),
        ("a * 100", {0: 100, 60_000: 200, 120_000: 400}),
        ("a + b", {60_000: 2, 120_000: 6}),
        ("a / b", {120_000: 2}),
        ("a - a", {0: 0, 60_000: 0, 120_000: 0}),
        ("a > 1", {0: 0, 60_000: 1, 120_000: 1}),
        ("a > 1 AND a < 4", {0: 0, 60_000: 1, 120_000: 0}),
        ("a == 1 || a == 4", {0: 1, 60_000: 0, 120_000: 1}),
        ("SUM(a)", 7.0),
        ("AVG(a)", 7 / 3),
        ("MIN(a) + MAX(a)", 5.0),
        ("SUM([a, b])", {0: 1, 60_000: 2, 120_000: 6}),
        ("MAX([a, b])", {0: 1, 60_000: 2, 120_000: 4}),
        ("SUM(METRICS())", {0: 1, 60_000: 2, 120_000: 6}),
        ('SUM(METRICS("b"))', {60_000: 0, 120_000: 2}),
        ("FILL(b, 0)", {0: 0, 60_000: 0, 120_000: 2, 180_000: 0}),
        ("FILL(none, 3)", {0: 3, 60_000: 3, 120_000: 3, 180_000: 3}),
        ("FILL(b, REPEAT)", {60_000: 0, 120_000: 2, 180_000: 2}),
        ("100 * FILL(b, 0) / a", {0: 0, 60_000: 0, 120_000: 50}),
        ("FILL([a, b], 1)", [{**A, 180_000: 1}, {0: 1, **B, 180_000: 1}]),
        ("[a, b] * 2", [{0: 2, 60_000: 4, 120_000: 8}, {60_000: 0, 120_000: 4}]),
        ("[a, b] / [a, a]", [{0: 1, 60_000: 1, 120_000: 1}, {60_000: 0, 120_000: 0.5}]),
        ("IF(a > 1, a, 0)", {0: 0, 60_000: 2, 120_000: 4}),
        ("IF(a > 1, a)", {60_000: 2, 120_000: 4}),
        ("IF(2 > 1, 5, 6)", 5.0),
        ("RATE(a)", {60_000: 1 / 60, 120_000: 2 / 60}),
        ("DIFF(a)", {60_000: 1, 120_000: 2}),
        ("DIFF_TIME(IF(a != 2, a))", {120_000: 120}),
        ("RUNNING_SUM(a)", {0: 1, 60_000: 3, 120_000: 7}),
        ("PERIOD(a)", 60.0),
        ("DATAPOINT_COUNT(a)", 3.0),
        ("METRIC_COUNT(METRICS())", 3.0),
        ("ABS(0 - a)", A),
        ("LOG10(b * 50)", {120_000: 2}),
        ("CEIL(a / 3) + FLOOR(a / 3)", {0: 1, 60_000: 1, 120_000: 3}),
        ("TIME_SERIES(2)", {0: 2, 60_000: 2, 120_000: 2, 180_000: 2}),
        ("SORT(METRICS(), SUM, DESC, 1)", [A]),
        ("SORT([a, b], MAX, ASC)", [B, A]),
        ("SLICE(METRICS(), 0, 2)", [A, B]),
        ("FIRST(METRICS())", A),
        ("LAST([a, b])", B),
        ("REMOVE_EMPTY(METRICS())", [A, B]),
        ("SUM(none) + a", {}),
        ("FILL(b, a)", {0: 1, 60_000: 0, 120_000: 2}),
        ("EPOCH(b)", {60_000: 60, 120_000: 120}),
        ("MINUTE(b) + HOUR(b) + DAY(b)", {60_000: 1 + 4, 120_000: 2 + 4}),  # a Thursday
        ("DATE(b) + MONTH(b) + YEAR(b)", {60_000: 1972, 120_000: 1972}),
        ("STDDEV(b)", 1.0),
        ("SUM(SEARCH('{N,D} x', 'Sum', 60))", {0: 5}),
    ],
)
def test_values(expression: str, expected: object) -> None:
    """Each function and operator of metric math has CloudWatch's value."""
    assert (
        value(expression) == pytest.approx(expected)
        if isinstance(expected, float | dict)
        else value(expression) == expected
    )


def test_linear_filling() -> None:
    """Between two points, and nowhere else."""
    assert value("FILL(IF(a != 2, a), LINEAR)") == {0: 1, 60_000: 2.5, 120_000: 4}


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("a +", "character 4"),
        ("(a", "character 3"),
        ("a $ b", "character 3"),
        ("", "character 1"),
        ("c + 1", "no row has the id 'c'"),
        ("NOTHING(a)", "NOTHING is not supported"),
        ("1 / 0", "has no value"),
        ("LOG(0) * a", "LOG of 0 has no value"),
        ("SUM(a, b)", "one argument"),
        ("'x' + 1", "does not take a text"),
        ("[a, b] + [a]", "same length"),
        ("FILL(a, 'x')", "FILL takes"),
        ("FILL(a)", "FILL takes"),
        ("SORT(METRICS(), SUM, UP)", "cannot be read"),
        ("SORT(a, SUM, DESC)", "SORT takes"),
        ("SORT(METRICS(), 'x', DESC)", "order is by"),
        ("REMOVE_EMPTY(a)", "takes an array"),
        ("FIRST(METRICS('zzz'))", "series in it"),
        ("IF(1 > 2, 5)", "IF has no value"),
        ("PERIOD(1)", "takes a series"),
        ("SEARCH('x')", "SEARCH takes"),
        ("[1, a]", "series only"),
    ],
)
def test_what_has_no_value_says_why(expression: str, says: str) -> None:
    with pytest.raises(MathError, match=says):
        value(expression)


def test_what_an_expression_refers_to() -> None:
    """Ids, all of them where METRICS is called, and search texts."""
    assert names("100 * FILL(a, 0) / SUM([b, a])") == {"a", "b"}
    assert names("SUM(METRICS('x'))") == {"*"}
    assert searches("SUM(SEARCH('{N} x', 'Sum', 60)) + a") == ["{N} x"]
