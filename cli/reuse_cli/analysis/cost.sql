-- One row a function: what the observed time cost at list prices, and what reuse saved of it.
with priced as (
    select
        *,
        memory_mb / 1024 as gb,
        list_sum([init.ms for init in list_sort(list_distinct(init_list))]) as init_total_ms,
        case
            when init_type = 'provisioned-concurrency' and architecture = 'arm64'
                then :arm64_provisioned_duration
            when init_type = 'provisioned-concurrency' then :x86_64_provisioned_duration
            when architecture = 'arm64' then :arm64_gb_second
            else :x86_64_gb_second
        end as usd
    from lives
),
in_usd as (
    select
        *,
        busy_ms / 1000 * gb as busy_gb_s,
        busy_gb_s * usd as busy_usd,
        init_total_ms / 1000 * gb * usd as init_usd,
        saved_ms / 1000 * gb * usd as saved_usd,
        recreated_ms / 1000 * gb * usd as recreated_usd
    from priced
),
-- Added up in the order of their size: the last digits would else depend on threads.
amounts as (
    select
        function_name,
        min(observed) as observed,
        coalesce(sum(invocations), 0) as invocations,
        (max(last_ms) - min(started_ms)) / 1000 as observed_s,
        coalesce(sum(busy_gb_s order by busy_gb_s), 0) as duration_gb_s,
        coalesce(sum(busy_usd order by busy_usd), 0) as duration_usd,
        coalesce(sum(init_usd order by init_usd)
            filter (where init_type is distinct from 'provisioned-concurrency'), 0) as init_usd,
        coalesce(sum(saved_usd order by saved_usd), if(min(observed) = 'records', 0, null)) as saved_usd,
        coalesce(sum(recreated_usd order by recreated_usd), if(min(observed) = 'records', 0, null))
            as recreated_usd,
        sum(records) * :record_bytes
            + coalesce(sum(invocations) filter (where observed = 'records'), 0) * :invocation_bytes
            as own_bytes
    from in_usd
    group by function_name
)
select
    function_name,
    invocations,
    observed_s,
    duration_gb_s,
    duration_usd,
    init_usd,
    invocations * :request as request_usd,
    saved_usd,
    recreated_usd,
    own_bytes / 1e9 * :log_gb as own_log_usd,
    if(observed = 'records', :metrics * :metric_month * observed_s / :month_s, 0) as own_metric_usd,
    (duration_usd + init_usd + invocations * :request) * :month_s / nullif(observed_s, 0)
        as usd_per_month,
    observed
from amounts
order by function_name
