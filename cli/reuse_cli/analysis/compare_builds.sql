-- One row a container: how often it built something that the helper counts.
select
    container_id,
    coalesce(sum(builds_in_init), 0) + coalesce(sum(builds_in_invocations), 0) as builds
from uses
group by container_id
