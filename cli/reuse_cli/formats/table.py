"""Statistics as a table for the terminal; nothing of a number or a name is ever cut off.

A table for a file or a pipe is as wide as it needs to be. In a terminal that is too narrow, columns
come closer, then whole columns are left out, and a line below says which.
"""

import io
from collections.abc import Sequence

from reuse_cli.analysis.statistics import Row
from reuse_cli.formats.columns import Column

UNLIMITED = 100_000


def render(
    columns: Sequence[Column], rows: Sequence[Row], width: int | None, has_color: bool = False
) -> str:
    """The table as text; `width` in characters, None for no limit."""
    from rich.cells import cell_len

    texts = [[column.heading, *(column.show(row) for row in rows)] for column in columns]
    widths = [max(map(cell_len, column)) for column in texts]
    kept = list(range(len(columns)))
    while width is not None and len(kept) > 1 and sum(widths[i] + 1 for i in kept) - 1 > width:
        kept.remove(max(kept, key=lambda i: (columns[i].rank, i)))
    gap = 2 if width is None or sum(widths[i] + 2 for i in kept) - 2 <= width else 1
    lines = _lines([columns[i] for i in kept], [texts[i] for i in kept], gap, has_color)
    hidden = [columns[i].heading for i in range(len(columns)) if i not in kept]
    if hidden:
        lines += ["", f"Not shown at this width: {', '.join(hidden)} (--output json has all)."]
    return "\n".join(lines)


def _lines(
    columns: Sequence[Column], texts: Sequence[Sequence[str]], gap: int, has_color: bool
) -> list[str]:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0))
    for column in columns:
        table.add_column(
            Text(column.heading), justify="left" if column.is_text else "right", no_wrap=True
        )
    for row in list(zip(*texts, strict=True))[1:]:
        table.add_row(*[Text(text) for text in row])
    output = io.StringIO()
    Console(
        file=output,
        width=UNLIMITED,
        no_color=not has_color,
        force_terminal=has_color,
        highlight=False,
    ).print(table, soft_wrap=True)
    return [line.rstrip() for line in output.getvalue().splitlines()]
