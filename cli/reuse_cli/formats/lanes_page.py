"""A timeline as one HTML page without scripts or outside resources."""

from collections.abc import Sequence
from html import escape
from itertools import groupby

from reuse_cli.analysis.lanes import Lane
from reuse_cli.formats import lanes as drawings
from reuse_cli.formats import numbers
from reuse_cli.formats.report_style import STYLE
from reuse_cli.formats.text import safe

TITLE = "lambda-reuse timeline"


def render(lanes: Sequence[Lane], *, is_utc: bool = True) -> str:
    """The page: the lanes of each function; every name is escaped."""
    from_ms, span_ms = drawings.span(lanes)
    first = numbers.moment(round(from_ms), is_utc=is_utc) + (" UTC" if is_utc else "")
    drawn = "\n".join(
        f"<section><h2>{escape(safe(name))}</h2>{drawings.render(list(group), is_utc=is_utc)}"
        "</section>"
        for name, group in groupby(lanes, lambda lane: lane.function_name)
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"\n<title>{TITLE}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header>"
        f"<h1>{TITLE}</h1><p>{first} and {numbers.milliseconds(span_ms)} from then on</p></header>"
        f"\n<main>{drawn}</main>\n</body>\n</html>"
    )
