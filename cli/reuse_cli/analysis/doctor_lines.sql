-- One row a resource of a function, with what the doctor looks at. Each container's last record of
-- it holds the running totals.
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
    coalesce(sum(total.builds_in_init), 0)::bigint as builds_in_init,
    coalesce(sum(total.builds_in_invocations), 0)::bigint as builds_in_invocations,
    coalesce(sum(total.build_ms), 0)::double as build_ms,
    coalesce(sum(total.recreated), 0)::bigint as recreated,
    coalesce(sum(total.recreated_ms), 0)::double as recreated_ms,
    coalesce(sum(total.hits), 0)::bigint as hits,
    coalesce(sum(total.uses), 0)::bigint as uses
from last
group by function_name, resource
order by function_name, resource
