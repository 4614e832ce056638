"""Fills the tables that a question needs from files of records."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from reuse_cli.analysis.tables import IN_LIVES, INITS, LIVES, PERIODS, RECORDS, USES
from reuse_cli.errors import NoRecordsError
from reuse_cli.sources.tables import inits, lives, periods, platform, uses

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
    """Make the tables; a broken line is counted once, whatever number of tables is made.

    Raises NoRecordsError where only records could answer and there are none.
    """
    if not records.paths and not {LIVES, INITS} & set(tables):
        raise NoRecordsError(ONLY_PLATFORM)
    connection.execute("set preserve_insertion_order = false")
    if LIVES in tables:
        lives.build(connection, records, span, idle=IN_LIVES & {*tables})
    for name, build in ((USES, uses.build), (INITS, inits.build), (PERIODS, periods.build)):
        if name in tables:
            build(connection, records, span)
    for name in RECORDS:
        if name in tables:
            periods.table(connection, records, name, name)
            times = ("start_ms", "start_ms") if name == "init_records" else ("from_ms", "to_ms")
            if condition := span.condition(*times):
                connection.execute(f"delete from {name} where not ({condition})")
    platform.add(connection, records, tables, span)


ONLY_PLATFORM = (
    "there are no records of lambda-reuse, and the platform's own lines do not answer this:"
    " add the layer to the function (`lambda-reuse layer attach`)"
)
