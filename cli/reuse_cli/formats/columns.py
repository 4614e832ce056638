"""What a table, in the terminal or on a page, shows of a row."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from reuse_cli.analysis.statistics import Row
from reuse_cli.formats.text import safe

NOTHING = "-"


class Column(NamedTuple):
    """One column: its heading, and the text it shows for a row."""

    heading: str
    show: Callable[[Row], str]
    is_text: bool = False
    rank: int = 0
    """Where the terminal is too narrow, the columns of the highest rank are left out first."""


def shown(name: str, convert: Callable[[Any], str] = str) -> Callable[[Row], str]:
    """How to show one value of a row."""

    def show(row: Row) -> str:
        value = row[name]
        return NOTHING if value is None else safe(convert(value))

    return show


def with_function(columns: Sequence[Column], rows: Sequence[Row]) -> list[Column]:
    """The columns, led by the function's name where there are several functions."""
    if len({row["function_name"] for row in rows}) < 2:
        return list(columns)
    return [Column("function", shown("function_name"), is_text=True), *columns]


def with_observed(columns: Sequence[Column], rows: Sequence[Row]) -> list[Column]:
    """The columns, and what a row was made of where that is not the records of lambda-reuse."""
    if all(row["observed"] == "records" for row in rows):
        return list(columns)
    return [*columns, Column("from", shown("observed", _words), is_text=True)]


def _words(value: str) -> str:
    return value.replace("_", " ")
