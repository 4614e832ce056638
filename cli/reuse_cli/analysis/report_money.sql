-- One row a function: what the observed time cost, in US dollars of us-east-1.
with priced as (
    select
        *,
        memory_mb / 1024 as gb,
        if(architecture = 'arm64', :arm64_gb_second, :x86_64_gb_second) as usd_a_gb_second,
        coalesce(list_sum([init.ms for init in list_distinct(init_list)]), 0) as all_init_ms
    from lives
)
select
    function_name,
    (max(last_ms) - min(started_ms)) / 1000 as observed_s,
    coalesce(sum(invocations), 0) as invocations,
    sum(busy_ms / 1000 * gb) as duration_gb_s,
    sum(busy_ms / 1000 * gb * usd_a_gb_second) as duration_usd,
    sum(if(init_type = 'provisioned-concurrency', 0, all_init_ms / 1000 * gb * usd_a_gb_second))
        as init_usd,
    coalesce(sum(invocations), 0) * :request_usd as request_usd,
    sum(saved_ms / 1000 * gb * usd_a_gb_second) as saved_usd,
    sum(recreated_ms / 1000 * gb * usd_a_gb_second) as recreated_usd
from priced
group by function_name
order by function_name
