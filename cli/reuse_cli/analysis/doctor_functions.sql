-- One row a function: how much of it was observed, and at what size it runs.
select
    function_name,
    count(*) as containers,
    coalesce(sum(invocations), 0) as invocations,
    (max(last_ms) - min(started_ms)) / 1000 as observed_s,
    coalesce(max(memory_mb), 128) as memory_mb,
    max(architecture) as architecture,
    max(telemetry) as telemetry,
    max(runtime) as runtime,
    max(invocations) as most_invocations,
    count(function_errors) > 0 as is_observed
from lives
where observed = 'records'
group by function_name
order by function_name
