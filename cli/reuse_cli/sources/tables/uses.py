"""Makes the table `uses`, one row a resource of a container, in one pass over resource records."""

from typing import TYPE_CHECKING

from reuse_cli.analysis.tables import USES
from reuse_cli.sources.catalogue import COUNTS, TOTALS_OF_USES
from reuse_cli.sources.span import Span
from reuse_cli.sources.tables.broken import settle

if TYPE_CHECKING:
    import duckdb

    from reuse_cli.sources.record_files import RecordFiles

BROKEN = "function_name is null or container_id is null or resource is null"


def build(connection: "duckdb.DuckDBPyConnection", records: "RecordFiles", span: Span) -> None:
    """Make the table; what could not be read is counted in the records' notes."""
    connection.execute(f"create or replace temp table {USES} as {uses_sql(records, span)}")
    broken = connection.execute(
        f"select coalesce(sum(lines), 0)::bigint from {USES} where {BROKEN}"
    ).fetchone()
    count = broken[0] if broken else 0
    if settle(records, count):
        build(connection, records, span)
        return
    connection.execute(f"delete from {USES} where {BROKEN}")


def uses_sql(records: "RecordFiles", span: Span) -> str:
    """The statement that answers with one row a resource of a container."""
    totals = ",\n    ".join(_total(name, span) for name in TOTALS_OF_USES)
    columns = ["FunctionName", "container_id", "sequence", "from_ms", "to_ms", "Resource", "kind"]
    columns += ["call_site", "total", *([*COUNTS, "reasons"] if span.since_ms is not None else [])]
    source = records.table("resource_records", columns)
    condition = span.condition("from_ms", "to_ms")
    if condition:
        source = f"(select * from {source} where container_id is null or ({condition}))"
    return f"""
select
    FunctionName as function_name,
    if(sequence is null, null, container_id) as container_id,
    Resource as resource,
    kind,
    call_site,
    count(*) as lines,
    {totals}
from {source}
group by 1, 2, 3, 4, 5
"""


def _total(name: str, span: Span) -> str:
    field = name.rpartition(".")[2]
    alias = f"reason_{field}" if "." in name else field
    value = f"total.{name}"
    known = f" filter (where isfinite({value}))" if field.endswith("_ms") else ""
    last = f"max({value}){known}"
    if span.since_ms is None:
        return f"{last} as {alias}"
    return f"greatest({last} - min({value} - coalesce({name}, 0)){known}, 0) as {alias}"
