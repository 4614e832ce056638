"""A timeline for the terminal: a line of characters a container.

A column is a piece of time. Its character says what happened in it, and where several things did,
the rarest: the end, then errors and resets, inits, invocations, idle time. The height of a block is
the share of the column's time that invocations took.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from reuse_cli.analysis.lanes import Lane, Stretch
from reuse_cli.formats import lanes as drawings
from reuse_cli.formats import numbers
from reuse_cli.formats.text import safe

DEFAULT_WIDTH = 100
"""Characters of a line that goes to no terminal."""
NARROWEST = 20
TICK = 12
"""Columns that a time of the axis needs at least."""
COLORS = {"init": "33", "run": "34", "trouble": "31", "end": "1"}
"""What is coloured, with the terminal's own colours (SGR)."""


@dataclass(frozen=True)
class Marks:
    """The characters of a timeline."""

    busy: str
    """From little of a column's time to all of it."""
    init: str
    idle: str
    trouble: str
    end: str


UNICODE = Marks("▁▂▃▄▅▆▇█", "▒", "─", "!", "│")
ASCII = Marks(".:=#", "i", "-", "!", "|")


def marks(encoding: str | None) -> Marks:
    """Characters that an output of this encoding can show."""
    try:
        "".join((UNICODE.busy, UNICODE.init, UNICODE.idle, UNICODE.end)).encode(encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE


def render(
    lanes: Sequence[Lane],
    width: int | None,
    *,
    drawn: Marks = UNICODE,
    has_color: bool = False,
    is_utc: bool = False,
) -> str:
    """The lanes of each function below its name, under one axis; `width` in characters."""
    counts = [numbers.count(len(lane.invocations)) for lane in lanes]
    most = max(map(len, counts))
    ends = max(len(safe(lane.end or "")) for lane in lanes)
    before = 2 + 8 + 2 + most + 2
    columns = max(NARROWEST, (width or DEFAULT_WIDTH) - before - (ends + 1 if ends else 0))
    from_ms, span_ms = drawings.span(lanes)
    lines = [_heading(from_ms, span_ms, columns, is_utc=is_utc), _legend(drawn, has_color), ""]
    for name, group in groupby(zip(lanes, counts, strict=True), lambda pair: pair[0].function_name):
        lines.append(safe(name))
        for lane, count in group:
            cells = _cells(lane, from_ms, span_ms / columns, columns)
            bar = _bar(cells, drawn, has_color)
            line = f"  {drawings.short(lane):8}  {count:>{most}}  {bar}"
            lines.append(f"{line} {safe(lane.end)}" if lane.end else line.rstrip())
    lines.append((" " * before + _axis(from_ms, span_ms, columns, is_utc=is_utc)).rstrip())
    return "\n".join(lines)


def _heading(from_ms: float, span_ms: float, columns: int, *, is_utc: bool) -> str:
    first = numbers.moment(round(from_ms), is_utc=is_utc)
    zone = " UTC" if is_utc else ""
    return (
        f"{first}{zone} and {numbers.milliseconds(span_ms)} from then on,"
        f" {numbers.milliseconds(span_ms / columns)} a column; container, invocations, time"
    )


def _legend(drawn: Marks, has_color: bool) -> str:
    parts = [
        f"{_colored(drawn.init, 'init', has_color)} init",
        f"{_colored(drawn.busy, 'run', has_color)} invocations, by their share of the time",
        f"{drawn.idle} idle",
        f"{_colored(drawn.trouble, 'trouble', has_color)} error, timeout or reset",
        f"{_colored(drawn.end, 'end', has_color)} end",
    ]
    return "   ".join(parts)


def _cells(lane: Lane, from_ms: float, column_ms: float, columns: int) -> list[str | float]:
    """What is in each column: a mark's name, the busy share, or nothing."""

    def column(at_ms: float) -> int:
        return min(max(int((at_ms - from_ms) / column_ms), 0), columns - 1)

    cells: list[str | float] = [""] * columns
    last = column(lane.to_ms)
    for at in range(column(lane.from_ms), last + 1):
        cells[at] = "idle"
    for at, share in _busy(lane.invocations, from_ms, column_ms, columns).items():
        cells[at] = share
    for init in lane.inits:
        # An init that ends where a column begins is not in it.
        for at in range(
            column(init.from_ms), max(column(init.from_ms), column(init.to_ms - 1)) + 1
        ):
            cells[at] = "init"
    for trouble in lane.troubles:
        cells[column(trouble.at_ms)] = "trouble"
    if lane.end:
        after = last + 1 < columns and cells[last] != "idle"
        cells[last + 1 if after else last] = "end"
    return cells


def _busy(
    invocations: Sequence[Stretch], from_ms: float, column_ms: float, columns: int
) -> dict[int, float]:
    """The share of each column's time in which invocations ran, of those that had any."""
    shares: dict[int, float] = {}
    for one in invocations:
        first = min(max((one.from_ms - from_ms) / column_ms, 0.0), columns - 1e-9)
        end = min(max((one.to_ms - from_ms) / column_ms, first), float(columns))
        for at in range(int(first), max(int(first) + 1, -int(-end // 1))):
            part = max(0.0, min(end, at + 1) - max(first, at))
            shares[at] = min(1.0, shares.get(at, 0.0) + part)
    return shares


def _bar(cells: Sequence[str | float], drawn: Marks, has_color: bool) -> str:
    texts = {
        "": " ", "idle": drawn.idle, "init": drawn.init, "trouble": drawn.trouble, "end": drawn.end
    }  # fmt: skip
    found = ""
    for kind, group in groupby(cells, _kind):
        text = "".join(
            drawn.busy[min(int(cell * len(drawn.busy)), len(drawn.busy) - 1)]
            if isinstance(cell, float)
            else texts[cell]
            for cell in group
        )
        found += _colored(text, kind, has_color)
    return found


def _kind(cell: str | float) -> str:
    return "run" if isinstance(cell, float) else cell


def _colored(text: str, kind: str, has_color: bool) -> str:
    code = COLORS.get(kind)
    return f"\x1b[{code}m{text}\x1b[0m" if has_color and code else text


def _axis(from_ms: float, span_ms: float, columns: int, *, is_utc: bool) -> str:
    line = ""
    for share, time in drawings.ticks(
        from_ms, span_ms, most=max(1, columns // TICK), is_utc=is_utc
    ):
        begin = round(share * columns) - len(time) // 2
        if begin >= len(line) + (2 if line else 0) and begin + len(time) <= columns + 2:
            line += " " * (begin - len(line)) + time
    return line
