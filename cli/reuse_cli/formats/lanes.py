"""A timeline as HTML: a lane a container, drawn in SVG without text, so that it fits any width.

Colours are variables of the page's style sheet; see `STYLE`.
"""

from collections.abc import Callable, Iterator, Sequence
from html import escape

from reuse_cli.analysis.lanes import Lane, Stretch
from reuse_cli.formats import container_ids, numbers
from reuse_cli.formats.chart import STEPS_S, clock
from reuse_cli.formats.text import safe

WIDTH, HEIGHT = 1000.0, 20
NARROWEST = 0.8
"""The least width of an invocation, in thousandths of the timeline; nearer ones become one."""
TICKS = 6

STYLE = """
.lanes { list-style: none; margin: 0; padding: 0 }
.lanes li { display: grid; grid-template-columns: 80px minmax(0, 1fr); align-items: center }
.lanes li > span { font: 12px ui-monospace, monospace; color: var(--muted) }
.lanes svg { display: block; width: 100%; height: 20px }
.lanes .life { fill: var(--idle) } .lanes .init { fill: var(--init) }
.lanes .run { fill: var(--run) } .lanes .trouble { stroke: var(--bad); stroke-width: 2 }
.lanes .end { stroke: var(--text); stroke-width: 2 }
.lanes .trouble, .lanes .end { vector-effect: non-scaling-stroke }
.axis { position: relative; height: 1.6em; margin-left: 80px; color: var(--muted);
  border-top: 1px solid var(--grid); padding-top: 2px; font-size: 12px }
.axis span { position: absolute; transform: translateX(-50%); white-space: nowrap }
.keys { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 0 0 8px;
  padding: 0; color: var(--muted); font-size: 12px }
.keys i { display: inline-block; width: 12px; height: 12px; border-radius: 2px; margin-right: 5px;
  vertical-align: -1px }
"""
KEYS = (
    ("--init", "init"),
    ("--run", "invocation"),
    ("--idle", "idle"),
    ("--bad", "error, timeout or reset"),
    ("--text", "end"),
)


def span(lanes: Sequence[Lane]) -> tuple[float, float]:
    """Where the axis of these lanes begins, in epoch milliseconds, and how many it has."""
    from_ms = min(lane.from_ms for lane in lanes)
    return from_ms, max(max(lane.to_ms for lane in lanes) - from_ms, 1.0)


def short(lane: Lane) -> str:
    """The end of a container's id, which distinguishes it: 8 digits of its log stream."""
    return safe(container_ids.short(lane.container_id))


def render(
    lanes: Sequence[Lane], name: Callable[[Lane], str] = short, *, is_utc: bool = True
) -> str:
    """The lanes under one axis; `name` is the text before a lane."""
    from_ms, span_ms = span(lanes)
    items = "".join(
        f"<li><span>{escape(safe(name(lane)))}</span>{drawing(lane, from_ms, span_ms)}</li>"
        for lane in lanes
    )
    keys = "".join(
        f'<li><i style="background:var({color})"></i>{what}</li>' for color, what in KEYS
    )
    axis = _axis(from_ms, span_ms, is_utc=is_utc)
    return f'<ul class="keys">{keys}</ul><ul class="lanes">{items}</ul>{axis}'


def sentence(lane: Lane) -> str:
    """What a lane shows, for those who cannot see it."""
    parts = [
        f"container {lane.container_id} of {lane.function_name}",
        f"{numbers.seconds((lane.to_ms - lane.from_ms) / 1000)} old",
        f"{len(lane.invocations)} invocations" if len(lane.invocations) != 1 else "1 invocation",
    ]
    if lane.inits:
        init_ms = sum(init.to_ms - init.from_ms for init in lane.inits)
        parts.append(f"init {numbers.milliseconds(init_ms)}")
    parts += [one.what for one in lane.troubles]
    parts.append(f"ended by {lane.end}" if lane.end else "its end was not recorded")
    return safe(", ".join(parts))


def drawing(lane: Lane, from_ms: float, span_ms: float, place: str = "") -> str:
    """A lane as an SVG element; `place` are attributes, such as its size in another drawing."""

    def x(at_ms: float) -> float:
        return (at_ms - from_ms) / span_ms * WIDTH

    def boxes(stretches: Sequence[Stretch], top: int, height: int) -> str:
        found = _merged([(x(one.from_ms), x(one.to_ms)) for one in stretches])
        return "".join(f"M{a:.1f} {top}H{b:.1f}v{height}H{a:.1f}z" for a, b in found)

    life = boxes([Stretch(lane.from_ms, lane.to_ms)], 8, 4)
    parts = [
        f'<path class="life" d="{life}"/>',
        f'<path class="run" d="{boxes(lane.invocations, 4, 12)}"/>' if lane.invocations else "",
        f'<path class="init" d="{boxes(lane.inits, 4, 12)}"/>' if lane.inits else "",
        *(_mark("trouble", x(one.at_ms)) for one in lane.troubles),
        _mark("end", x(lane.to_ms)) if lane.end else "",
    ]
    label = escape(sentence(lane), quote=True)
    return (
        f'<svg{place} viewBox="0 0 {WIDTH:.0f} {HEIGHT}" preserveAspectRatio="none" role="img"'
        f' aria-label="{label}"><title>{label}</title>{"".join(parts)}</svg>'
    )


def _mark(kind: str, x: float) -> str:
    return f'<path class="{kind}" d="M{min(max(x, 1.0), WIDTH - 1):.1f} 2V18"/>'


def _merged(boxes: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Boxes that are wide enough to be seen; those that would touch are one."""
    last: tuple[float, float] | None = None
    for begin, b in boxes:
        a = min(begin, WIDTH - NARROWEST)  # what begins at the end is seen there
        wide = max(b, a + NARROWEST)
        if last is not None and a - last[1] < NARROWEST / 2:
            last = (last[0], max(last[1], wide))
            continue
        if last is not None:
            yield last
        last = (a, wide)
    if last is not None:
        yield last


def ticks(
    from_ms: float, span_ms: float, *, most: int = TICKS, is_utc: bool = True
) -> list[tuple[float, str]]:
    """(share of the span, time) of the axis, at round times."""
    step_ms = 1000 * next((s for s in STEPS_S if s * 1000 * most >= span_ms), STEPS_S[-1])
    at_ms, found = -(-from_ms // step_ms) * step_ms, []
    while at_ms <= from_ms + span_ms:
        found.append(((at_ms - from_ms) / span_ms, clock(at_ms, span_ms, is_utc=is_utc)))
        at_ms += step_ms
    return found


def _axis(from_ms: float, span_ms: float, *, is_utc: bool) -> str:
    shown = "".join(
        f'<span style="left:{share:.2%}">{time}</span>'
        for share, time in ticks(from_ms, span_ms, is_utc=is_utc)
        if 0.03 < share < 0.97
    )
    return f'<div class="axis" aria-hidden="true">{shown}</div>'
