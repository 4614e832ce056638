"""The page of a dashboard: what each view draws, where widgets lie, marks, axes and units."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from reuse_cli.cloudwatch import check
from reuse_cli.cloudwatch.evaluate import Data, evaluate
from reuse_cli.cloudwatch.series import TimeRange
from reuse_cli.formats import grid
from reuse_cli.formats.dashboard_page import page

from .conftest import BEGIN_MS, MINUTE_MS, line
from .test_evaluate import widget

SPAN = TimeRange(BEGIN_MS, BEGIN_MS + 15 * MINUTE_MS)
ROW = ["Shop", "Latency", "Function", "a"]


@pytest.fixture
def html_of(data_of: Callable[..., Data]) -> Callable[..., str]:
    """Makes the page of one widget over two functions' latencies and calls."""
    lines = [
        line(BEGIN_MS + at * MINUTE_MS, {"Function": name}, Latency=10.5 + at, Calls=at)
        for name in ("a", "b<")
        for at in range(3)
    ]
    for one in lines:
        one["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Unit"] = "Milliseconds"
    data = data_of(*lines)

    def made(*widgets: dict[str, Any]) -> str:
        assert not [one for one in check.problems({"widgets": [*widgets]}) if one.is_error]
        return page("x", evaluate({"widgets": widgets}, data, SPAN), [], SPAN)

    return made


def log(query: str, view: str) -> dict[str, Any]:
    """A log widget."""
    properties = {"region": "r", "view": view, "query": f"SOURCE 'g' | {query}"}
    return {"type": "log", "properties": properties}


def test_axes_have_labels_and_limits(html_of: Callable[..., str]) -> None:
    """Of their own, else the unit; the right one has its limits too."""
    right = ["Shop", "Calls", "Function", "a", {"yAxis": "right"}]
    axes = {"right": {"max": 7, "label": "calls & more"}}
    html = html_of(widget([ROW, right], yAxis=axes))

    assert ">Milliseconds</text>" in html
    assert ">calls &amp; more</text>" in html
    assert ">6</text>" in html  # of a scale that ends at 7
    hidden = {"left": {"showUnits": False}}
    assert "Milliseconds" not in html_of(widget([ROW], yAxis=hidden, legend={"position": "hidden"}))


def test_a_number_has_its_unit(html_of: Callable[..., str]) -> None:
    """Not where it is a count of samples, or made by an expression."""
    assert "11.5<small> ms</small>" in html_of(widget([ROW], view="singleValue"))
    samples = widget([[*ROW, {"stat": "SampleCount"}]], view="singleValue")
    assert "<small></small>" in html_of(samples)
    made = [[*ROW, {"id": "m1", "visible": False}], [{"expression": "m1 / 2", "id": "e"}]]
    assert "<small></small>" in html_of(widget(made, view="singleValue"))


def test_marks_at_values_and_times(html_of: Callable[..., str]) -> None:
    """Lines and bands of both directions, in their colours; none for what is out of the range."""
    marks = {
        "horizontal": [
            {"value": 5, "label": "<low>", "color": "#ff0000"},
            [{"value": 1, "label": "from"}, {"value": 2}],
            {"value": 9, "fill": "above"},
            {"value": 3, "visible": False, "label": "unseen"},
        ],
        "vertical": [
            {"value": "2026-09-21T14:20:00Z", "label": "deploy"},
            [{"value": "2026-09-21T14:21:00Z"}, {"value": "2026-09-21T14:22:00Z"}],
            {"value": "2026-09-21T14:25:00", "fill": "after"},
            {"value": "2020-01-01T00:00:00Z", "label": "long ago"},
        ],
    }
    html = html_of(widget([ROW], annotations=marks))

    assert html.count('class="band"') == 4
    assert html.count('class="mark"') == 6
    assert 'style="stroke:#ff0000"' in html
    assert "&lt;low&gt;" in html
    assert ">deploy<" in html
    assert "long ago" not in html
    assert "unseen" not in html


def test_bars(html_of: Callable[..., str]) -> None:
    """One for each series, of its last value; those below zero lie to the left of it."""
    rows = [
        [*ROW, {"id": "m1"}],
        [{"expression": "0 - m1", "id": "minus", "label": "<minus>"}],
    ]
    html = html_of(widget(rows, view="bar"))

    assert re.findall(r"left:([\d.]+)%;width:([\d.]+)%", html) == [
        ("50.00", "50.00"),
        ("0.00", "50.00"),
    ]
    assert ">&lt;minus&gt;</dt>" in html


def test_log_widgets_are_drawn(html_of: Callable[..., str]) -> None:
    """As their view says; times in a table can be read."""
    assert 'class="line"' in html_of(log("stats sum(Calls) by bin(1m)", "timeSeries"))
    assert html_of(log("stats sum(Calls) by Function", "bar")).count('class="track"') == 2
    assert 'class="pie"' in html_of(log("stats sum(Calls) by Function", "pie"))
    table = html_of(log("fields @timestamp, Function | limit 1", "table"))
    assert '<td class="">2026-09-21 14:17:00.000</td>' in table
    assert '<td class="">14:15' not in table


def test_a_row_that_fails_leaves_the_others(html_of: Callable[..., str]) -> None:
    """What went wrong stands above what is drawn."""
    html = html_of(widget([[*ROW, {"id": "m1"}], [{"expression": "NOTHING(m1)", "id": "e"}]]))

    assert "NOTHING is not supported" in html
    assert 'class="line"' in html


def test_a_widgets_own_range_is_that_of_its_axis(html_of: Callable[..., str]) -> None:
    """And not the dashboard's."""
    html = html_of(
        widget([ROW], start="2026-09-21T14:15:00Z", end="2026-09-21T14:15:10Z", period=60)
    )

    assert ">14:15:05</text>" in html


def test_a_widget_lies_where_its_body_says() -> None:
    """What has no place of its own is left to the page; six columns and rows are the usual size."""
    found = grid.places([{"x": 3, "y": 6, "height": 2}, {}, {"x": 18, "width": 4}])

    assert [place.style() for place in found] == [
        "grid-column: 4 / span 6; grid-row: 7 / span 2",
        "grid-column: span 6; grid-row: span 6",
        "grid-column: 19 / span 4; grid-row: span 6",
    ]


@pytest.mark.parametrize("value", ["-PT3H", "2026-13-45T00:00:00Z", "soon"])
def test_a_vertical_line_needs_a_time(value: str) -> None:
    """A duration, or a day that is none, is refused before anything is drawn."""
    made = widget([ROW], annotations={"vertical": [{"value": value}]})

    assert [one.message for one in check.problems({"widgets": [made]})] == [
        "have a vertical line without a time"
    ]
