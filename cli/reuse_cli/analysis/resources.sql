-- One row a resource of a function and call site, over all its containers.
select
    function_name,
    resource,
    kind,
    call_site,
    count(*) as containers,
    coalesce(sum(hits), 0) as hits,
    coalesce(sum(misses), 0) as misses,
    :reasons as reasons,
    sum(hits) / nullif(sum(hits) + sum(misses), 0) as hit_rate,
    sum(build_ms order by build_ms) as build_ms,
    coalesce(sum(builds_in_init), 0) as builds_in_init,
    coalesce(sum(builds_in_invocations), 0) as builds_in_invocations,
    coalesce(sum(failed_builds), 0) as failed_builds,
    sum(uses) as uses,
    sum(saved_ms order by saved_ms) as saved_ms,
    coalesce(sum(recreated), 0) as recreated,
    sum(recreated_ms order by recreated_ms) as recreated_ms
from uses
group by function_name, resource, kind, call_site
order by
    function_name, sum(recreated_ms order by recreated_ms) desc nulls last, sum(build_ms order by build_ms) desc nulls last,
    resource, kind, call_site
