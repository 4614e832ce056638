-- One row a resource of a function and call site, with what the doctor looks at.
select
    function_name,
    resource,
    coalesce(kind, '') as kind,  -- a damaged line may lack it
    call_site,
    count(*) as containers,
    coalesce(sum(builds_in_init), 0) as builds_in_init,
    coalesce(sum(builds_in_invocations), 0) as builds_in_invocations,
    coalesce(sum(build_ms order by build_ms), 0) as build_ms,
    coalesce(sum(recreated), 0) as recreated,
    coalesce(sum(recreated_ms order by recreated_ms), 0) as recreated_ms,
    coalesce(sum(hits), 0) as hits,
    coalesce(sum(uses), 0) as uses
from uses
group by function_name, resource, uses.kind, call_site
order by function_name, resource, uses.kind, call_site
