-- One row an init or a restore that the platform's own lines report. A report has the duration of
-- the init before it, and INIT_REPORT or RESTORE_REPORT may have reported the same.
create or replace temp table platform_inits as
with types as (
    select
        function_name,
        container_id,
        coalesce(
            max(init_type),
            case
                when bool_or(restore_ms is not null) then 'snap-start'
                -- In text format a successful init has a line of its own where it was provisioned.
                when bool_or(
                    kind = 'init_report' and coalesce(status, 'success') = 'success'
                    and coalesce(phase, 'init') = 'init' and init_type is null
                ) then 'provisioned-concurrency'
                when bool_or(init_ms is not null) then 'on-demand'
            end
        ) as init_type
    from platform_events
    -- Lines whose container is not known are of several.
    where container_id is not null
    group by function_name, container_id
),
by_reports as (
    select
        function_name, container_id, request_id, restore_ms is not null as is_restore,
        coalesce(restore_ms, init_ms) as duration_ms, is_proactive,
        coalesce(init_began_ms, (start_ms - init_ms)::bigint, start_ms) as start_ms,
        coalesce(init_type, if(restore_ms is null, 'on-demand', 'snap-start')) as own_type,
        null as phase, null as status, null as error_type
    from platform_reports
    where coalesce(restore_ms, init_ms) is not null
),
by_themselves as (
    select
        function_name, container_id, null as request_id, kind = 'restore_report' as is_restore,
        coalesce(restore_ms, init_ms) as duration_ms, false as is_proactive,
        (at_ms - coalesce(restore_ms, init_ms))::bigint as start_ms,
        coalesce(init_type, case
            when kind = 'restore_report' then 'snap-start'
            when coalesce(status, 'success') = 'success' and coalesce(phase, 'init') = 'init'
                then 'provisioned-concurrency'
        end) as own_type,
        phase, status, error_type
    from platform_events as own
    where kind in ('init_report', 'restore_report') and not exists (
        select * from by_reports
        where by_reports.function_name = own.function_name
            and by_reports.container_id is not distinct from own.container_id
            and by_reports.is_restore = (own.kind = 'restore_report')
            and abs(by_reports.duration_ms - coalesce(own.restore_ms, own.init_ms)) < 0.02
    )
),
typed as (
    select
        found.* exclude (own_type),
        coalesce(types.init_type, if(found.container_id is null, own_type, null)) as init_type
    from (select * from by_reports union all by name select * from by_themselves) as found
    left join types
        on found.function_name = types.function_name and found.container_id = types.container_id
)
select
    * exclude (is_restore, is_proactive, phase),
    is_restore,
    if(is_restore, 'restore', coalesce(phase, 'init')) as phase,
    case
        when is_restore then 'snap-start'
        when phase = 'invoke' then 'suppressed'
        when init_type = 'provisioned-concurrency' then 'provisioned'
        when init_type = 'lambda-managed-instances' then 'managed'
        when is_proactive then 'proactive'
        when request_id is not null then 'on-demand'
    end as init_kind,
    row_number() over (
        partition by function_name, container_id order by start_ms, duration_ms
    ) as sequence
from typed;
