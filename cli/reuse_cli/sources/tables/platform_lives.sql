-- One row a container, and one for all lines of a function whose container is not known.
insert into lives by name
with spans as (
    select
        function_name,
        container_id,
        min(least(
            at_ms, began_ms, (at_ms - coalesce(duration_ms, 0) - coalesce(init_ms, 0))::bigint
        )) as started_ms,
        max(at_ms) as last_ms,
        max(function_version) as function_version
    from platform_events
    where :condition
        and (container_id is not null or kind in ('report', 'init_report', 'restore_report'))
    group by function_name, container_id
),
gaps as (
    select
        function_name,
        container_id,
        start_ms - lag(start_ms + duration_ms) over in_order as gap_ms
    from platform_reports
    where container_id is not null and start_ms is not null
    window in_order as (partition by function_name, container_id order by start_ms)
),
idle as (
    select
        function_name,
        container_id,
        [{'sequence': 1::bigint, 'ms': list(greatest(gap_ms, 0)::double)}] as idle_list
    from gaps
    where gap_ms is not null
    group by function_name, container_id
),
served as (
    select
        function_name,
        container_id,
        count(*) as invocations,
        sum(duration_ms) as busy_ms,
        sum(billed_ms) as billed_ms,
        max(memory_mb) as memory_mb,
        max(memory_used_mb) as memory_used_mb,
        count(*) filter (where is_timeout) as timeouts,
        count(*) filter (where not coalesce(is_timeout, false) and status in ('error', 'failure'))
            as errors,
        count(*) filter (
            where error_type = 'Runtime.OutOfMemory'
                or (status in ('error', 'failure') and memory_used_mb >= memory_mb)
        ) as out_of_memory,
        bool_and(at_ms % 1000 = 0) and count(*) > 2 as is_in_seconds
    from platform_reports
    group by function_name, container_id
),
begun as (
    select
        function_name,
        container_id,
        -- Lines whose container is not known are of several.
        if(container_id is not null or min(init_type) = max(init_type), max(init_type), null)
            as init_type,
        arg_min(init_kind, sequence) as first_init_kind,
        sum(duration_ms) as init_sum_ms,
        count(*) filter (where init_kind in ('on-demand', 'snap-start', 'suppressed')) as cold_starts,
        list({'sequence': sequence, 'is_restore': is_restore, 'ms': duration_ms})
            filter (where duration_ms is not null) as init_list,
        list({'sequence': sequence, 'kind': init_kind, 'count': 1::bigint})
            filter (where init_kind in ('on-demand', 'snap-start', 'suppressed')) as cold_list
    from platform_inits
    group by function_name, container_id
),
types as (
    select function_name, container_id, max(init_type) as told_type
    from platform_events
    where container_id is not null
    group by function_name, container_id
)
select
    spans.function_name,
    spans.container_id,
    'report_lines' as observed,
    0 as lines,
    0 as records,
    started_ms,
    last_ms,
    function_version,
    coalesce(begun.init_type, told_type) as init_type,
    memory_mb,
    first_init_kind,
    init_list,
    cold_list,
    memory_used_mb,
    coalesce(invocations, 0) as invocations,
    coalesce(cold_starts, 0) as cold_starts,
    coalesce(errors, 0) as errors,
    coalesce(timeouts, 0) as timeouts,
    coalesce(out_of_memory, 0) as out_of_memory,
    init_sum_ms,
    busy_ms,
    billed_ms,
    if(is_in_seconds, null, idle_list) as idle_list,
    if(is_in_seconds, null, list_median(idle_list[1].ms)) as idle_p50_ms
from spans
left join served
    on spans.function_name = served.function_name
    and spans.container_id is not distinct from served.container_id
left join begun
    on spans.function_name = begun.function_name
    and spans.container_id is not distinct from begun.container_id
left join types
    on spans.function_name = types.function_name
    and spans.container_id is not distinct from types.container_id
left join idle
    on spans.function_name = idle.function_name and spans.container_id = idle.container_id;
