"""Statistics as a table for the terminal, as wide as it is and no wider."""

import io
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from reuse_cli.analysis.statistics import Row


class Column(NamedTuple):
    """One column: its heading, and the text it shows for a row."""

    heading: str
    show: Callable[[Row], str]
    is_text: bool = False


def render(columns: Sequence[Column], rows: list[Row], width: int, has_color: bool) -> str:
    """The table as text. Where it is too wide, columns come closer, then texts are cut."""
    output = io.StringIO()
    console = Console(
        file=output, width=width, no_color=not has_color, force_terminal=has_color, highlight=False
    )
    table = _table(columns, rows, gap=2)
    if Measurement.get(console, console.options.update(max_width=10_000), table).maximum > width:
        table = _table(columns, rows, gap=1)
    console.print(table)
    return "\n".join(line.rstrip() for line in output.getvalue().splitlines())


def _table(columns: Sequence[Column], rows: list[Row], gap: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0))
    for i, column in enumerate(columns):
        texts = [column.heading, *(column.show(row) for row in rows)]
        widest = max(len(text) for text in texts)
        table.add_column(
            column.heading,
            justify="left" if column.is_text else "right",
            overflow="ellipsis",
            no_wrap=True,
            # Numbers are never cut: half a number is a wrong one.
            min_width=min(8, widest) if column.is_text and i else widest,
        )
    for row in rows:
        table.add_row(*[Text(column.show(row)) for column in columns])
    return table


def shown(name: str, convert: Callable[[Any], str] = str) -> Callable[[Row], str]:
    """How to show one value of a row."""

    def show(row: Row) -> str:
        value = row[name]
        return "-" if value is None else convert(value)

    return show
