"""Makes the table `inits`, one row an init, of init records and of container records.

Both kinds of record have an init, under one sequence number. Where one of the two lines is lost
the other has the duration.
"""

from typing import TYPE_CHECKING

from reuse_cli.analysis.tables import INITS
from reuse_cli.sources.tables.broken import count_broken

if TYPE_CHECKING:
    import duckdb

    from reuse_cli.sources.record_files import RecordFiles
    from reuse_cli.sources.span import Span

FROM_INITS = (
    "FunctionName", "container_id", "sequence", "kind", "phase", "start_ms", "duration_ms",
    "status", "error_type", "phases",
)  # fmt: skip
FROM_CONTAINERS = (
    "FunctionName", "container_id", "sequence", "from_ms", "to_ms", "init_type", "init_kind",
    "cold_start_kind", "InitDuration", "RestoreDuration", "container_started_ms", "end", "total",
)  # fmt: skip


def build(connection: "duckdb.DuckDBPyConnection", records: "RecordFiles", span: "Span") -> None:
    """Make the table; what could not be read is counted in the records' notes."""
    recorded = f"select * from {records.table('init_records', FROM_INITS)}"
    seen = (
        f"select * from {records.table('container_records', FROM_CONTAINERS)}"
        " where record is null or InitDuration is not null or RestoreDuration is not null"
        " or cold_start_kind is not null or init_kind is not null"
    )
    connection.execute(f"create or replace temp table recorded_inits as {recorded}")
    connection.execute(f"create or replace temp table seen_inits as {seen}")
    if count_broken(connection, records, ("recorded_inits", "seen_inits")):
        build(connection, records, span)
        return
    condition = span.condition("start_ms", "start_ms") or "true"
    connection.execute(f"create or replace temp table {INITS} as {SQL} where {condition}")


SQL = """
select * from (
    select
        coalesce(recorded.FunctionName, seen.FunctionName) as function_name,
        coalesce(recorded.container_id, seen.container_id) as container_id,
        coalesce(recorded.sequence, seen.sequence) as sequence,
        coalesce(recorded.kind, seen.init_type) as init_type,
        coalesce(
            seen.init_kind,
            seen.cold_start_kind,
            seen.later_kind,
            case
                when recorded.phase = 'invoke' then 'suppressed'
                when init_type = 'lambda-managed-instances' then 'managed'
                when init_type = 'provisioned-concurrency' then 'provisioned'
                when init_type = 'on-demand' and seen.is_unused then 'proactive'
            end
        ) as init_kind,
        coalesce(recorded.phase, if(seen.RestoreDuration is not null, 'restore', null)) as phase,
        coalesce(recorded.start_ms, seen.container_started_ms) as start_ms,
        coalesce(recorded.duration_ms, seen.InitDuration, seen.RestoreDuration) as duration_ms,
        recorded.status,
        recorded.error_type,
        coalesce(recorded.phases, []) as phases,
        'records' as observed
    from (
        select distinct on (FunctionName, container_id, sequence) * from recorded_inits
        where FunctionName is not null and container_id is not null and sequence is not null
    ) as recorded
    full join (
        select
            *,
            "end" is not null and coalesce(total.invocations, 0) = 0 as is_unused,
            -- Cut at the end of a minute, a record has the init and the next one the caller.
            if(is_next_without, next_kind, null) as later_kind
        from (
            select
                *,
                lead(coalesce(InitDuration, RestoreDuration) is null) over later as is_next_without,
                lead(coalesce(init_kind, cold_start_kind)) over later as next_kind
            from (
                select distinct on (FunctionName, container_id, sequence) * from seen_inits
                where FunctionName is not null and container_id is not null
                    and sequence is not null
            )
            window later as (partition by FunctionName, container_id order by sequence)
        )
        where InitDuration is not null or RestoreDuration is not null
    ) as seen
    on recorded.FunctionName = seen.FunctionName and recorded.container_id = seen.container_id
        and recorded.sequence = seen.sequence
)
"""
