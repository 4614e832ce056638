"""Draws containers as lanes in HTML and SVG: init, invocations, idle time, resets, end.

CloudWatch shows a custom widget's HTML without scripts. Everything that comes from a log is
escaped, and the size of the page is bounded: the more lanes, the coarser each one.
"""

import html
import json

MAX_LANES = 200
"""Lanes that are drawn; more containers are put together into groups of about the same start."""
MAX_BYTES = 120_000
"""Of all lanes' invocations together; CloudWatch's limit for the whole answer is higher."""
SEGMENT_BYTES = 14
FAILURES = ("timeout", "failure")
"""Ends of a container that are drawn as failures."""
NAME_WIDTH = 150
LANE_HEIGHT = 16
CHARACTER_WIDTH = 7
"""Pixels of a time's character, at most."""

THEMES = {
    "light": {
        "text": "#16191f", "muted": "#545b64", "grid": "#d5dbdb", "init": "#c2410c",
        "busy": "#1f6feb", "failed": "#b42318", "idle": "#c9d3df", "end": "#545b64",
    },
    "dark": {
        "text": "#e9ebed", "muted": "#95a5b6", "grid": "#414d5c", "init": "#fb923c",
        "busy": "#6ea8fe", "failed": "#ff8f85", "idle": "#4a5866", "end": "#95a5b6",
    },
}  # fmt: skip


class Lane:
    """One container, or a group of them. Times in epoch milliseconds."""

    def __init__(self, container_id, started_ms, last_ms, **values):
        """`values`: invocations, init_ms, resets, end, containers and busy, each if known."""
        self.container_id = container_id
        self.started_ms = started_ms
        self.last_ms = last_ms
        self.invocations = values.get("invocations") or 0
        self.init_ms = values.get("init_ms") or 0
        self.resets = values.get("resets") or 0
        self.end = values.get("end")
        self.containers = values.get("containers", 1)
        self.busy = values.get("busy") or []
        """(start, end) of invocations in order; empty where they are not known one by one."""

    @property
    def name(self):
        """What the lane is called: the end of the container's id, or how many containers it is."""
        if self.containers > 1:
            return f"{self.containers} containers"
        return self.container_id.rpartition("]")[2][:8]


def grouped(lanes):
    """At most MAX_LANES lanes, the newest first; containers of about one start are put together."""
    ordered = sorted(lanes, key=lambda lane: -lane.started_ms)
    if len(lanes) <= MAX_LANES:
        return ordered
    size = -(-len(lanes) // MAX_LANES)
    return [_group(ordered[at : at + size]) for at in range(0, len(ordered), size)]


def _group(lanes):
    return Lane(
        lanes[0].container_id,
        min(lane.started_ms for lane in lanes),
        max(lane.last_ms for lane in lanes),
        invocations=sum(lane.invocations for lane in lanes),
        init_ms=sum(lane.init_ms for lane in lanes) / len(lanes),
        resets=sum(lane.resets for lane in lanes),
        end="spindown" if all(lane.end for lane in lanes) else None,
        containers=len(lanes),
    )


def page(lanes, start_ms, end_ms, *, width, height, theme, clock, action):
    """The widget's HTML.

    `clock` shows a time, `action(lane)` gives what a click on the lane's name does, as HTML.
    """
    segments = max(8, MAX_BYTES // SEGMENT_BYTES // max(1, len(lanes)))
    colors = THEMES.get(theme, THEMES["light"])
    drawing = Drawing(start_ms, end_ms, max(120, width - NAME_WIDTH - 30), segments, colors)
    rows = "".join(drawing.row(lane, action(lane)) for lane in lanes)
    return (
        f'<div style="color:{colors["text"]};font:12px Arial,sans-serif;'
        f'max-height:{max(80, height)}px;overflow:auto">{_legend(colors)}'
        '<table style="border-collapse:collapse;width:100%;font:inherit;color:inherit">'
        f"<thead><tr><th></th><td>{drawing.axis(clock)}</td></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def message(text, theme):
    """A sentence in place of the lanes."""
    color = THEMES.get(theme, THEMES["light"])["muted"]
    return f'<p style="color:{color};font:13px Arial,sans-serif">{html.escape(text)}</p>'


def details(records, theme):
    """The records of one container, the newest first."""
    color = THEMES.get(theme, THEMES["light"])["text"]
    blocks = "".join(
        f"<pre>{html.escape(json.dumps(record, indent=1))}</pre>" for record in records
    )
    return f'<div style="color:{color}">{blocks}</div>'


class Drawing:
    """The rows of one time range, in one size and theme."""

    def __init__(self, start_ms, end_ms, width, segments, colors):
        """`segments`: pieces that a lane's invocations are drawn in at the most."""
        self.start_ms = start_ms
        self.end_ms = end_ms
        self.width = width
        self.colors = colors
        self._step = max(1.0, width / segments)

    def row(self, lane, action):
        """One lane as a row of a table; `action` is HTML that makes its name a button."""
        colors, label = self.colors, html.escape(_label(lane), quote=True)
        return (
            f'<tr style="border-bottom:1px solid {colors["grid"]}"><th scope="row" '
            f'style="text-align:left;font-weight:400;width:{NAME_WIDTH}px;white-space:nowrap">'
            f'<a style="cursor:pointer;color:{colors["busy"]}">{html.escape(lane.name)}</a>{action}'
            f' <span style="color:{colors["muted"]}">{lane.invocations}x</span></th><td>'
            f'<svg width="{self.width}" height="{LANE_HEIGHT}" role="img" aria-label="{label}">'
            f"<title>{label}</title>{self._blocks(lane)}</svg></td></tr>"
        )

    def axis(self, clock):
        """Times above the lanes: five, or as many as there is room for."""
        marks = []
        room = self.width // (CHARACTER_WIDTH * (len(clock(self.start_ms)) + 2))
        last = max(1, min(4, room - 1))
        for at in range(last + 1):
            anchor = "start" if at == 0 else "end" if at == last else "middle"
            text = html.escape(clock(self.start_ms + at * (self.end_ms - self.start_ms) / last))
            marks.append(
                f'<text x="{at * self.width / last:.0f}" y="11" text-anchor="{anchor}"'
                f' font-size="11" fill="{self.colors["muted"]}">{text}</text>'
            )
        size = f'width="{self.width}" height="14"'
        return f'<svg {size} aria-hidden="true">{"".join(marks)}</svg>'

    def _x(self, at_ms):
        x = (at_ms - self.start_ms) * self.width / max(1, self.end_ms - self.start_ms)
        return min(max(x, 0), self.width)

    def _block(self, begin_ms, stop_ms, color, inset):
        if stop_ms < self.start_ms or begin_ms > self.end_ms:
            return ""
        left, right = self._x(begin_ms), self._x(stop_ms)
        return (
            f'<rect x="{left:.0f}" y="{inset}" width="{max(1, right - left):.0f}"'
            f' height="{LANE_HEIGHT - 2 * inset}" fill="{color}"/>'
        )

    def _blocks(self, lane):
        colors = self.colors
        stop_ms = lane.last_ms if lane.end else self.end_ms
        parts = [self._block(lane.started_ms, stop_ms, colors["idle"], 6)]
        if lane.init_ms:
            init_end_ms = lane.started_ms + lane.init_ms
            parts.append(self._block(lane.started_ms, init_end_ms, colors["init"], 3))
        path = self._path(lane.busy)
        if path:
            parts.append(f'<path d="{path}" stroke="{colors["busy"]}" stroke-width="10"/>')
        if lane.end:
            color = colors["failed"] if lane.end in FAILURES else colors["end"]
            parts.append(self._block(lane.last_ms, lane.last_ms, color, 1))
        return "".join(parts)

    def _path(self, busy):
        """Invocations as one path; what is closer together than a step is one piece."""
        pieces = []
        for begin_ms, stop_ms in busy:
            if stop_ms < self.start_ms or begin_ms > self.end_ms:
                continue
            left = self._x(begin_ms)
            right = max(self._x(stop_ms), left + 1)
            if pieces and left - pieces[-1][1] < self._step:
                pieces[-1][1] = max(right, pieces[-1][1])
            else:
                pieces.append([left, right])
        middle = LANE_HEIGHT // 2
        return "".join(f"M{left:.0f} {middle}H{right:.0f}" for left, right in pieces)


def _label(lane):
    parts = [f"{lane.invocations} invocations", f"init {lane.init_ms:.0f} ms"]
    if lane.resets:
        parts.append(f"{lane.resets} resets")
    parts.append(f"ended by {lane.end}" if lane.end else "not ended")
    return f"{lane.name}: {', '.join(parts)}"


def _legend(colors):
    items = "".join(
        f'<span style="margin-right:12px"><span style="color:{colors[name]}">&#9632;</span> '
        f"{text}</span>"
        for name, text in (
            ("init", "init"),
            ("busy", "invocations"),
            ("idle", "idle"),
            ("end", "end"),
            ("failed", "ended by a failure"),
        )
    )
    return f'<div style="color:{colors["muted"]};padding-bottom:4px">{items}</div>'
