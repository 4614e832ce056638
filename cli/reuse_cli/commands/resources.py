"""`resources`: which resource is hit, which is missed, and what did building them cost?"""

import click

from reuse_cli.analysis.statistics import Row
from reuse_cli.commands import options
from reuse_cli.formats import json_text, numbers
from reuse_cli.formats.table import Column, render, shown


@click.command()
@options.question
def resources(
    functions: tuple[str, ...], sources: tuple[str, ...], is_all: bool, output: str, no_color: bool
) -> None:
    """Tell of each resource how often it was there, why it was not, and what that cost."""
    rows = options.answer("resources", functions, sources, is_all=is_all)
    if output == "json":
        click.echo(json_text.render("resources", rows))
    else:
        click.echo(table(rows, options.width(), options.has_color(no_color)))


def table(rows: list[Row], width: int, has_color: bool = False) -> str:
    """The resources as a table."""
    columns = [
        Column("resource", shown("resource"), is_text=True),
        Column("hits", shown("hits", numbers.count)),
        Column("misses", shown("misses", numbers.count)),
        Column("because", lambda row: _reasons(row["reasons"]), is_text=True),
        Column("rate", shown("hit_rate", numbers.percent)),
        Column("build", shown("build_ms", numbers.milliseconds)),
        Column("saved", shown("saved_ms", numbers.milliseconds)),
    ]
    if len({row["function_name"] for row in rows}) > 1:
        columns.insert(0, Column("function", shown("function_name"), is_text=True))
    return render(columns, rows, width, has_color)


def _reasons(reasons: dict[str, int]) -> str:
    """The reasons that occurred, the most frequent first."""
    ordered = sorted(reasons.items(), key=lambda item: -item[1])
    return ", ".join(f"{reason} {count}" for reason, count in ordered if count)
