"""Options that several commands have, each written once."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from reuse_cli.commands import completed

Option = Callable[[Any], Any]

MEMORY_MB = click.IntRange(128, 10240)
"""Lambda's memory sizes."""


def no_color_option() -> Option:
    """Whether the output is plain text."""
    return click.option("--no-color", is_flag=True, help="Do not use colors, as with NO_COLOR set.")


def output_option(formats: Sequence[str], help_text: str = "The format of the answer.") -> Option:
    """The format of the output; the first one where none is given."""
    return click.option(
        "--output",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help=help_text,
    )


def fail_on_option(example: str) -> Option:
    """A condition that makes the command fail; `example`: one, as a shell takes it."""
    return click.option(
        "--fail-on",
        metavar="EXPR",
        help=f"Exit with code 1 if this condition holds for a row, such as {example}.",
    )


def timeout_option(default: str) -> Option:
    """The timeout of an invocation; `default`: in words."""
    return click.option(
        "--timeout",
        type=click.FloatRange(0, 900, min_open=True),
        metavar="S",
        help=f"The function's timeout in seconds.  [default: {default}]",
    )


def event_options(more_help: str = "") -> list[Option]:
    """The events that are sent, from a file or as they stand; `more_help`: on the file."""
    return [
        click.option(
            "--events",
            type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
            metavar="FILE",
            help="A file of events: one JSON value a line, one document, or a list; - reads"
            " standard input." + more_help,
        ),
        click.option(
            "--event",
            "given",
            multiple=True,
            metavar="JSON",
            help="An event to send; may be given several times.  [default: {}]",
        ),
    ]


def profile_option() -> Option:
    """Whose credentials and Region are used."""
    return click.option(
        "--profile",
        metavar="NAME",
        shell_complete=completed.profiles,
        help="The profile of the AWS configuration to use.",
    )


def region_option() -> Option:
    """The Region that is asked."""
    return click.option("--region", metavar="NAME", help="The AWS Region to use.")


def endpoint_url_option() -> Option:
    """Where AWS's APIs are, such as an emulator's address."""
    return click.option(
        "--endpoint-url", metavar="URL", help="Send requests to this URL, not to AWS's own."
    )


def seed_option(help_text: str) -> Option:
    """The seed of what is random; the same seed gives the same order and times."""
    return click.option("--seed", type=int, default=0, show_default=True, help=help_text)


def port_option(default: int) -> Option:
    """The port of a server on this machine."""
    return click.option(
        "--port",
        type=click.IntRange(0, 65535),
        default=default,
        show_default=True,
        help="The port on this machine to listen on; 0 takes a free one.",
    )
