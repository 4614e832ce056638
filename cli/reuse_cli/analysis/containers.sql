-- One row a container. Its last record holds the running totals, so that a lost line loses no count;
-- what a single period told (idle gaps, memory) is gathered from all its records.
with last as (
    select * from container_records
    qualify row_number() over (
        partition by FunctionName, container_id order by sequence desc
    ) = 1
),
life as (
    select
        FunctionName,
        container_id,
        max(to_ms) as last_ms,
        max(sequence) - count(distinct sequence) as lost_records,
        max(MemoryUsed) as memory_used_mb,
        list_sort(flatten(list(IdleTime) filter (where IdleTime is not null))) as idle_ms,
        arg_min(cold_start_kind, sequence) as cold_start_kind,
        arg_min(init_kind, sequence) as init_kind
    from container_records
    group by all
)
select
    last.FunctionName as function_name,
    last.container_id,
    last.container_started_ms as started_ms,
    life.last_ms,
    (life.last_ms - last.container_started_ms) / 1000 as age_s,
    last.init_type,
    coalesce(
        life.init_kind,
        life.cold_start_kind,
        case last.init_type when 'lambda-managed-instances' then 'managed' end
    ) as init_kind,
    nullif(last.total.init_ms, 0) as init_ms,
    last.total.invocations,
    last.total.cold_starts,
    last.total.errors,
    last.total.timeouts,
    last.total.out_of_memory,
    last.total.resets,
    list_median(idle_ms) as idle_p50_ms,
    last.total.hits,
    last.total.misses,
    last.total.hits / nullif(last.total.hits + last.total.misses, 0) as hit_rate,
    last.total.saved_ms,
    last.total.recreated_ms,
    last.memory_mb,
    life.memory_used_mb,
    last."end",
    life.lost_records
from last
join life using (FunctionName, container_id)
order by function_name, started_ms, container_id
