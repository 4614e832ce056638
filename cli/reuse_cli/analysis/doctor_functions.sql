-- One row a function: how much of it was observed, at what size it runs, and inits that failed.
with attempts as (
    select
        function_name, count(*) as inits, count(*) filter (where status <> 'success') as failed
    from inits
    where observed = 'records'
    group by function_name
)
select
    lives.function_name,
    count(*) as containers,
    coalesce(sum(invocations), 0) as invocations,
    (max(last_ms) - min(started_ms)) / 1000 as observed_s,
    coalesce(max(memory_mb), 128) as memory_mb,
    max(architecture) as architecture,
    max(telemetry) as telemetry,
    max(runtime) as runtime,
    max(invocations) as most_invocations,
    count(function_errors) > 0 as is_observed,
    coalesce(any_value(attempts.inits), 0) as inits,
    coalesce(any_value(attempts.failed), 0) as failed_inits
from lives left join attempts on attempts.function_name = lives.function_name
where observed = 'records'
group by lives.function_name
order by lives.function_name
