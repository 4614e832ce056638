-- The records of the containers that a timeline shows: those that served most, in order.
select
    FunctionName, container_id, sequence, from_ms, to_ms, container_started_ms, Invocations,
    ColdStarts, Duration, IdleTime, InitDuration, RestoreDuration, init_type, init_kind,
    cold_start_kind, init_to_invoke_ms, errors, timeouts, out_of_memory, resets, "end", total,
    (
        select count(distinct (FunctionName, container_id)) from periods where to_ms is not null
    ) as containers
from periods
where to_ms is not null and (FunctionName, container_id) in (
    select (FunctionName, container_id)
    from periods
    group by FunctionName, container_id
    order by sum(coalesce(Invocations, 0)) desc, max(to_ms) desc, container_id
    limit :lanes
)
order by FunctionName, container_id, sequence
