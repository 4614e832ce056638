"""What all questions share: where records come from and how the answer is shown."""

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from reuse_cli.analysis.statistics import Row, ask
from reuse_cli.errors import UsageError
from reuse_cli.sources.runs import DATA, default_sources

Command = Callable[..., None]


Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def decorated(command: Decorated, found: Sequence[Callable[[Any], Any]]) -> Decorated:
    """The command with these options, which the help shows in this order."""
    for decorate in reversed(found):
        command = decorate(command)
    return command


def question(command: Command) -> Command:
    """The arguments and options of a command that asks a question."""
    found = [
        click.argument("functions", nargs=-1, metavar="[FUNCTION]..."),
        click.option(
            "--source",
            "sources",
            multiple=True,
            metavar="PATH",
            help="Log files, or folders of them; may be given several times."
            f"  [default: the newest run in {DATA}]",
        ),
        click.option("--all", "is_all", is_flag=True, help=f"Every run in {DATA}."),
        click.option(
            "--output",
            type=click.Choice(["table", "json"]),
            default="table",
            show_default=True,
            help="How to show the answer.",
        ),
        click.option("--no-color", is_flag=True, help="Plain text, as with NO_COLOR set."),
    ]
    return decorated(command, found)


def answer(
    name: str, functions: Sequence[str], sources: Sequence[str], *, is_all: bool = False
) -> list[Row]:
    """The rows that answer the question of this name."""
    from reuse_cli.sources.files import open_files  # DuckDB takes 80 ms to import

    if "cloudwatch" in sources:
        raise UsageError("records cannot be read from CloudWatch yet: name log files with --source")
    if sources and is_all:
        raise UsageError("give either --source or --all")
    paths = [Path(source) for source in sources] or default_sources(is_all=is_all)
    return ask(open_files(paths), name, tuple(functions))


def width() -> int:
    """Columns of the terminal; 80 where there is none."""
    return shutil.get_terminal_size((80, 24)).columns


def has_color(no_color: bool) -> bool:
    """Whether the terminal is one and wants colour (https://no-color.org)."""
    return sys.stdout.isatty() and not no_color and not os.environ.get("NO_COLOR")
