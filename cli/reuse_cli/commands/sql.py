"""`sql`: any question, in SQL, of the records as tables."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from reuse_cli.analysis.questions import Question
from reuse_cli.analysis.statistics import Row
from reuse_cli.analysis.tables import RECORDS
from reuse_cli.commands import answers, options
from reuse_cli.errors import UsageError
from reuse_cli.formats.columns import Column, shown

if TYPE_CHECKING:
    import duckdb


@click.command()
@click.argument("query")
@options.question
def sql(query: str, **given: Any) -> int:
    """Ask a question in SQL (DuckDB's dialect).

    The tables are container_records, resource_records and init_records; their columns are the
    fields of the records (docs/metrics.md). With names of functions, only their records are there.
    """
    import duckdb

    asked = options.read(**given)
    source = asked.source()
    try:
        with duckdb.connect() as connection:
            source.fill(connection, RECORDS, asked.span)
            for table in RECORDS if asked.functions else ():
                connection.execute(
                    f"delete from {table} where FunctionName not in (select unnest(?))",
                    [list(asked.functions)],
                )
            names, rows = run_query(connection, query)
        for sentence in source.notes.sentences():
            answers.say(sentence)
    finally:
        source.close()
    return answers.present(ROWS, lambda rows, _asked: _columns(names, rows), asked, (names, rows))


ROWS = Question("sql", "rows", RECORDS)


def run_query(connection: "duckdb.DuckDBPyConnection", query: str) -> tuple[list[str], list[Row]]:
    """The names of the columns, and the rows. Raises UsageError; what is not a query is refused."""
    import duckdb

    try:
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        statements = connection.extract_statements(query)
        if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
            raise UsageError("give one SELECT statement: the records cannot be changed")
        result = connection.execute(query)
        names = _distinct([column[0] for column in result.description])
        return names, [dict(zip(names, map(_plain, row), strict=True)) for row in result.fetchall()]
    except duckdb.Error as error:
        raise UsageError(str(error).strip()) from None


def _distinct(names: list[str]) -> list[str]:
    """The names, with a number where one comes again."""
    found: list[str] = []
    for name in names:
        count = sum(1 for other in found if other == name or other.startswith(f"{name}_"))
        found.append(f"{name}_{count + 1}" if name in found else name)
    return found


def _plain(value: Any) -> Any:
    """A value that JSON has a word for; the others, such as dates, as text."""
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def _columns(names: Sequence[str], rows: Sequence[Row]) -> list[Column]:
    return [
        Column(name, shown(name), not all(isinstance(row[name], int | float) for row in rows))
        for name in names
    ]
