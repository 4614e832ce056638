-- What the platform's own lines said, each once, with the function and the container as far as any
-- line says them. :platform is the file's rows, :records those of containers with records.
create or replace temp table platform_events as
with said as not materialized (
    select * from :platform
),
named as (
    select container_id, min(function_name) as function_name, min(fallback) as fallback
    from said
    where container_id is not null
    group by container_id
),
known as not materialized (
    select
        said.* replace (
            coalesce(said.function_name, named.function_name, named.fallback, said.fallback)
                as function_name
        ),
        coalesce(said.function_name, named.function_name) is not null as is_named
    from said
    left join named using (container_id)
    where said.kind <> 'records'
),
others as not materialized (
    -- Lines in a file with records, of which nothing says whose they are, are of its functions.
    -- What began before the time asked about tells the kind of what ended in it.
    select *, hash(kind, request_id, duration_ms, init_ms, restore_ms) as same_hash from known
    where (is_named or file not in (select file from said where kind = 'records'))
        and function_name not in (select function_name from :records)
        and coalesce(container_id, '') not in (select container_id from :records)
        and (:condition or kind in ('start', 'init_start', 'timed_out'))
),
-- Of nearly all lines there is one only: comparing is for the others.
repeated as materialized (
    select hash(kind, request_id, duration_ms, init_ms, restore_ms) as same_hash
    from said
    group by all
    having count(*) > 1
),
-- Tools print the time with or without milliseconds.
once as (
    select distinct on (
        function_name, container_id, kind, request_id, duration_ms, init_ms, restore_ms, phase,
        at_ms // 1000
    ) *
    from others
    where same_hash in (select same_hash from repeated)
),
-- The same line may be there with and without its time and stream. A request that was tried again
-- has the same id, and inits of several containers may take as long: where no line says the
-- container, they are told apart by their times.
ranked as (
    select
        *,
        (at_ms is not null)::int + (container_id is not null)::int as worth,
        max(worth) over same as most,
        at_ms is not null and bool_and(container_id is null) over same as is_timed,
        row_number() over (same order by worth desc, at_ms, container_id) as number
    from once
    window same as (
        partition by kind, request_id, duration_ms, init_ms, restore_ms,
            if(request_id is null, function_name, null)
    )
)
select * exclude (worth, most, is_timed, number, fallback, file, is_named, same_hash)
from ranked
where (request_id is null and kind not in ('init_report', 'restore_report'))
    or (worth = most and (worth = 2 or is_timed or number = 1))
union all
select * exclude (fallback, file, is_named, same_hash)
from others
where same_hash not in (select same_hash from repeated);

create or replace temp table platform_reports as
with starts as (
    select function_name, coalesce(container_id, '') as container, request_id, at_ms as began_ms
    from platform_events
    where kind = 'start' and at_ms is not null
),
init_starts as (
    select function_name, container_id, at_ms as init_began_ms, init_type as told_type
    from platform_events
    where kind = 'init_start' and container_id is not null and at_ms is not null
),
reports as not materialized (
    select *, coalesce(container_id, '') as container, began_ms <= at_ms as is_begun
    from platform_events
    where kind = 'report'
),
-- Joins by time sort: only what needs them takes part.
begun as not materialized (
    select * from reports where is_begun
    union all by name
    select
        reports.* replace (coalesce(starts.began_ms, at_ms - duration_ms)::bigint as began_ms)
    from (select * from reports where is_begun is not true) as reports
    asof left join starts
        on reports.function_name = starts.function_name and reports.container = starts.container
        and reports.request_id = starts.request_id and reports.at_ms >= starts.began_ms
),
with_inits as not materialized (
    select * exclude (began_ms, is_begun), began_ms as start_ms, null::bigint as init_began_ms,
        null::varchar as told_type
    from begun
    where init_ms is null and restore_ms is null
    union all by name
    select begun.* exclude (began_ms, is_begun), began_ms as start_ms, init_began_ms, told_type
    from (select * from begun where init_ms is not null or restore_ms is not null) as begun
    asof left join init_starts
        on begun.function_name = init_starts.function_name
        and begun.container_id = init_starts.container_id
        and begun.began_ms >= init_starts.init_began_ms
)
select
    * exclude (container, told_type)
        replace (coalesce(init_type, told_type) as init_type),
    status = 'timeout' or request_id in (
        select request_id from platform_events where kind = 'timed_out'
    ) as is_timeout,
    -- Where a tool printed whole seconds, what is less than two of them is no time at all.
    coalesce(
        start_ms - init_began_ms - init_ms
            > if(start_ms % 1000 = 0 and init_began_ms % 1000 = 0, 2000, 1000),
        false
    ) as is_proactive
from with_inits;
