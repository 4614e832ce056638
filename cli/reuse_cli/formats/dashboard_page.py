"""An evaluated dashboard as one HTML page in CloudWatch's grid: no script, no request."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from reuse_cli.cloudwatch.body import Variable, rows
from reuse_cli.cloudwatch.evaluate import Shown
from reuse_cli.cloudwatch.labels import moment
from reuse_cli.cloudwatch.logs_insights import Answer
from reuse_cli.cloudwatch.series import Series, TimeRange
from reuse_cli.formats import annotations, chart, dials, grid, text_widget
from reuse_cli.formats.chart import Frame, Line
from reuse_cli.formats.dials import Band
from reuse_cli.formats.grid import Place

CELL_WIDTH, CELL_HEIGHT = 58, 48
"""Pixels of a grid cell; the page scales them to its own width."""
HEAD_HEIGHT, LEGEND_HEIGHT = 34, 26
MAX_ROWS, MAX_LEGEND = 200, 12
NO_DATA = "No data in this time range"

STYLE = f"""
:root {{ color-scheme: light dark; --page: #f4f5f7; --card: #fff; --text: #17191c; --muted: #5b6470;
  --grid: #e3e6ea; --bad: #b42318; {chart.palette(chart.PALETTE_LIGHT)} }}
@media (prefers-color-scheme: dark) {{ :root {{ --page: #101317; --card: #191e24; --text: #e8eaed;
  --muted: #a0a9b4; --grid: #2b323b; --bad: #ff8f85; {chart.palette(chart.PALETTE_DARK)} }} }}
* {{ box-sizing: border-box }}
body {{ margin: 0; padding: 16px; background: var(--page); color: var(--text);
  font: 14px/1.45 system-ui, sans-serif }}
header {{ overflow-wrap: anywhere }} h1 {{ font-size: 20px; margin: 0 0 2px }}
header p {{ margin: 0 0 14px; color: var(--muted) }}
main {{ display: grid; grid-template-columns: repeat(24, minmax(0, 1fr));
  grid-auto-rows: {CELL_HEIGHT}px; gap: 8px }}
section {{ background: var(--card); border-radius: 8px; padding: 8px 10px; overflow: hidden;
  display: flex; flex-direction: column; min-width: 0 }}
section.plain {{ background: none; overflow: auto }}
h2 {{ font-size: 13px; margin: 0 0 4px; font-weight: 600; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap }}
.graph {{ flex: 1; min-height: 0 }}
.legend {{ display: flex; flex-wrap: wrap; gap: 0 14px; font-size: 12px; color: var(--muted);
  max-height: 3em; overflow: auto; list-style: none; margin: 2px 0 0; padding: 0 }}
.legend li {{ max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }}
.legend i {{ display: inline-block; width: 10px; height: 10px; border-radius: 2px;
  margin-right: 5px }}
.numbers {{ display: flex; flex-wrap: wrap; gap: 4px 22px; margin: 0 }}
.numbers dd {{ font-size: 26px; font-weight: 600; margin: 0; line-height: 1.15 }}
.numbers small {{ font-size: 15px; font-weight: 500 }}
.numbers dt {{ color: var(--muted); font-size: 12px; order: 2 }}
.numbers div {{ display: flex; flex-direction: column }}
.scroll {{ overflow: auto; flex: 1 }}
table {{ border-collapse: collapse; width: 100%; font-size: 13px }}
th, td {{ text-align: left; padding: 3px 10px 3px 0; border-bottom: 1px solid var(--grid);
  white-space: nowrap }}
th {{ color: var(--muted); font-weight: 500 }}
td.number, th.number {{ text-align: right; font-variant-numeric: tabular-nums }}
.note {{ color: var(--muted); margin: auto }} .error {{ color: var(--bad); margin: auto;
  overflow-wrap: anywhere }}
section p, section ul {{ margin: 2px 0 }}
@media (max-width: 900px) {{ main {{ display: block }} section {{ margin-bottom: 10px;
  min-height: 190px }} section.plain, section.small {{ min-height: 0 }}
  .graph {{ min-height: 150px }} }}
@media print {{ body {{ background: none }} section {{ break-inside: avoid;
  border: 1px solid var(--grid) }} }}
{chart.STYLE}{dials.STYLE}
"""


def page(title: str, shown: Sequence[Shown], variables: Sequence[Variable], span: TimeRange) -> str:
    """The page."""
    chosen = ", ".join(
        f"{one.label}: {one.value or 'none'} (--variable {one.id}=VALUE)" for one in variables
    )
    moments = " to ".join(_moment(at) for at in (span.start_ms, span.end_ms))
    places = grid.places([one.widget for one in shown])
    widgets = "".join(
        _widget(one, place, one.span or span) for one, place in zip(shown, places, strict=True)
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>"
        f"<header><h1>{escape(title)}</h1><p>{escape(chosen)}{' - ' if chosen else ''}"
        f"{moments}</p></header><main>{widgets}</main></body></html>\n"
    )


def _moment(at_ms: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _widget(shown: Shown, place: Place, span: TimeRange) -> str:
    kind = "plain" if shown.type == "text" else "small" if _view(shown) == "singleValue" else ""
    heading = f"<h2>{escape(shown.title)}</h2>" if shown.title else ""
    return (
        f'<section class="{kind}" style="{place.style()}">'
        f"{heading}{_content(shown, span)}</section>"
    )


def _view(shown: Shown) -> str:
    return str((shown.widget.get("properties") or {}).get("view") or "timeSeries")


def _content(shown: Shown, span: TimeRange) -> str:
    properties = shown.widget.get("properties") or {}
    if shown.error is not None:
        error = f'<p class="error">{escape(shown.error)}</p>'
        return error + (_metric(shown, properties, span) if _has_data(shown) else "")
    if shown.type == "metric":
        return _metric(shown, properties, span)
    if shown.table is not None:
        return _answer(shown, shown.table, properties, span)
    if shown.type == "text":
        return text_widget.html(str(properties.get("markdown") or ""))
    return f'<p class="note">A widget of type {escape(shown.type)} is drawn on AWS only</p>'


def _has_data(shown: Shown) -> bool:
    return any(line.points for line in shown.series)


def _answer(shown: Shown, table: Answer, properties: dict[str, Any], span: TimeRange) -> str:
    if _has_data(shown):
        return _metric(shown, properties, span)
    kinds = [name in table.times for name in table.columns]
    rows = [
        [_moment_ms(value) if is_time else value for value, is_time in zip(row, kinds, strict=True)]
        for row in table.rows[:MAX_ROWS]
    ]
    return _table(table.columns, rows)


def _moment_ms(value: Any) -> Any:
    """A point in time as Logs Insights shows it, with its milliseconds."""
    if not isinstance(value, int | float):
        return value
    return f"{moment(int(value))}.{int(value) % 1000:03d}"


def _metric(shown: Shown, properties: dict[str, Any], span: TimeRange) -> str:
    if not _has_data(shown):
        return f'<p class="note">{NO_DATA}</p>'
    view = _view(shown)
    drawers: dict[str, Callable[[], str]] = {
        "singleValue": lambda: _numbers(shown, properties, span),
        "gauge": lambda: _gauges(shown, properties),
        "pie": lambda: dials.pie(_lines(shown), shown.title),
        "bar": lambda: dials.bars(_lines(shown)),
        "table": lambda: _table(["", "last"], [(one.label, _last(one)) for one in shown.series]),
    }
    return drawers.get(view, lambda: _graph(shown, properties, span))()


def _last(line: Series) -> float | None:
    return list(line.points.values())[-1] if line.points else None


def _numbers(shown: Shown, properties: dict[str, Any], span: TimeRange) -> str:
    has_curves = bool(properties.get("sparkline"))
    items = "".join(
        f"<div><dt>{escape(line.label)}</dt><dd>{_value(_last(series))}"
        f"<small>{escape(annotations.short(series.unit))}</small>"
        f"{dials.spark(line, span.start_ms, span.end_ms) if has_curves else ''}</dd></div>"
        for series, line in zip(shown.series, _lines(shown), strict=True)
    )
    return f'<dl class="numbers">{items}</dl>'


def _gauges(shown: Shown, properties: dict[str, Any]) -> str:
    axis = (properties.get("yAxis") or {}).get("left") or {}
    low, high = float(axis.get("min", 0)), float(axis.get("max", 100))
    bands = [
        Band(low, value, color) if fill == "below" else Band(value, high, color)
        for value, fill, color in _filled(properties)
    ]
    drawn = [dials.gauge(one.label, _last(one), low, high, bands) for one in shown.series]
    return f'<div class="dials">{"".join(drawn)}</div>'


def _filled(properties: dict[str, Any]) -> Iterator[tuple[float, str, str]]:
    """(value, `above` or `below`, colour) of the horizontal annotations that fill one side."""
    for one in (properties.get("annotations") or {}).get("horizontal") or []:
        if isinstance(one, dict) and one.get("fill") in ("above", "below"):
            color = escape(str(one.get("color") or "var(--bad)"), quote=True)
            yield float(one["value"]), one["fill"], color


def _value(value: float | None) -> str:
    return "--" if value is None else chart.number(value)


def _graph(shown: Shown, properties: dict[str, Any], span: TimeRange) -> str:
    lines = _lines(shown)
    sides: tuple[list[Series], list[Series]] = ([], [])
    for series, line in zip(shown.series, lines, strict=True):
        sides[line.is_right].append(series)
    width = int(shown.widget.get("width", 6)) * CELL_WIDTH - 20
    height = int(shown.widget.get("height", 6)) * CELL_HEIGHT - HEAD_HEIGHT - LEGEND_HEIGHT
    # a period may begin before the range: its point is drawn too
    start_ms = min([span.start_ms, *(line.points[0][0] for line in lines if line.points)])
    picture = chart.svg(
        lines,
        Frame(start_ms, span.end_ms, max(200, width), max(80, height)),
        f"{shown.title}: {', '.join(line.label for line in lines)}",
        axes=(
            annotations.axis(properties, "left", sides[False]),
            annotations.axis(properties, "right", sides[True]),
        ),
        is_stacked=bool(properties.get("stacked")),
        marks=list(annotations.horizontal(properties)),
        moments=list(annotations.vertical(properties)),
    )
    is_hidden = (properties.get("legend") or {}).get("position") == "hidden"
    return f'<div class="graph">{picture}</div>{"" if is_hidden else _legend(lines)}'


def _lines(shown: Shown) -> list[Line]:
    return [
        Line(
            line.label,
            list(line.points.items()),
            _color(shown, line, at),
            is_right=_options(shown, line).get("yAxis") == "right",
        )
        for at, line in enumerate(shown.series)
    ]


def _color(shown: Shown, line: Series, at: int) -> str:
    own = _options(shown, line).get("color")
    return escape(own, quote=True) if isinstance(own, str) else chart.color(at)


def _options(shown: Shown, line: Series) -> Mapping[str, Any]:
    """The options of the row that a series comes from."""
    return next((row.options for row in rows(shown.widget) if row.id == line.id), {})


def _legend(lines: Sequence[Line]) -> str:
    items = "".join(
        f'<li title="{escape(line.label, quote=True)}"><i style="background:{line.color}"></i>'
        f"{escape(line.label)}</li>"
        for line in lines[:MAX_LEGEND]
    )
    if len(lines) > MAX_LEGEND:
        items += f"<li>and {len(lines) - MAX_LEGEND} more</li>"
    return f'<ul class="legend">{items}</ul>'


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    if not rows:
        return f'<p class="note">{NO_DATA}</p>'
    kinds = [
        "number" if all(isinstance(row[at], int | float | None) for row in rows) else ""
        for at in range(len(columns))
    ]
    head = "".join(
        f'<th scope="col" class="{kind}">{escape(name)}</th>'
        for name, kind in zip(columns, kinds, strict=True)
    )
    lines = "".join(
        "<tr>"
        + "".join(
            f'<td class="{kind}">{_cell(value)}</td>'
            for value, kind in zip(row, kinds, strict=True)
        )
        + "</tr>"
        for row in rows[:MAX_ROWS]
    )
    return (
        f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{lines}</tbody></table></div>"
    )


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return chart.number(value) if isinstance(value, float) else escape(str(value))
