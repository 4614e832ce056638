"""Counts the lines that DuckDB could not read as records."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

    from reuse_cli.sources.record_files import RecordFiles


def count_broken(
    connection: "duckdb.DuckDBPyConnection", records: "RecordFiles", tables: Sequence[str]
) -> bool:
    """Note the broken lines of these tables; whether all was read once more because of them."""
    broken = '"FunctionName" is null or container_id is null or sequence is null'
    parts = [f"select count(*) as lines from {name} where {broken}" for name in tables]
    counts = connection.execute(" union all ".join(parts)).fetchall()
    return settle(records, max(count for (count,) in counts))


def settle(records: "RecordFiles", count: int) -> bool:
    """The same for a number of broken lines."""
    if count and records.be_careful():
        return True
    records.count_broken(count)
    return False
