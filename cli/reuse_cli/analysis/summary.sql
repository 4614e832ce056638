-- One row a function, over all its containers. Fractions are added up in the order of their size:
-- the sum's last digits would else depend on threads.
with life as (
    select
        *,
        list_sort(list_distinct(init_list)) as inits,
        list_distinct(cold_list) as colds,
        greatest(last_ms - started_ms, 0) / 1000 as age_s,
        init_type in ('on-demand', 'snap-start') as is_on_demand,
        last_sequence - if(:is_whole, 0, first_sequence - 1) - records as lost
    from lives
),
init_times as (
    select function_name, unnest(inits).ms as ms from life
),
init_spread as (
    select
        function_name,
        quantile_cont(ms, 0.5) as init_p50_ms,
        quantile_cont(ms, 0.99) as init_p99_ms,
        count(*) as inits,
        sum(ms order by ms) as init_total_ms
    from init_times
    group by function_name
),
cold_times as (
    select function_name, unnest(colds, recursive := true) from life
),
cold_kinds as (
    select
        function_name,
        coalesce(sum("count") filter (where kind = 'on-demand'), 0) as on_demand,
        coalesce(sum("count") filter (where kind = 'snap-start'), 0) as snap_start,
        coalesce(sum("count") filter (where kind = 'suppressed'), 0) as suppressed
    from cold_times
    group by function_name
),
fleet as (
    select
        function_name,
        -- Report lines whose container is not known leave the number of containers unknown.
        if(count(*) = count(container_id), count(*), null) as containers,
        min(observed) as observed,
        coalesce(sum(invocations), 0) as invocations,
        coalesce(sum(cold_starts), 0) as cold_starts,
        count(*) filter (where is_on_demand) as triggered,
        quantile_cont(age_s, 0.5) filter (where "end" is not null) as lifetime_p50_s,
        quantile_cont(age_s, 0.9) filter (where "end" is not null) as lifetime_p90_s,
        if(zero = 0, count(*) filter (where "end" is not null), null) as ended,
        sum(hits) / nullif(sum(hits) + sum(misses), 0) as hit_rate,
        coalesce(sum(hits), zero) as hits,
        coalesce(sum(misses), zero) as misses,
        coalesce(sum(saved_ms order by saved_ms), zero) as saved_ms,
        coalesce(sum(recreated_ms order by recreated_ms), zero) as recreated_ms,
        sum(busy_ms order by busy_ms) as busy_ms,
        sum(gb_seconds_of_init * usd_a_gb_second order by gb_seconds_of_init * usd_a_gb_second) as init_usd,
        if(zero = 0, count(*) filter (where "end" is not null and invocations = 0), null)
            as unused_inits,
        coalesce(sum(errors), 0) as errors,
        coalesce(sum(timeouts), 0) as timeouts,
        coalesce(sum(out_of_memory), 0) as out_of_memory,
        coalesce(sum(resets), zero) as resets,
        sum(function_errors) as function_errors,
        coalesce(sum(lost), zero) as lost_records
    from (
        select
            *,
            -- What only records say is unknown without them.
            if(observed = 'records', 0, null) as zero,
            if(init_type = 'provisioned-concurrency', 0,
                coalesce(list_sum([init.ms for init in inits]), 0) / 1000 * memory_mb / 1024
            ) as gb_seconds_of_init,
            if(architecture = 'arm64', :arm64_gb_second, :x86_64_gb_second) as usd_a_gb_second
        from life
    )
    group by function_name, zero
)
select
    function_name,
    containers,
    invocations,
    cold_starts,
    cold_starts / nullif(invocations, 0) as cold_rate,
    {
        'on-demand': coalesce(on_demand, 0),
        'snap-start': coalesce(snap_start, 0),
        'suppressed': coalesce(suppressed, 0)
    } as cold_by_kind,
    triggered,
    triggered / nullif(invocations, 0) as triggered_rate,
    invocations / nullif(containers, 0) as invocations_per_container,
    ended,
    lifetime_p50_s,
    lifetime_p90_s,
    coalesce(inits, 0) as inits,
    init_p50_ms,
    init_p99_ms,
    init_total_ms,
    init_usd,
    busy_ms,
    busy_ms / nullif(init_total_ms, 0) as utility_ratio,
    hits,
    misses,
    hit_rate,
    saved_ms,
    recreated_ms,
    unused_inits,
    errors,
    timeouts,
    out_of_memory,
    resets,
    function_errors,
    lost_records,
    observed
from fleet
left join init_spread using (function_name)
left join cold_kinds using (function_name)
order by function_name
