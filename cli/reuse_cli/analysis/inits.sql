-- One row an init.
select
    function_name,
    container_id,
    init_type,
    init_kind,
    phase,
    start_ms,
    if(isfinite(duration_ms), duration_ms, null) as duration_ms,
    status,
    error_type,
    phases,
    observed
from inits
order by function_name, start_ms, container_id, sequence
