"""Asks a question of a source and shows the answer, in every format alike."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from reuse_cli import errors, output
from reuse_cli.analysis.expression import Expression
from reuse_cli.analysis.questions import Question, ask_all
from reuse_cli.analysis.statistics import Row
from reuse_cli.commands import options
from reuse_cli.commands.options import Asked
from reuse_cli.formats.columns import Column
from reuse_cli.formats.text import safe

Columns = Callable[[Sequence[Row], Asked], Sequence[Column]]


def answer(question: Question, asked: Asked) -> tuple[list[str], list[Row]]:
    """The names of the columns, and the rows; what the source could not read goes to stderr."""
    (found,) = all_of((question,), asked)
    return found


def all_of(
    questions: Sequence[Question], asked: Asked, note: Callable[[str], object] | None = None
) -> list[tuple[list[str], list[Row]]]:
    """The answers to several questions of one source; `note` hears too what goes to stderr."""
    source = asked.source()
    try:
        unknown, found = ask_all(questions, source, asked.span, asked.functions)
        missing = [f"there are no records of {name}" for name in unknown]
        for sentence in [*missing, *source.notes.sentences()]:
            say(sentence)
            if note:
                note(sentence)
    finally:
        source.close()
    return found


def say(sentence: str) -> None:
    """One line on stderr."""
    click.echo(f"lambda-reuse: {safe(sentence)}", err=True)


def write(text: str) -> None:
    """The answer on stdout; what is due after it is due too where its reader has enough of it."""
    try:
        click.echo(text)
    except BrokenPipeError:
        output.forget()


def show(
    question: Question, columns: Columns, asked: Asked, *, empty: str = "There is nothing to show."
) -> int:
    """Ask, show the answer, and give the exit code."""
    return present(question, columns, asked, answer(question, asked), empty=empty)


def present(
    question: Question,
    columns: Columns,
    asked: Asked,
    found: tuple[Sequence[str], Sequence[Row]],
    *,
    empty: str = "There is nothing to show.",
) -> int:
    """Show an answer, and give the exit code."""
    names, rows = found
    condition = Expression(asked.fail_on, names) if asked.fail_on is not None else None
    write(rendered(question, columns, asked, (names, rows)) or empty)
    return failed_on(condition, rows) if condition else errors.FINE


def failed_on(condition: Expression, rows: Sequence[Row]) -> int:
    """The exit code: whether the condition holds for a row; says for which."""
    held = [row for row in rows if condition.holds(row)]
    if not held:
        return errors.FINE
    which = ", ".join(_name(row) for row in held[:3]) + (", …" if len(held) > 3 else "")
    say(f"--fail-on {condition.text!r} holds for {len(held)} of {len(rows)}: {which}")
    return errors.FAILED_ON


def rendered(
    question: Question,
    columns: Columns,
    asked: Asked,
    found: tuple[Sequence[str], Sequence[Row]],
) -> str:
    """The answer in the format that was asked for; nothing for a table without rows."""
    names, rows = found
    if asked.output == "json":
        from reuse_cli.formats import json_text

        return json_text.render(question.rows, rows)
    if asked.output == "csv":
        from reuse_cli.formats import csv_text

        return csv_text.render(rows, names)
    shown = columns(rows, asked)
    if asked.output == "md":
        from reuse_cli.formats import markdown

        return markdown.render(shown, rows)
    if asked.output == "html":
        from reuse_cli.formats import html_table

        return html_table.render(f"lambda-reuse {question.name}", shown, rows)
    if not rows:
        return ""
    from reuse_cli.formats import table

    return table.render(shown, rows, asked.width, asked.has_color)


NAMES = ("policy", "function_name", "container_id", "resource", "call_site")


def _name(row: Row) -> str:
    """What tells a row from the others, for a message; without a name its first two values."""
    parts: list[Any] = [row.get(name) for name in NAMES]
    if not any(parts):
        parts = [value for value in row.values() if isinstance(value, str | int | float)][:2]
    return " ".join(str(part) for part in parts if part is not None and part != "")


def command(
    question: Question, columns: Columns, summary: str, *, empty: str = "There is nothing to show."
) -> click.Command:
    """A command that asks the question and nothing else."""

    def run(**given: Any) -> int:
        return show(question, columns, options.read(**given), empty=empty)

    run.__doc__ = summary
    return click.command(name=question.name)(options.question(run))
