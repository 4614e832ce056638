"""Gauges, pies, bars and sparklines for single values; `chart` draws time series."""

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from reuse_cli.formats import chart
from reuse_cli.formats.chart import Line

GAUGE_WIDTH, GAUGE_HEIGHT, GAUGE_RADIUS, GAUGE_STROKE = 160, 104, 62, 14
PIE_SIZE, PIE_RADIUS = 120, 56
BAND_STROKE = 3
SPARK_WIDTH, SPARK_HEIGHT = 120, 28

STYLE = """
.dials { display: flex; flex-wrap: wrap; justify-content: space-around; gap: 4px 16px; flex: 1;
  min-height: 0; align-items: safe center; overflow: auto }
.gauge { max-height: 100%; max-width: 100%; height: 130px }
.gauge path { fill: none; stroke: var(--grid) }
.gauge text { font: 11px system-ui, sans-serif; fill: var(--muted); text-anchor: middle }
.gauge .value { font-size: 22px; font-weight: 600; fill: var(--text) }
.pie { height: 100%; max-height: 240px; min-width: 90px; flex: 0 1 auto }
.pie path, .pie circle { stroke: var(--card); stroke-width: 1 }
.dials .legend { flex-direction: column; flex-wrap: nowrap; max-height: 100% }
.slices { flex-wrap: nowrap; overflow: hidden }
.bars { display: grid; grid-template-columns: minmax(60px, 2fr) 5fr auto; gap: 4px 10px; flex: 1;
  min-height: 0; overflow: auto; align-content: start; margin: 0; font-size: 13px }
.bars dt, .bars dd { margin: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.bars .track { position: relative; min-height: 18px }
.bars i { position: absolute; top: 2px; bottom: 2px; border-radius: 2px; min-width: 1px }
.spark { width: 120px; height: 28px; overflow: visible }
.spark path { fill: none; stroke-width: 1.6; stroke-linejoin: round }
"""


class Band(NamedTuple):
    """A part of a gauge's scale that has a colour of its own."""

    low: float
    high: float
    color: str


def gauge(label: str, value: float | None, low: float, high: float, bands: Sequence[Band]) -> str:
    """A half circle from `low` to `high`, filled up to the value, or whole beyond it."""
    color = next((b.color for b in bands if value is not None and b.low <= value <= b.high), "")
    parts = [_arc(0, 1, "")]
    parts += [
        _arc(_share(band.low, low, high), _share(band.high, low, high), band.color, BAND_STROKE)
        for band in bands
    ]
    if value is not None:
        parts.append(_arc(0, _share(value, low, high), color or chart.color(0)))
    shown = "--" if value is None else chart.number(value)
    middle, floor = GAUGE_WIDTH / 2, GAUGE_HEIGHT - 26
    ends = [(middle - GAUGE_RADIUS, low), (middle + GAUGE_RADIUS, high)]
    texts = [f'<text x="{x}" y="{floor + 13}">{chart.number(end)}</text>' for x, end in ends]
    said = escape(f"{label}: {shown}, between {chart.number(low)} and {chart.number(high)}", True)
    return (
        f'<svg class="gauge" viewBox="0 0 {GAUGE_WIDTH} {GAUGE_HEIGHT}" role="img"'
        f' aria-label="{said}">{"".join(parts)}'
        f'<text class="value" x="{middle}" y="{floor - 4}">{shown}</text>{"".join(texts)}'
        f'<text x="{middle}" y="{GAUGE_HEIGHT - 1}">{escape(label)}</text></svg>'
    )


def _share(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low or 1.0)))


def _arc(begin: float, end: float, color: str, width: int = GAUGE_STROKE) -> str:
    """A part of the half circle, as shares of it; a narrow one lies outside the others."""
    if end <= begin:
        return ""
    radius = GAUGE_RADIUS + (0 if width == GAUGE_STROKE else GAUGE_STROKE / 2 + width)
    middle, floor = GAUGE_WIDTH / 2, GAUGE_HEIGHT - 26
    angles = [math.pi * begin, math.pi * end]
    ends = [
        f"{middle - radius * math.cos(angle):.1f} {floor - radius * math.sin(angle):.1f}"
        for angle in angles
    ]
    style = f"stroke-width: {width}" + (f"; stroke: {color}" if color else "")
    return f'<path d="M{ends[0]}A{radius} {radius} 0 0 1 {ends[1]}" style="{style}"/>'


def pie(lines: Sequence[Line], title: str) -> str:
    """A slice for the last value of each line; those that are not above zero have none."""
    shares = [(line, line.points[-1][1]) for line in lines if line.points]
    shares = [(line, value) for line, value in shares if value > 0]
    total = sum(value for _, value in shares)
    said = [f"{line.label} {value / total:.1%}" for line, value in shares]
    label = escape(f"{title}: {', '.join(said)}", quote=True)
    items = "".join(
        f'<li><i style="background:{line.color}"></i>{escape(line.label)}: {chart.number(value)}'
        f" ({value / total:.1%})</li>"
        for line, value in shares
    )
    return (
        f'<div class="dials slices"><svg class="pie" viewBox="0 0 {PIE_SIZE} {PIE_SIZE}" role="img"'
        f' aria-label="{label}">{"".join(_slices(shares, total))}</svg>'
        f'<ul class="legend">{items}</ul></div>'
    )


def bars(lines: Sequence[Line]) -> str:
    """A bar for the last value of each line, to the left of zero where it is below it."""
    shares = [(line, line.points[-1][1]) for line in lines if line.points]
    low = min([0.0, *(value for _, value in shares)])
    span = max([0.0, *(value for _, value in shares)]) - low or 1.0
    items = "".join(
        f'<dt title="{escape(line.label, quote=True)}">{escape(line.label)}</dt>'
        f'<dd class="track"><i style="left:{(min(value, 0.0) - low) / span:.2%};'
        f'width:{abs(value) / span:.2%};background:{line.color}"></i></dd>'
        f"<dd>{chart.number(value)}</dd>"
        for line, value in shares
    )
    return f'<dl class="bars" tabindex="0">{items}</dl>'


def _slices(shares: Sequence[tuple[Line, float]], total: float) -> Iterator[str]:
    middle, begin = PIE_SIZE / 2, 0.0
    for line, value in shares:
        share = value / total
        tip = f"<title>{escape(line.label)}: {chart.number(value)}</title>"
        if share > 0.9999:
            yield (
                f'<circle cx="{middle}" cy="{middle}" r="{PIE_RADIUS}" style="fill:{line.color}">'
                f"{tip}</circle>"
            )
            return
        ends = [
            f"{middle + PIE_RADIUS * math.sin(2 * math.pi * at):.2f}"
            f" {middle - PIE_RADIUS * math.cos(2 * math.pi * at):.2f}"
            for at in (begin, begin + share)
        ]
        is_large = 1 if share > 0.5 else 0
        yield (
            f'<path style="fill:{line.color}" d="M{middle} {middle}L{ends[0]}'
            f'A{PIE_RADIUS} {PIE_RADIUS} 0 {is_large} 1 {ends[1]}Z">{tip}</path>'
        )
        begin += share


def spark(line: Line, start_ms: int, end_ms: int) -> str:
    """A small curve of the values of a line, between their lowest and highest."""
    if len(line.points) < 2:
        return ""
    values = [value for _, value in line.points]
    low, span = min(values), max(values) - min(values) or 1.0
    time = max(1, end_ms - start_ms)
    places = [
        f"{SPARK_WIDTH * (at - start_ms) / time:.1f}"
        f" {SPARK_HEIGHT - 2 - (SPARK_HEIGHT - 4) * (value - low) / span:.1f}"
        for at, value in line.points
    ]
    label = f"from {chart.number(low)} to {chart.number(max(values))}"
    return (
        f'<svg class="spark" viewBox="0 0 {SPARK_WIDTH} {SPARK_HEIGHT}" role="img"'
        f' aria-label="{label}"><path style="stroke:{line.color}" d="M{"L".join(places)}"/></svg>'
    )
