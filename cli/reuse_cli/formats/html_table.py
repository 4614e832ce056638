"""Statistics as one HTML page without scripts or outside resources."""

from collections.abc import Sequence
from html import escape

from reuse_cli.analysis.statistics import Row
from reuse_cli.formats.columns import Column

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem; }
table { border-collapse: collapse; }
caption { font-weight: bold; text-align: left; padding-bottom: .5rem; }
th, td { padding: .25rem .75rem; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
th, td { text-align: left; vertical-align: top; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
""".strip()  # noqa: E501


def render(title: str, columns: Sequence[Column], rows: Sequence[Row]) -> str:
    """The page; every text is escaped."""
    head = "".join(f'<th scope="col"{_kind(column)}>{escape(column.heading)}' for column in columns)
    body = "\n".join(
        "<tr>" + "".join(f"<td{_kind(column)}>{escape(column.show(row))}" for column in columns)
        for row in rows
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"\n<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<table>"
        f"\n<caption>{escape(title)}</caption>"
        f"\n<thead><tr>{head}</thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</body>\n</html>"
    )


def _kind(column: Column) -> str:
    return "" if column.is_text else ' class="number"'
