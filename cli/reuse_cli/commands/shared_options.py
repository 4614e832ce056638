"""Options that several commands have, each written once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Option = Callable[[Any], Any]

MEMORY_MB = click.IntRange(128, 10240)
"""Lambda's memory sizes."""


def no_color_option() -> Option:
    """Whether the output is plain text."""
    return click.option("--no-color", is_flag=True, help="Plain text, as with NO_COLOR set.")


def fail_on_option(example: str) -> Option:
    """A condition that makes the command fail; `example`: one, as a shell takes it."""
    return click.option(
        "--fail-on",
        metavar="EXPR",
        help=f"Exit with 1 where this holds for a row, such as {example}.",
    )


def timeout_option(default: str) -> Option:
    """The timeout of an invocation; `default`: in words."""
    return click.option(
        "--timeout",
        type=click.FloatRange(0, 900, min_open=True),
        metavar="S",
        help=f"Seconds an invocation may take.  [default: {default}]",
    )


def event_options(more_help: str = "") -> list[Option]:
    """The events that are sent, from a file or as they stand; `more_help`: on the file."""
    return [
        click.option(
            "--events",
            type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
            metavar="FILE",
            help="Events: one JSON value a line, one document, or a list; - reads standard input."
            + more_help,
        ),
        click.option(
            "--event",
            "given",
            multiple=True,
            metavar="JSON",
            help="An event; may be given several times.  [default: {}]",
        ),
    ]
