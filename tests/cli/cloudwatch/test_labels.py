"""Labels of series: dynamic ones, and what tells series without one apart."""

from collections.abc import Callable

import pytest
from reuse_cli.cloudwatch import labels
from reuse_cli.cloudwatch.evaluate import Data
from reuse_cli.cloudwatch.series import Series

from .conftest import BEGIN_MS, MINUTE_MS, line
from .test_evaluate import shown

LATENCY = Series(
    "m1",
    "Latency",
    {BEGIN_MS: 1_234_567.0, BEGIN_MS + MINUTE_MS: 0.123456, BEGIN_MS + 3 * MINUTE_MS: 2.5},
    {"Dim.Service": "orders", "Period": "60"},
)
END_MS = BEGIN_MS + 65 * MINUTE_MS


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("${LABEL}: ${LAST}", "Latency: 2.5"),
        ("${MAX} ${MIN} ${FIRST}", "1234567 0.1235 1234567"),
        ("${DATAPOINT_COUNT} of ${PROP('Period')} s", "3 of 60 s"),
        ("${MIN_MAX_RANGE} ${FIRST_LAST_RANGE}", "1234566.877 -1234564.5"),
        ("${MAX_TIME}", "2026-09-21 14:15:00"),
        ("${LAST_TIME_RELATIVE}", "1h 2m"),
        ("${FIRST_LAST_TIME_RANGE} ${MIN_MAX_TIME_RANGE}", "3m 1m"),
        ("${PROP('Dim.Service')} ${PROP(\"Dim.None\")}", "orders --"),
        ("${NOTHING} ${SUM_TIME} $LAST", "${NOTHING} ${SUM_TIME} $LAST"),
        ("${MAX_RELATIVE}", "${MAX_RELATIVE}"),
    ],
)  # fmt: skip
def test_dynamic_labels(label: str, text: str) -> None:
    """Values with the digits that mean something, times in UTC, lengths in their units."""
    assert labels.shown(label, LATENCY, END_MS) == text


def test_a_label_without_data() -> None:
    """Two dashes, as in CloudWatch."""
    assert labels.shown("${LAST} ${MAX_TIME} ${AVG}", Series("a", "A"), END_MS) == "-- -- --"


def test_series_without_labels_are_told_apart(data_of: Callable[..., Data]) -> None:
    """By what differs: dimensions, the statistic, or the metric that a search finds."""
    data = data_of(
        *(line(BEGIN_MS, {"Function": name, "Alias": "x"}, Calls=1, Errors=2) for name in "ab")
    )
    a = ["Shop", "Calls", "Alias", "x", "Function", "a"]
    search = {"expression": "SEARCH('{Shop,Alias,Function} Function=a', 'Sum', 300)", "id": "s"}

    assert [label for _, label, _ in shown(data, [a, ["...", "b"]])] == ["Calls a", "Calls b"]
    assert [label for _, label, _ in shown(data, [a, [*a, {"stat": "p90"}]])] == [
        "Calls Average",
        "Calls p90",
    ]
    three = [a, ["...", "b", {"stat": "Sum"}], ["...", "b"]]
    assert [label for _, label, _ in shown(data, three)] == [
        "Calls a Average",
        "Calls b Sum",
        "Calls b Average",
    ]
    several = [a, ["...", "b", {"stat": "Sum"}]]
    assert [label for _, label, _ in shown(data, several)] == ["Calls a", "Calls b"]
    assert [label for _, label, _ in shown(data, [[search]])] == ["x a Calls", "x a Errors"]
    assert [label for _, label, _ in shown(data, [a, [*a, {"label": "Calls"}]])] == [
        "Calls",
        "Calls",
    ]
