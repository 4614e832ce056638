"""Gauges, pies and sparklines: the places of the drawn, and what a screen reader says."""

import re

import pytest
from reuse_cli.formats import dials
from reuse_cli.formats.chart import Line
from reuse_cli.formats.dials import Band


def ends(svg: str) -> list[tuple[float, float, float, float]]:
    """X and y of the begin and of the end of each arc of a half circle."""
    found = re.findall(r'd="M([\d.-]+) ([\d.-]+)A[\d.]+ [\d.]+ 0 0 1 ([\d.-]+) ([\d.-]+)"', svg)
    return [tuple(float(number) for number in numbers) for numbers in found]


def label(svg: str) -> str:
    return re.search('aria-label="([^"]*)"', svg)[1]


@pytest.mark.parametrize(
    ("value", "end"),
    [(0.0, None), (50.0, (80.0, 16.0)), (100.0, (142.0, 78.0)), (300.0, (142.0, 78.0))],
)
def test_a_gauge_is_filled_up_to_its_value(value: float, end: tuple[float, float] | None) -> None:
    """From the left end of the half circle, to its top in the middle of the scale."""
    svg = dials.gauge("Warm share", value, 0, 100, [])
    scale, *filled = ends(svg)

    assert scale == (18.0, 78.0, 142.0, 78.0)
    assert filled == ([] if end is None else [(18.0, 78.0, *end)])
    assert label(svg) == f"Warm share: {value:g}, between 0 and 100"


def test_a_gauge_without_a_value_says_so() -> None:
    svg = dials.gauge("<b>", None, 0, 1, [])

    assert len(ends(svg)) == 1
    assert label(svg) == "&lt;b&gt;: --, between 0 and 1"
    assert "<b>" not in svg


def test_a_value_in_a_band_has_its_colour() -> None:
    """The band lies outside the scale; both ends belong to it."""
    bands = [Band(0, 20, "#b00"), Band(80, 100, "#0b0")]

    def colors(value: float) -> list[str]:
        return re.findall('stroke: (#[0-9a-f]+|var[^"]+)', dials.gauge("x", value, 0, 100, bands))

    assert colors(10) == ["#b00", "#0b0", "#b00"]
    assert colors(80) == ["#b00", "#0b0", "#0b0"]
    assert colors(50) == ["#b00", "#0b0", "var(--c0)"]


def test_a_pie_has_a_slice_for_each_value_above_zero() -> None:
    """The last value counts; the first slice begins at the top, and goes round to the right."""
    lines = [
        Line("a", [(0, 1.0), (1, 75.0)], "red"),
        Line("b <i>", [(1, 25.0)], "green"),
        Line("none", [(1, 0.0)], "blue"),
        Line("nothing", [], "blue"),
    ]

    svg = dials.pie(lines, "Kinds")

    assert label(svg) == "Kinds: a 75.0%, b &lt;i&gt; 25.0%"
    assert re.findall(r'd="M60.0 60.0L([\d. ]+)A56 56 0 (\d) 1 ([\d. ]+)Z"', svg) == [
        ("60.00 4.00", "1", "4.00 60.00"),
        ("4.00 60.00", "0", "60.00 4.00"),
    ]
    assert svg.count("<li>") == 2
    assert "b &lt;i&gt;: 25 (25.0%)" in svg


def test_a_pie_of_one_is_a_circle_and_one_of_nothing_is_empty() -> None:
    whole = dials.pie([Line("a", [(0, 3.0)], "red")], "x")
    empty = dials.pie([Line("a", [(0, -3.0)], "red")], "x")

    assert "<circle" in whole
    assert "<path" not in whole
    assert "<circle" not in empty
    assert "<path" not in empty


def test_a_sparkline_spans_its_values() -> None:
    """Lowest at the bottom, highest at the top; one value is no curve."""
    svg = dials.spark(Line("a", [(0, 5.0), (50, 10.0), (100, 7.5)], "red"), 0, 100)

    assert re.search('d="M([^"]*)"', svg)[1] == "0.0 26.0L60.0 2.0L120.0 14.0"
    assert label(svg) == "from 5 to 10"
    assert dials.spark(Line("a", [(0, 5.0)], "red"), 0, 100) == ""
