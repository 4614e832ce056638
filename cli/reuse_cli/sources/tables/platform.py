"""Adds what the platform's own lines say of functions that have no records of lambda-reuse."""

from importlib import resources
from typing import TYPE_CHECKING

from reuse_cli.analysis.tables import INITS, LIVES
from reuse_cli.sources.platform_lines import FIELDS

if TYPE_CHECKING:
    from collections.abc import Collection

    import duckdb

    from reuse_cli.sources.record_files import RecordFiles
    from reuse_cli.sources.span import Span

NO_RECORDS = "select null::varchar as function_name, null::varchar as container_id where false"


def add(
    connection: "duckdb.DuckDBPyConnection",
    records: "RecordFiles",
    tables: "Collection[str]",
    span: "Span",
    recorded: str | None = None,
) -> None:
    """Add rows to `lives` and `inits`, and a remark that names the functions.

    `recorded` is SQL of the functions and containers that have records, where it is known.
    """
    if records.platform is None or not {LIVES, INITS} & set(tables):
        return
    columns = ", ".join(f"'{name}': '{type_}'" for name, type_ in FIELDS.items())
    path = records.platform.replace("'", "''")
    connection.execute(
        "create or replace temp view platform_lines as select * from"
        f" read_json('{path}', format = 'newline_delimited', columns = {{{columns}}})"
    )
    connection.execute(
        f"create or replace temp table recorded as {recorded or _recorded(connection, records)}"
    )
    condition = span.condition("at_ms", "at_ms") or "true"
    values = {":platform": "platform_lines", ":records": "recorded", ":condition": condition}
    _execute(connection, "platform_events", values)
    connection.execute("drop view platform_lines")
    _execute(connection, "platform_inits", {})
    if LIVES in tables:
        _execute(connection, "platform_lives", {":condition": condition})
    if INITS in tables:
        connection.execute(
            f"insert into {INITS} by name select function_name, container_id, sequence, init_type,"
            " init_kind, phase, start_ms, duration_ms, status, error_type, [] as phases,"
            " 'report_lines' as observed from platform_inits"
        )
    names = connection.execute(
        f"select distinct function_name from platform_events where {condition} order by 1"
    ).fetchall()
    if names:
        functions = ", ".join(name for (name,) in names)
        records.notes.remarks.append(
            f"without records of lambda-reuse, by the platform's report lines alone: {functions}"
        )


def _recorded(connection: "duckdb.DuckDBPyConnection", records: "RecordFiles") -> str:
    """SQL of the functions and containers that have records; read where it matters."""
    own = connection.execute(
        "select count(*) from platform_lines where kind <> 'records' and (function_name is not null"
        " or file not in (select file from platform_lines where kind = 'records'))"
    ).fetchone()
    if not own or not own[0] or not records.paths:
        return NO_RECORDS
    source = records.table("container_records", ("FunctionName", "container_id"))
    return (
        "select distinct FunctionName as function_name, container_id"
        f" from {source} where FunctionName is not null and container_id is not null"
    )


def _execute(connection: "duckdb.DuckDBPyConnection", name: str, values: dict[str, str]) -> None:
    sql = resources.files(__package__).joinpath(f"{name}.sql").read_text("utf-8")
    for place, value in values.items():
        sql = sql.replace(place, value)
    connection.execute(sql)
