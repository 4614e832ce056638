"""Asks a question as the commands do, without the process around it."""

from pathlib import Path
from typing import Any

import duckdb
from reuse_cli.analysis import questions
from reuse_cli.sources.files import Files
from reuse_cli.sources.span import ALL, Span

from tests.cli.records import write
from tests.line_schema import validator


def ask(
    name: str, *paths: Path, functions: tuple[str, ...] = (), span: Span = ALL
) -> tuple[list[dict[str, Any]], list[str]]:
    """The rows, held against their schema, and what the user is told on stderr."""
    source = Files(paths)
    question = questions.QUESTIONS[name]
    try:
        with duckdb.connect() as connection:
            source.fill(connection, question.tables, span)
            questions.choose(connection, [question], functions)
            _, rows = questions.ask(connection, question, is_whole=span.since_ms is None)
    finally:
        source.close()
    validator(f"{name}.schema.json").validate({"version": 1, question.rows: rows})
    return rows, source.notes.sentences()


def ask_of(name: str, folder: Path, *records: object, **options: Any) -> list[dict[str, Any]]:
    """The rows for these records, of which none may be unreadable."""
    rows, notes = ask(name, write(folder / "log.jsonl", *records), **options)
    assert notes == []
    return rows


def invocations(*paths: Path) -> tuple[dict[str, int], list[str]]:
    """Invocations by the last letter of the container's id, and what the user is told."""
    rows, notes = ask("containers", *paths)
    return {row["container_id"][-1]: row["invocations"] for row in rows}, notes
