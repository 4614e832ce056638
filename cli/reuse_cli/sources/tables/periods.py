"""Makes the table `periods`: the container records, each once."""

from typing import TYPE_CHECKING

from reuse_cli.analysis.tables import PERIODS
from reuse_cli.sources.catalogue import COLUMNS, CONTAINERS
from reuse_cli.sources.tables.broken import count_broken

if TYPE_CHECKING:
    import duckdb

    from reuse_cli.sources.record_files import RecordFiles
    from reuse_cli.sources.span import Span


LATEST_MS = 253_402_300_799_999
"""The end of the year 9999."""
MAX_MS = 10**12
"""Some thirty years."""


def build(connection: "duckdb.DuckDBPyConnection", records: "RecordFiles", span: "Span") -> None:
    """Make the table; what could not be read is counted in the records' notes."""
    table(connection, records, CONTAINERS, PERIODS)
    records.notes.unreadable += _leave_out_impossible(connection)
    condition = span.condition("from_ms", "to_ms")
    if condition:
        connection.execute(f"delete from {PERIODS} where not ({condition})")


def _leave_out_impossible(connection: "duckdb.DuckDBPyConnection") -> int:
    """Values that no record of ours has become NULL or are dropped; how many records had no time.

    Time is what this table is about: a record without one says nothing.
    """
    timeless = f"to_ms is null or not to_ms between 0 and {LATEST_MS}"
    found = connection.execute(f"select count(*) from {PERIODS} where {timeless}").fetchone()
    connection.execute(f"delete from {PERIODS} where {timeless}")
    for name in ("from_ms", "container_started_ms"):
        connection.execute(
            f"update {PERIODS} set {name} = null where not {name} between 0 and {LATEST_MS}"
        )
    for name in ("InitDuration", "RestoreDuration"):
        connection.execute(
            f"update {PERIODS} set {name} = null where not {name} between 0 and {MAX_MS}"
        )
    for name in ("Duration", "IdleTime"):
        possible = f"[x for x in {name} if x between 0 and {MAX_MS}]"
        connection.execute(
            f"update {PERIODS} set {name} = {possible} where len({possible}) < len({name})"
        )
    return found[0] if found else 0


def table(
    connection: "duckdb.DuckDBPyConnection", records: "RecordFiles", kind: str, name: str
) -> None:
    """All columns of one kind of record; a record that is there twice is taken once."""
    source = records.table(kind, [column for column in COLUMNS[kind] if column != "record"])
    names = '(FunctionName, container_id, sequence, "Resource", kind, call_site)'
    key = names if kind == "resource_records" else "(FunctionName, container_id, sequence)"
    connection.execute(f"create or replace temp table read_{name} as select * from {source}")
    if count_broken(connection, records, (f"read_{name}",)):
        table(connection, records, kind, name)
        return
    connection.execute(
        f"create or replace temp table {name} as select distinct on {key} * exclude (record)"
        f" from read_{name} where container_id is not null and sequence is not null"
        " and FunctionName is not null"
    )
    connection.execute(f"drop table read_{name}")
