"""A log widget as a graph, bars or a pie: which columns are times, groups and values."""

import pytest
from reuse_cli.cloudwatch import log_series
from reuse_cli.cloudwatch.logs_insights import Answer
from reuse_cli.cloudwatch.series import Points, TimeRange

from .conftest import BEGIN_MS, MINUTE_MS

SPAN = TimeRange(BEGIN_MS, BEGIN_MS + 5 * MINUTE_MS)
AT, LATER = BEGIN_MS, BEGIN_MS + MINUTE_MS


def lines(answer: Answer, view: str) -> list[tuple[str, str, Points]]:
    return [(one.id, one.label, one.points) for one in log_series.of_answer(answer, view, SPAN)]


def answer(columns: list[str], *rows: tuple[object, ...]) -> Answer:
    return Answer(columns, list(rows), frozenset({"bin(1m)"}))


def test_a_line_for_each_column_of_numbers() -> None:
    """In the order of time, whatever the order of the rows; what is missing has no point."""
    found = answer(["bin(1m)", "n", "most"], (LATER, 2, None), (AT, 1, 5.5))

    assert lines(found, "timeSeries") == [
        ("n", "n", {AT: 1, LATER: 2}),
        ("most", "most", {AT: 5.5}),
    ]


def test_a_line_for_each_group() -> None:
    """Named by the group; with the column where there are several."""
    one = answer(["bin(1m)", "Region", "n"], (AT, "eu", 1), (AT, None, 3), (LATER, "eu", 2))
    two = answer(["Region", "bin(1m)", "n", "m"], ("eu", AT, 1, 2))

    assert lines(one, "timeSeries") == [("n", "eu", {AT: 1, LATER: 2}), ("n", "-", {AT: 3})]
    assert lines(two, "timeSeries") == [("n", "eu n", {AT: 1}), ("m", "eu m", {AT: 2})]


@pytest.mark.parametrize("view", ["bar", "pie"])
def test_a_part_for_each_row(view: str) -> None:
    """Of bars and a pie; a time is a part's name."""
    named = answer(["Region", "Service", "n"], ("eu", "a", 1), ("us", "b", 2))
    timed = answer(["bin(1m)", "n"], (AT, 1))

    assert lines(named, view) == [("n", "eu a", {AT: 1}), ("n", "us b", {AT: 2})]
    assert lines(timed, view) == [("n", "2026-09-21 14:15:00", {AT: 1})]


@pytest.mark.parametrize(
    ("columns", "row", "view"),
    [
        (["bin(1m)", "n"], (AT, 1), "table"),
        (["bin(1m)", "n"], (AT, 1), "None"),
        (["bin(1m)", "n"], (AT, "x"), "timeSeries"),
        (["bin(1m)", "n"], (AT, None), "bar"),
        (["Region", "n"], ("eu", 1), "timeSeries"),
    ],
)
def test_what_stays_a_table(columns: list[str], row: tuple[object, ...], view: str) -> None:
    """Without numbers, or without a time for a graph."""
    assert lines(answer(columns, row), view) == []
