"""Asks one question of the records: runs its SQL and gives back rows by column name."""

from importlib import resources
from typing import Any

import duckdb

Row = dict[str, Any]


def ask(
    connection: duckdb.DuckDBPyConnection, question: str, functions: tuple[str, ...]
) -> list[Row]:
    """The answer to `question`, which is the name of an SQL file beside this one.

    `functions`: the names of the functions that are asked about; none means all.
    """
    sql = resources.files(__package__).joinpath(f"{question}.sql").read_text("utf-8").strip()
    result = connection.execute(
        f"select * from ({sql}) where len(?) = 0 or function_name in (select unnest(?))",
        [list(functions), list(functions)],
    )
    names = [column[0] for column in result.description]
    return [dict(zip(names, values, strict=True)) for values in result.fetchall()]
