"""Makes the table `lives`, one row a container, in one pass over the container records."""

from collections.abc import Collection
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from reuse_cli.analysis.tables import IDLE, IDLE_P50, LIVES
from reuse_cli.sources.span import Span
from reuse_cli.sources.tables.broken import settle
from reuse_cli.sources.tables.definitions import TOTALS, Total, added_columns, lives_columns

if TYPE_CHECKING:
    import duckdb

    from reuse_cli.sources.record_files import RecordFiles

NO_IDLE = "cast(null as struct(sequence bigint, ms double[])[])"
WITH_IDLE = "list({'sequence': sequence, 'ms': IdleTime}) filter (where IdleTime is not null)"
MEDIAN = (
    "list_median([x for x in flatten([gap.ms for gap in"
    " if(lines = records, idle_list, list_distinct(idle_list))]) if isfinite(x)])"
)
"""Within the statement that groups: the lists of a large fleet would be kept for nothing."""


def total_sql(total: Total, span: Span) -> str:
    """The value of a running total, at the end of the time asked about or within it."""
    value = f"total.{total.field}"
    known = "" if total.is_count else f" filter (where isfinite({value}))"
    last = f"max({value}){known}"
    if span.since_ms is None or total.added is None:
        return f"{last} as {total.name}"
    added = f'list_sum("{total.added}")' if total.is_list else f'"{total.added}"'
    before = f"min({value} - coalesce({added}, 0)){known}"
    zero = "0" if total.is_count else "0.0"
    return f"greatest({last} - {before}, {zero}) as {total.name}"


def lives_sql(records: "RecordFiles", span: Span, *, idle: Collection[str]) -> str:
    """The statement that answers with one row a container; `idle`: what is known of its gaps."""
    sql = resources.files(__package__).joinpath("lives.sql").read_text("utf-8")
    columns = lives_columns(bool(idle))
    if span.since_ms is not None:
        columns += [name for name in added_columns() if name not in columns]
    source = records.table("container_records", columns)
    condition = span.condition("from_ms", "to_ms")
    if condition:
        source = f"(select * from {source} where container_id is null or ({condition}))"
    return (
        sql.replace(":totals", ",\n    ".join(total_sql(total, span) for total in TOTALS))
        .replace(":gaps", WITH_IDLE if idle else NO_IDLE)
        .replace(":kept", "idle_list" if IDLE in idle else NO_IDLE)
        .replace(":median", MEDIAN if IDLE_P50 in idle else "null::double")
        .replace(":records", source)
    )


def build(
    connection: "duckdb.DuckDBPyConnection",
    records: "RecordFiles",
    span: Span,
    *,
    idle: Collection[str],
) -> None:
    """Make the table; what could not be read is counted in the records' notes."""
    _in_little_memory(
        connection,
        records.spill,
        f"create or replace temp table {LIVES} as {lives_sql(records, span, idle=idle)}",
    )
    broken = connection.execute(
        f"select coalesce(sum(lines), 0)::bigint from {LIVES} where {BROKEN}"
    ).fetchone()
    count = broken[0] if broken else 0
    if settle(records, count):
        build(connection, records, span, idle=idle)
        return
    connection.execute(f"delete from {LIVES} where {BROKEN}")


MEMORY = ("700MB", "1400MB")
"""What grouping may take before it goes on in files, which is slower; 3 GB of lines need less.
Where the first is too little the next is tried, and then without a limit."""


def _in_little_memory(connection: "duckdb.DuckDBPyConnection", spill: Path, sql: str) -> None:
    import duckdb

    folder = str(spill).replace("'", "''")
    connection.execute(f"set temp_directory = '{folder}'")
    try:
        for limit in MEMORY:
            try:
                connection.execute(f"set memory_limit = '{limit}'")
                connection.execute(sql)
            except duckdb.OutOfMemoryException:
                continue
            return
    finally:
        connection.execute("reset memory_limit")
    connection.execute(sql)


BROKEN = "function_name is null or container_id is null or last_sequence is null"
