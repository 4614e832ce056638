"""What `local run` and `local serve` print: answers, the trace, the table, and warnings."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reuse_cli.commands import options
from reuse_cli.errors import NoRecordsError
from reuse_cli.sources.runs import DATA

if TYPE_CHECKING:
    from reuse_sandbox import InvokeResult

    from reuse_cli.local.session import Session


class Answers:
    """Prints each result as it comes: as JSON, as text for a terminal, or only how many."""

    def __init__(self, show: "Callable[[InvokeResult], str] | None", has_progress: bool) -> None:
        from reuse_cli.local.progress import Progress

        self._show = show
        self._progress = Progress() if has_progress else None

    def __call__(self, result: "InvokeResult") -> None:
        """Take one more result."""
        if self._progress is not None:
            self._progress.add(failed=result.function_error is not None)
        if self._show is not None:
            click.echo(self._show(result))

    def close(self) -> None:
        """Remove the line of progress."""
        if self._progress is not None:
            self._progress.close()


def answers_of(output: str, quiet: bool, *, is_single: bool) -> Answers:
    """How the answers are printed, by the options and by whether there is a terminal."""
    from reuse_cli.local import answers

    if output == "json":
        return Answers(answers.as_json, has_progress=not sys.stdout.isatty())
    if quiet or not sys.stdout.isatty():
        return Answers(None, has_progress=True)
    if is_single:
        return Answers(answers.in_whole, has_progress=False)
    width = options.width() or options.UNLIMITED
    return Answers(lambda result: answers.as_line(result, width), has_progress=False)


def show_trace(session: "Session") -> None:
    """What the extension said of itself, on stderr."""
    from reuse_cli.local import logs as local_logs

    if session.data is not None:
        for line in local_logs.read([session.data], ()):
            if line.is_own:
                click.echo(str(line), err=True)


def show_containers(session: "Session", output: str, no_color: bool) -> None:
    """The table of the containers of a run, as far as there is one."""
    from reuse_cli.analysis.questions import CONTAINERS
    from reuse_cli.commands import answers, containers

    if output != "table" or session.data is None:
        return
    try:
        _, rows = answers.answer(CONTAINERS, options.Asked(sources=(str(session.data),)))
    except NoRecordsError as error:
        warn(str(error))
        return
    click.echo(containers.table(rows, options.width(), options.has_color(no_color)))
    of = "" if session.data.parent == Path(DATA) else f" --data {session.data}"
    click.echo(f"\nThe records are in {session.data}.")
    click.echo(f"`lambda-reuse local logs{of}` shows what the containers printed.")


def warn(sentence: str) -> None:
    """A sentence on stderr."""
    click.echo(f"lambda-reuse: {sentence}", err=True)
