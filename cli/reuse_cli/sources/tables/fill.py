"""Fills the tables that a question needs from files of records."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from reuse_cli.analysis.tables import IDLE, INITS, LIVES, PERIODS, RECORDS, USES
from reuse_cli.sources.tables import inits, lives, periods, uses

if TYPE_CHECKING:
    import duckdb

    from reuse_cli.sources.record_files import RecordFiles
    from reuse_cli.sources.span import Span


def fill(
    connection: "duckdb.DuckDBPyConnection",
    records: "RecordFiles",
    tables: Collection[str],
    span: "Span",
) -> None:
    """Make the tables; a broken line is counted once, whatever number of tables is made."""
    connection.execute("set preserve_insertion_order = false")
    if LIVES in tables:
        lives.build(connection, records, span, has_idle=IDLE in tables)
    for name, build in ((USES, uses.build), (INITS, inits.build), (PERIODS, periods.build)):
        if name in tables:
            build(connection, records, span)
    for name in RECORDS:
        if name in tables:
            periods.table(connection, records, name, name)
