-- One row a container.
with life as (
    select
        *,
        list_sort(list_distinct(init_list)) as inits
    from lives
)
select
    function_name,
    container_id,
    started_ms,
    last_ms,
    greatest(last_ms - started_ms, 0) / 1000 as age_s,
    init_type,
    coalesce(
        case init_type when 'lambda-managed-instances' then 'managed' end,
        first_init_kind,
        first_cold_start_kind,
        -- Nobody waited for an init that was there before its container served anyone.
        case
            when init_type = 'provisioned-concurrency' then 'provisioned'
            when init_type = 'on-demand' and "end" is not null and invocations = 0 then 'proactive'
        end
    ) as init_kind,
    inits[1].ms as init_ms,
    coalesce(len(inits), 0) as inits,
    list_sum([init.ms for init in inits]) as init_total_ms,
    invocations,
    cold_starts,
    errors,
    timeouts,
    out_of_memory,
    resets,
    function_errors,
    idle_p50_ms,
    hits,
    misses,
    hits / nullif(hits + misses, 0) as hit_rate,
    saved_ms,
    recreated_ms,
    memory_mb,
    memory_used_mb,
    "end",
    last_sequence - if(:is_whole, 0, first_sequence - 1) - records as lost_records,
    observed
from life
order by function_name, started_ms, container_id
