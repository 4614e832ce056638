"""Line and bar charts of time series as SVG, for pages without scripts, in light and dark.

Colours and fonts are classes and variables of the page's style sheet (`STYLE`), so that one picture
follows the reader's theme. Every point has its value as a tooltip.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape

LEFT, RIGHT, TOP, BOTTOM = 52, 8, 8, 22
RIGHT_LABELS = 48
TICKS = 4
MAX_DOTS = 300
"""Points of a line that are drawn as dots, each with its tooltip; a longer line has none."""
COLORS = 8
STEPS_S = (1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10800, 21600, 43200, 86400, 604800, 2592000)

STYLE = """
.chart { width: 100%; height: 100%; display: block }
.chart text { font: 11px system-ui, sans-serif; fill: var(--muted) }
.chart .grid { stroke: var(--grid); stroke-width: 1; shape-rendering: crispEdges }
.chart .mark { stroke: var(--muted); stroke-dasharray: 4 3 }
.chart .line, .chart .dot { fill: none; vector-effect: non-scaling-stroke }
.chart .line { stroke-width: 1.8; stroke-linejoin: round }
.chart .dot { stroke-width: 5; stroke-linecap: round }
.chart .label { paint-order: stroke; stroke: var(--card); stroke-width: 3px }
.chart .band { fill-opacity: .12 }
.chart .area { stroke: none; fill-opacity: .35 }
"""
PALETTE_LIGHT = (
    "#1f6feb",
    "#c2410c",
    "#15803d",
    "#9333ea",
    "#b91c1c",
    "#0e7490",
    "#a16207",
    "#be185d",
)
PALETTE_DARK = (
    "#6ea8fe",
    "#fb923c",
    "#4ade80",
    "#c084fc",
    "#f87171",
    "#22d3ee",
    "#facc15",
    "#f472b6",
)


@dataclass(frozen=True)
class Line:
    """One line: its label, and (epoch ms, value) in order of time."""

    label: str
    points: Sequence[tuple[int, float]]
    color: str
    """A CSS colour, such as `var(--c0)`."""
    is_right: bool = False
    """Whether its values are those of the right axis."""


@dataclass(frozen=True)
class Frame:
    """What a chart covers: time, values and size."""

    start_ms: int
    end_ms: int
    width: int
    height: int
    low: float = 0.0
    high: float = 1.0
    right: int = RIGHT
    """The margin on the right, with the labels of an axis there or without."""

    def x(self, at_ms: float) -> float:
        """The place of a time."""
        share = (at_ms - self.start_ms) / max(1, self.end_ms - self.start_ms)
        return LEFT + share * (self.width - LEFT - self.right)

    def y(self, value: float) -> float:
        """The place of a value."""
        share = (value - self.low) / (self.high - self.low or 1)
        return self.height - BOTTOM - share * (self.height - TOP - BOTTOM)


def color(at: int) -> str:
    """The colour of the n-th line."""
    return f"var(--c{at % COLORS})"


def palette(colors: Sequence[str]) -> str:
    """Declarations of the colours, for the page's style sheet."""
    return " ".join(f"--c{at}: {value};" for at, value in enumerate(colors))


@dataclass(frozen=True)
class Axis:
    """An axis of values: limits where they are fixed, and what stands beside it."""

    low: float | None = None
    high: float | None = None
    label: str = ""


@dataclass(frozen=True)
class Mark:
    """A line across a chart at a value or a time (epoch ms), or a band up to another one."""

    at: float
    label: str = ""
    color: str = "var(--muted)"
    to: float | None = None
    """The other edge of a band; infinite where it reaches to the edge of the chart."""
    is_right: bool = False


def svg(
    lines: Sequence[Line],
    frame: Frame,
    title: str,
    *,
    axes: tuple[Axis, Axis] = (Axis(), Axis()),
    is_stacked: bool = False,
    marks: Sequence[Mark] = (),
    moments: Sequence[Mark] = (),
) -> str:
    """A chart. `axes`: left and right; `marks` stand at values, `moments` at times."""
    drawn = _stacked(lines) if is_stacked else lines
    has_right = any(line.is_right for line in drawn)
    frame = replace(frame, right=RIGHT_LABELS if has_right else RIGHT)
    frames = [
        _fitted(frame, [*_values(drawn, marks, is_right=is_right)], axis)
        for is_right, axis in zip((False, True), axes, strict=True)
    ]
    left, right = frames
    parts = [*_axes(left, axes[0].label), *(_right_axis(right, axes[1].label) if has_right else ())]
    for at, line in enumerate(drawn):
        parts += _curve(frames[line.is_right], line, lines[at], is_stacked)
    for mark in marks:
        parts += _mark(right if mark.is_right and has_right else left, mark)
    for moment in moments:
        parts += _moment(left, moment)
    label = escape(title, quote=True)
    return (
        f'<svg class="chart" viewBox="0 0 {frame.width} {frame.height}" role="img"'
        f' aria-label="{label}" preserveAspectRatio="none">{"".join(parts)}</svg>'
    )


def _values(lines: Sequence[Line], marks: Sequence[Mark], *, is_right: bool) -> Iterator[float]:
    """All values that an axis has to show."""
    for line in lines:
        if line.is_right == is_right:
            yield from (value for _, value in line.points)
    for mark in marks:
        if mark.is_right == is_right:
            yield from (end for end in (mark.at, mark.to) if end is not None and math.isfinite(end))


def number(value: float) -> str:
    """A value on an axis or in a tooltip: four digits that mean something."""
    if value == 0:
        return "0"
    for limit, suffix in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            scale = 1e3 if suffix == "k" else limit
            return f"{value / scale:.4g}{suffix}"
    text = f"{value:.4g}"
    return f"{float(text):.10f}".rstrip("0") if "e-" in text and abs(value) > 1e-7 else text


def clock(at_ms: float, span_ms: float, *, is_utc: bool = True) -> str:
    """A time on the axis, in UTC or local, as short as the span allows."""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    moment = moment if is_utc else moment.astimezone()
    if span_ms > 2 * 86_400_000:
        return moment.strftime("%d %b")
    return moment.strftime("%H:%M:%S" if span_ms < 600_000 else "%H:%M")


def _fitted(frame: Frame, values: Sequence[float], axis: Axis) -> Frame:
    bottom = axis.low if axis.low is not None else min([0.0, *values])
    top = axis.high if axis.high is not None else max(values, default=1.0)
    if top <= bottom:
        top = bottom + (abs(bottom) or 1.0)
    step = _step((top - bottom) / TICKS)
    if axis.high is None:
        top = math.ceil(top / step - 1e-9) * step
    if axis.low is None:
        bottom = math.floor(bottom / step + 1e-9) * step
    return replace(frame, low=bottom, high=top)


def _step(rough: float) -> float:
    """The next 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
    return next((n * power for n in (1, 2, 5, 10) if n * power >= rough * (1 - 1e-9)), rough)


def _values_of(frame: Frame) -> Iterator[tuple[float, str]]:
    """(y, text) of the values beside an axis."""
    step = _step((frame.high - frame.low) / TICKS)
    value = math.ceil(frame.low / step - 1e-9) * step
    while value <= frame.high + step * 1e-6:
        yield frame.y(value), number(0.0 if abs(value) < step * 1e-6 else value)
        value += step


def _right_axis(frame: Frame, label: str) -> Iterator[str]:
    yield _beside(frame, label, frame.width - 3)
    x = frame.width - frame.right + 6
    for y, text in _values_of(frame):
        yield f'<text x="{x}" y="{y + 3.5:.1f}">{text}</text>'


def _beside(frame: Frame, label: str, x: float) -> str:
    """The label of an axis, upwards."""
    y = (TOP + frame.height - BOTTOM) / 2
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="middle" transform="rotate(-90 {x:.1f} {y:.1f})"'
    return f"<text {place}>{escape(label)}</text>" if label else ""


def _axes(frame: Frame, label: str) -> Iterator[str]:
    yield _beside(frame, label, 10)
    for y, text in _values_of(frame):
        yield f'<path class="grid" d="M{LEFT} {y:.1f}H{frame.width - frame.right}"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end">{text}</text>'
    span_ms = frame.end_ms - frame.start_ms
    room = max(2, (frame.width - LEFT - frame.right) // 90)
    step_ms = 1000 * next((s for s in STEPS_S if s * 1000 * room >= span_ms), STEPS_S[-1])
    at_ms = -(-frame.start_ms // step_ms) * step_ms
    while at_ms <= frame.end_ms:
        x = min(max(frame.x(at_ms), LEFT + 14), frame.width - frame.right - 16)
        text = clock(at_ms, span_ms)
        yield f'<text x="{x:.1f}" y="{frame.height - 6}" text-anchor="middle">{text}</text>'
        at_ms += step_ms


def _mark(frame: Frame, mark: Mark) -> Iterator[str]:
    end, y = frame.width - frame.right, frame.y(mark.at)
    style = f' style="stroke:{mark.color}"'
    if mark.to is not None:
        other = frame.y(min(max(mark.to, frame.low), frame.high))
        yield (
            f'<path class="band" style="fill:{mark.color}" d="M{LEFT} {y:.1f}H{end}V{other:.1f}'
            f'H{LEFT}Z"/>'
        )
    yield f'<path class="mark"{style} d="M{LEFT} {y:.1f}H{end}"/>'
    place = f'x="{end - 2}" y="{max(y - 4, 9):.1f}" text-anchor="end"'
    yield f'<text class="label" {place}>{escape(mark.label)}</text>'


def _moment(frame: Frame, mark: Mark) -> Iterator[str]:
    """A line at a time; nothing where it is not in the chart."""
    floor, start, end = frame.height - BOTTOM, frame.start_ms, frame.end_ms
    edges = [mark.at, mark.at if mark.to is None else mark.to]
    if max(edges) < start or min(edges) > end:
        return
    x, other = (frame.x(min(max(edge, start), end)) for edge in edges)
    if mark.to is not None:
        yield (
            f'<path class="band" style="fill:{mark.color}" d="M{x:.1f} {TOP}V{floor}H{other:.1f}'
            f'V{TOP}Z"/>'
        )
    if start <= mark.at <= end:
        yield f'<path class="mark" style="stroke:{mark.color}" d="M{x:.1f} {TOP}V{floor}"/>'
    side, gap = ("end", -3) if x > frame.width / 2 else ("start", 3)
    place = f'x="{x + gap:.1f}" y="18" text-anchor="{side}"'
    yield f'<text class="label" {place}>{escape(mark.label)}</text>'


def _stacked(lines: Sequence[Line]) -> list[Line]:
    totals: dict[int, float] = {}
    drawn = []
    for line in lines:
        for at_ms, value in line.points:
            totals[at_ms] = totals.get(at_ms, 0.0) + value
        points = [(at, totals[at]) for at, _ in line.points]
        drawn.append(replace(line, points=points))
    return drawn


def _curve(frame: Frame, line: Line, own: Line, is_area: bool) -> Iterator[str]:
    if not line.points:
        return
    places = [(frame.x(at_ms), frame.y(value)) for at_ms, value in line.points]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    if is_area and len(places) > 1:
        floor = frame.y(max(frame.low, 0.0))
        closed = f"{path}L{places[-1][0]:.1f} {floor:.1f}L{places[0][0]:.1f} {floor:.1f}Z"
        yield f'<path class="area" style="fill:{line.color}" d="{closed}"/>'
    yield f'<path class="line" style="stroke:{line.color}" d="{path}"/>'
    if len(places) > MAX_DOTS:
        return
    for (x, y), (at_ms, value) in zip(places, own.points, strict=True):
        yield (
            f'<path class="dot" style="stroke:{line.color}" d="M{x:.1f} {y:.1f}h0">'
            f"<title>{_tooltip(own.label, at_ms, value)}</title></path>"
        )


def _tooltip(label: str, at_ms: int, value: float) -> str:
    moment = datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return escape(f"{label}: {number(value)} at {moment}")
