"""The report: one HTML page that says how containers are reused; no script, no request."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from typing import Any

from reuse_cli.analysis.lanes import Lane
from reuse_cli.analysis.statistics import Row
from reuse_cli.formats import findings as findings_text
from reuse_cli.formats import lanes as lanes_format
from reuse_cli.formats import numbers
from reuse_cli.formats.columns import Column
from reuse_cli.formats.report_style import STYLE
from reuse_cli.formats.text import safe

MAX_ROWS = 200
ONE_LINE = 60
WITHOUT_LAYER = (
    "Not known: only the records of the layer tell, and these are the platform's report lines."
)


@dataclass(frozen=True)
class Table:
    """Rows and what is shown of them."""

    columns: Sequence[Column]
    rows: Sequence[Row]


@dataclass(frozen=True)
class Report:
    """What the page shows; rows as the questions of the same names give them."""

    source: str
    made: str
    summary: Table
    containers: Table
    resources: Table
    money: Table
    spreads: Sequence[Row]
    findings: Sequence[Row]
    lanes: Sequence[Lane] = ()
    notes: Sequence[str] = ()
    functions: Sequence[str] = field(default_factory=tuple)


def page(report: Report) -> str:
    """The page."""
    names = report.functions
    title = f"Container reuse: {names[0] if len(names) == 1 else f'{len(names)} functions'}"
    sections = [
        ("figures", "Key figures", _figures(report)),
        ("timeline", "Timeline", _timeline(report)),
        ("spreads", "Distributions", _spreads(report.spreads)),
        ("resources", "Resources", _resources(report)),
        ("findings", "Findings", _findings(report)),
        ("money", "Money", _money(report.money)),
        ("containers", "Containers", _table("Containers", report.containers)),
    ]
    links = "".join(f'<li><a href="#{name}">{heading}</a></li>' for name, heading, _ in sections)
    body = "".join(
        f'<section id="{name}" aria-labelledby="{name}-h"><h2 id="{name}-h">{heading}</h2>'
        f"{content}</section>"
        for name, heading, content in sections
    )
    notes = "".join(f"<li>{_text(note)}</li>" for note in report.notes)
    notes = f'<ul class="notes">{notes}</ul>' if notes else ""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " style-src 'unsafe-inline'\">"
        f"<title>{_text(title)}</title><style>{STYLE}</style></head><body>"
        '<a class="skip" href="#figures">Skip to the figures</a>'
        f"<header><h1>{_text(title)}</h1><p>{_text(report.source)}, {_text(report.made)}</p>"
        f'<nav aria-label="Sections"><ul>{links}</ul></nav>{notes}</header>'
        f"<main>{body}</main></body></html>\n"
    )


def _text(text: str) -> str:
    return escape(safe(text), quote=True)


def _figures(report: Report) -> str:
    rows = report.summary.rows

    def total(name: str) -> Any:
        return sum(row[name] or 0 for row in rows)

    def time(name: str) -> str:
        is_known = not rows or any(row[name] is not None for row in rows)
        return numbers.milliseconds(total(name) if is_known else None)

    looked_up = total("hits") + total("misses")
    invocations, containers = total("invocations"), total("containers")
    if any(row["containers"] is None for row in rows):
        containers = None
    waited = numbers.percent(_share(total("cold_starts"), invocations))
    figures = [
        ("containers", numbers.count(containers)),
        ("invocations", numbers.count(invocations)),
        ("invocations a container", numbers.decimal(_share(invocations, containers))),
        ("of invocations waited for an init", waited),
        ("spent on inits", time("init_total_ms")),
        ("of look-ups were hits", numbers.percent(_share(total("hits"), looked_up))),
        ("saved by reuse", time("saved_ms")),
        ("spent on building again", time("recreated_ms")),
    ]
    items = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in figures)
    return f'<dl class="figures">{items}</dl>{_table("By function", report.summary)}'


def _share(part: float, whole: float | None) -> float | None:
    return part / whole if whole else None


def _timeline(report: Report) -> str:
    if not report.lanes:
        return _none("The records hold no invocations.", report)
    drawn = []
    for function, group in groupby(report.lanes, lambda lane: lane.function_name):
        heading = f"<h3>{_text(function)}</h3>" if len(report.functions) != 1 else ""
        drawn.append(heading + lanes_format.render(list(group)))
    left_out = len(report.containers.rows) - len(report.lanes)
    notes = []
    if left_out > 0:
        notes.append(f"{left_out} containers that served less are not drawn.")
    if not all(lane.is_exact for lane in report.lanes):
        notes.append(
            "Where records are missing, or several invocations ran at once, their times are"
            " approximate."
        )
    said = "".join(f'<p class="hint">{note}</p>' for note in [*notes, "Times are in UTC."])
    return "".join(drawn) + said


Show = Callable[[Any], str]
SPREADS: tuple[tuple[str, str, Show], ...] = (
    ("age", "Age of containers", numbers.seconds),
    ("lifetime", "Lifetime of those that ended", numbers.seconds),
    ("invocations", "Invocations a container", numbers.decimal),
    ("idle", "Idle gaps between invocations", numbers.milliseconds),
    ("init", "Init", numbers.milliseconds),
)


def _spreads(rows: Sequence[Row]) -> str:
    cards = "".join(
        _spread(f"{heading}, {row['kind']}" if row["kind"] else heading, row, show)
        for name, heading, show in SPREADS
        for row in rows
        if row["spread"] == name
    )
    return f'<div class="spreads">{cards}</div>'


def _spread(heading: str, row: Row, show: Show) -> str:
    """A table whose bars are the picture: a bin a line, without gaps between the bins."""
    bins: dict[float, int] = row["bins"]
    most = max(bins.values())
    lines = "".join(
        f'<tr><th scope="row">{_text(_edges(edge, show))}</th><td class="bar">'
        f'<i style="width:{bins.get(edge, 0) / most:.1%}"></i></td>'
        f'<td class="number">{numbers.count(bins.get(edge, 0))}</td></tr>'
        for edge in _filled(sorted(bins))
    )
    spread = f"median {show(row['p50'])}, 90 % up to {show(row['p90'])}"
    return (
        f'<table class="spread"><caption>{_text(heading)}<span>{_text(spread)}</span></caption>'
        '<thead class="hidden"><tr><th scope="col">from</th><th scope="col">share</th>'
        f'<th scope="col">count</th></tr></thead><tbody>{lines}</tbody></table>'
    )


def _filled(edges: Sequence[float]) -> list[float]:
    """All edges from the first to the last, at 1, 2 and 5 times powers of ten."""
    positive = [edge for edge in edges if edge > 0]
    found = [edge for edge in edges if edge == 0]
    edge = positive[0] if positive else 0.0
    while positive and edge <= positive[-1] * 1.01:
        found.append(next((one for one in positive if abs(one / edge - 1) < 0.01), edge))
        edge = _next(edge)
    return found


def _next(edge: float) -> float:
    head = round(edge / 10 ** _power(edge))
    return round(edge * (2.5 if head == 2 else 2), 9)


def _power(edge: float) -> int:
    return int(f"{edge:e}".partition("e")[2])


def _edges(edge: float, show: Show) -> str:
    if edge == 0:
        return "0"
    if show is numbers.decimal:  # counts: the last one belongs to the bin
        last = _next(edge) - 1
        return f"{edge:g}" if last <= edge else f"{edge:g}\N{EN DASH}{last:g}"
    return f"{_edge(edge, show)}\N{EN DASH}{_edge(_next(edge), show)}"


def _edge(edge: float, show: Show) -> str:
    if show is numbers.milliseconds and edge >= 1000:
        return numbers.seconds(edge / 1000)
    return show(edge)


def _none(sentence: str, report: Report) -> str:
    """Why a section is empty."""
    has_records = any(row["observed"] == "records" for row in report.summary.rows)
    is_known = has_records or not report.summary.rows
    return f'<p class="none">{_text(sentence if is_known else WITHOUT_LAYER)}</p>'


def _resources(report: Report) -> str:
    if not report.resources.rows:
        sentence = "A Python function reports what it reuses once it imports the helper."
        return _none(f"No resources were reported. {sentence}", report)
    return _table("Resources", report.resources)


def _findings(report: Report) -> str:
    if not report.findings:
        return _none(findings_text.NOTHING, report)
    several = len(report.functions) > 1
    found = "".join(_finding(row, several) for row in report.findings)
    return f"<ol class='findings'>{found}</ol>"


def _finding(row: Row, has_function: bool) -> str:
    figures = findings_text.figures(row)
    if has_function and figures:
        figures = f"{row['function_name']}: {figures}"
    return (
        f"<li><h3><code>{_text(findings_text.where(row))}</code>"
        f" {_text(findings_text.title(row))}</h3><p>{_text(figures)}</p>"
        f"<details><summary>What to change</summary><pre tabindex='0'>{_lines(row['advice'])}</pre>"
        "</details></li>"
    )


def _lines(text: str) -> str:
    return "\n".join(_text(line) for line in text.split("\n"))


def _money(table: Table) -> str:
    return _table("US dollars of the observed time, and a month at that rate", table) + (
        '<p class="hint">Prices of us-east-1, first tier, without the free tier. Saved: what'
        " building again would have cost; recreated: what it did cost.</p>"
    )


def _table(caption: str, table: Table) -> str:
    """A table in a region that scrolls by keyboard where it is too wide."""
    head = "".join(
        f'<th scope="col"{_kind(column)}>{_text(column.heading)}</th>' for column in table.columns
    )
    body = "".join(
        "<tr>" + "".join(_cell(column, row) for column in table.columns) + "</tr>"
        for row in table.rows[:MAX_ROWS]
    )
    left_out = len(table.rows) - MAX_ROWS
    more = f'<p class="hint">and {left_out} more</p>' if left_out > 0 else ""
    return (
        f'<div class="scroll" role="region" aria-label="{_text(caption)}" tabindex="0"><table>'
        f'<caption class="hidden">{_text(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{more}"
    )


def _kind(column: Column) -> str:
    return "" if column.is_text else ' class="number"'


def _cell(column: Column, row: Row) -> str:
    shown = column.show(row)
    kind = ' class="long"' if column.is_text and len(shown) > ONE_LINE else _kind(column)
    return f"<td{kind}>{_text(shown)}</td>"
