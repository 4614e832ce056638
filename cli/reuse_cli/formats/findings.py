"""Findings for people: as a list for the terminal, and as Markdown."""

import textwrap

from reuse_cli.analysis.statistics import Row
from reuse_cli.formats import numbers
from reuse_cli.formats.columns import Column, shown
from reuse_cli.formats.text import safe

NOTHING = "Nothing to report: no line of the function builds or reads the same thing again."
NO_INVOCATIONS = "Nothing to report: there are no invocations in these records to judge by."
TITLES = {
    "heavy_import": "imports {what}, which no invocation uses",
    "recreated": "builds the {what} again",
    "refetched": "reads the same {what} again",
    "reconnected": "opens the {what} again",
    "import_in_invocation": "imports {what} in an invocation",
    "request_data": "only ever adds to the {what} of its module",
    "leak": "leaks {what}",
    "setup": "runs {what}",
    "stale": "replaces the {what} after a long idle gap",
    "monotonic_ttl": "makes a {what} whose clock may stand still",
    "unused": "builds the {what}, which nothing uses",
}


def text(rows: list[Row]) -> str:
    """The findings as a list, the worst first, each with its advice."""
    if not rows:
        return NOTHING
    several = has_several_functions(rows)
    return "\n\n".join(_entry(number, row, several) for number, row in enumerate(rows, 1))


def markdown(rows: list[Row]) -> str:
    """The findings as a Markdown table, followed by the advice for each."""
    if not rows:
        return NOTHING
    several = has_several_functions(rows)
    head = (
        f"| # |{' function |' * several}"
        " line | finding | count | ms each | ms per invocation | USD a month |\n"
        f"|---|{'---|' * several}---|---|---|---|---|---|"
    )
    table = [
        f"| {number} |{f' {_escaped(_function(row))} |' * several}"
        f" {_code(where(row))} | {_escaped(title(row))} | {row['count']} "
        f"| {_number(row['ms_each'])} | {_number(row['ms_per_invocation'])} | {usd(row)} |"
        for number, row in enumerate(rows, 1)
    ]
    advices = [_item(number, row) for number, row in enumerate(rows, 1)]
    return "\n".join([head, *table, "", "\n\n".join(advices)])


def columns(rows: list[Row]) -> list[Column]:
    """The columns of a table of findings."""
    return [
        *[Column("function", _function, is_text=True)] * has_several_functions(rows),
        Column("line", where, is_text=True),
        Column("finding", title, is_text=True),
        Column("count", shown("count")),
        Column("ms each", shown("ms_each", numbers.milliseconds)),
        Column("ms per invocation", shown("ms_per_invocation", numbers.milliseconds)),
        Column("USD a month", usd),
        Column("advice", advice, is_text=True),
    ]


def has_several_functions(rows: list[Row]) -> bool:
    """Whether a line alone does not say whose it is."""
    return len({row["function_name"] for row in rows}) > 1


def _function(row: Row) -> str:
    return safe(str(row["function_name"]))


def title(row: Row) -> str:
    """What happens there, in a few words."""
    return safe(TITLES.get(row["kind"], "{what}").format(what=row["what"]))


def where(row: Row) -> str:
    """The line, and the function it is in."""
    site = row["call_site"] or row["function_name"]
    return safe(f"{site} ({row['function']})" if row["function"] else str(site))


def advice(row: Row) -> str:
    """What to do about it, perhaps in several lines."""
    return "\n".join(safe(line) for line in str(row["advice"]).split("\n"))


def usd(row: Row) -> str:
    """Money a month; small amounts are not shown as nothing."""
    amount = row["usd_per_month"]
    if amount is None:
        return "-"
    return "<0.01" if 0 < amount < 0.01 else f"{amount:.2f}"


def _entry(number: int, row: Row, has_function: bool) -> str:
    lines = [f"{number}. {where(row)} {title(row)}"]
    if said := figures(row):
        lines.append(f"   {f'{_function(row)}: ' * has_function}{said}")
    return "\n".join(lines) + "\n\n" + textwrap.indent(advice(row), "   ")


def figures(row: Row) -> str:
    """How often, how long and how much; nothing where time says nothing."""
    if row["ms_total"] is None:
        return ""
    containers = _plural(row["containers"], "container")
    invocations = _plural(row["invocations"], "invocation")
    each = numbers.milliseconds(row["ms_each"])
    per_invocation = numbers.milliseconds(row["ms_per_invocation"])
    return (
        f"{_plural(row['count'], 'time')} in {invocations} of {containers}, {each} each,"
        f" {per_invocation} an invocation, {f'${usd(row)}'.replace('$<', '<$')} a month"
    )


def _plural(count: int, noun: str) -> str:
    return f"{numbers.count(count)} {noun}{'' if count == 1 else 's'}"


def _item(number: int, row: Row) -> str:
    """An item of a numbered list, with all lines of the advice inside it."""
    begin = f"{number}. "
    said = textwrap.indent(advice(row), " " * len(begin))
    return f"{begin}{_code(where(row))}:\n\n{said}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _code(value: str) -> str:
    return f"`{value.replace('`', '')}`"


def _escaped(value: str) -> str:
    return value.replace("|", "\\|").replace("\n", " ")
