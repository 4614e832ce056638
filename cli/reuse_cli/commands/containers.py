"""`containers`: how old did each container get, and how often was it reused?"""

import click

from reuse_cli.analysis.statistics import Row
from reuse_cli.commands import options
from reuse_cli.formats import json_text, numbers
from reuse_cli.formats.table import Column, render, shown


@click.command()
@options.question
def containers(
    functions: tuple[str, ...], sources: tuple[str, ...], is_all: bool, output: str, no_color: bool
) -> None:
    """Tell of each container how it began, how it was used and how it ended."""
    rows = options.answer("containers", functions, sources, is_all=is_all)
    if output == "json":
        click.echo(json_text.render("containers", rows))
    else:
        click.echo(table(rows, options.width(), options.has_color(no_color)))


def table(rows: list[Row], width: int, has_color: bool = False) -> str:
    """The containers as a table."""
    columns = [
        Column("container", lambda row: short(row["container_id"]), is_text=True),
        Column("age", shown("age_s", numbers.seconds)),
        Column("calls", shown("invocations", numbers.count)),
        Column("start", shown("init_kind"), is_text=True),
        Column("init", shown("init_ms", numbers.milliseconds)),
        Column("idle p50", shown("idle_p50_ms", numbers.milliseconds)),
        Column("hit rate", shown("hit_rate", numbers.percent)),
        Column("memory", shown("memory_used_mb", lambda value: f"{value} MB")),
        Column("end", shown("end"), is_text=True),
    ]
    if len({row["function_name"] for row in rows}) > 1:
        columns.insert(0, Column("function", shown("function_name"), is_text=True))
    return render(columns, rows, width, has_color)


def short(container_id: str) -> str:
    """The end of a container's id, which tells it from the others: 8 digits of its log stream."""
    return container_id.rpartition("]")[2][:8]
