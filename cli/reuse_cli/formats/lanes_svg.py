"""A timeline as one SVG file that stands by itself, light or dark as its reader is."""

from collections.abc import Sequence
from html import escape
from itertools import groupby

from reuse_cli.analysis.lanes import Lane
from reuse_cli.formats import lanes as drawings
from reuse_cli.formats.report_style import DARK, LIGHT
from reuse_cli.formats.text import safe

LEFT, WIDTH, RIGHT = 96, 800, 24
"""Before the lanes, of the lanes, and behind them."""
ROW, HEADING, TOP, AXIS = 24, 26, 40, 30
TOO_MUCH = {0xFFFE: "\ufffd", 0xFFFF: "\ufffd"}
"""What XML has no place for and `safe` lets pass."""

STYLE = f"""
:root {{ color-scheme: light dark; {LIGHT} }}
@media (prefers-color-scheme: dark) {{ :root {{ {DARK} }} }}
text {{ font: 12px system-ui, sans-serif; fill: var(--muted) }}
.name {{ font: 600 13px system-ui, sans-serif; fill: var(--text) }}
.id {{ font: 12px ui-monospace, monospace }}
.page {{ fill: var(--card) }} .grid {{ stroke: var(--grid) }}
.life {{ fill: var(--idle) }} .init {{ fill: var(--init) }} .run {{ fill: var(--run) }}
.trouble {{ stroke: var(--bad); stroke-width: 2 }} .end {{ stroke: var(--text); stroke-width: 2 }}
.trouble, .end {{ vector-effect: non-scaling-stroke }}
"""


def render(lanes: Sequence[Lane], *, is_utc: bool = True) -> str:
    """The drawing; every name is escaped, and each lane has a sentence for screen readers."""
    from_ms, span_ms = drawings.span(lanes)
    y, rows = TOP, ""
    for name, group in groupby(lanes, lambda lane: lane.function_name):
        rows += f'<text class="name" x="12" y="{y + 17}">{_text(name)}</text>'
        y += HEADING
        for lane in group:
            place = f' x="{LEFT}" y="{y}" width="{WIDTH}" height="{ROW - 4}"'
            rows += f'<text class="id" x="12" y="{y + 14}">{_text(drawings.short(lane))}</text>'
            rows += drawings.drawing(lane, from_ms, span_ms, place).translate(TOO_MUCH) + "\n"
            y += ROW
    height = y + AXIS
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + RIGHT} {height}"'
        f' width="{LEFT + WIDTH + RIGHT}" height="{height}">\n<title>Timeline of containers</title>'
        f'\n<style>{STYLE}</style>\n<rect class="page" width="100%" height="100%"/>\n'
        f"{_keys()}\n{_axis(from_ms, span_ms, y, is_utc=is_utc)}\n{rows}</svg>"
    )


def _keys() -> str:
    x, found = 12.0, ""
    for color, what in drawings.KEYS:
        found += f'<rect x="{x:.0f}" y="12" width="12" height="12" rx="2" fill="var({color})"/>'
        found += f'<text x="{x + 17:.0f}" y="22">{what}</text>'
        x += 17 + 6.2 * len(what) + 20
    return found


def _axis(from_ms: float, span_ms: float, bottom: int, *, is_utc: bool) -> str:
    found = ""
    for share, time in drawings.ticks(from_ms, span_ms, is_utc=is_utc):
        x = LEFT + share * WIDTH
        found += f'<path class="grid" d="M{x:.1f} {TOP + HEADING}V{bottom}"/>'
        found += f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{time}</text>'
    return found


def _text(text: str) -> str:
    return escape(safe(text)).translate(TOO_MUCH)
