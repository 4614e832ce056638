-- One row a resource of a function. Each container's last record of it holds the running totals.
with last as (
    select * from resource_records
    qualify row_number() over (
        partition by FunctionName, container_id, Resource order by sequence desc
    ) = 1
)
select
    FunctionName as function_name,
    Resource as resource,
    any_value(kind) as kind,
    any_value(call_site) as call_site,
    count(*) as containers,
    sum(total.hits)::bigint as hits,
    sum(total.misses)::bigint as misses,
    {
        'first': coalesce(sum(total.reasons.first), 0)::bigint,
        'expired': coalesce(sum(total.reasons.expired), 0)::bigint,
        'invalid': coalesce(sum(total.reasons.invalid), 0)::bigint,
        'evicted': coalesce(sum(total.reasons.evicted), 0)::bigint,
        'forced': coalesce(sum(total.reasons.forced), 0)::bigint,
        'loop_changed': coalesce(sum(total.reasons.loop_changed), 0)::bigint,
        'error': coalesce(sum(total.reasons.error), 0)::bigint
    } as reasons,
    sum(total.hits) / nullif(sum(total.hits) + sum(total.misses), 0) as hit_rate,
    sum(total.build_ms) as build_ms,
    sum(total.builds_in_init)::bigint as builds_in_init,
    sum(total.builds_in_invocations)::bigint as builds_in_invocations,
    sum(total.saved_ms) as saved_ms,
    sum(total.recreated_ms) as recreated_ms
from last
group by function_name, resource
order by function_name, sum(total.recreated_ms) desc, sum(total.build_ms) desc, resource
