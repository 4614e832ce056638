-- One row a function: how much of it was observed, and at what size it runs.
with last as (
    select * from container_records
    qualify row_number() over (
        partition by FunctionName, container_id order by sequence desc
    ) = 1
)
select
    FunctionName as function_name,
    count(*) as containers,
    sum(total.invocations)::bigint as invocations,
    (max(to_ms) - min(container_started_ms)) / 1000 as observed_s,
    coalesce(max(memory_mb), 128)::bigint as memory_mb,
    any_value(architecture) as architecture,
    any_value(telemetry) as telemetry
from last
group by function_name
order by function_name
