-- One row a distribution: how many values, the median and 90th percentile, and counts by bins.
-- A bin is [edge, next edge), with edges at 1, 2 and 5 times a power of ten; bin 0 holds 0.
with found as (
    select 'age' as spread, '' as kind, greatest(last_ms - started_ms, 0) / 1000 as value from lives
    union all
    select 'lifetime', '', greatest(last_ms - started_ms, 0) / 1000 from lives
    where "end" is not null
    union all
    select 'invocations', '', invocations from lives where invocations is not null
    union all
    select 'idle', '', unnest(flatten([gap.ms for gap in list_distinct(idle_list)])) from lives
    union all
    select 'init', coalesce(init_kind, init_type, 'unknown'), duration_ms from inits
    where isfinite(duration_ms)
),
scaled as (
    select
        spread,
        kind,
        value,
        if(value > 0, floor(log10(value) + 1e-9), null) as power,
        value / pow(10, power) as head
    from found
    where value >= 0 and isfinite(value)
)
select
    spread,
    kind,
    count(*) as "values",
    quantile_cont(value, 0.5) as p50,
    quantile_cont(value, 0.9) as p90,
    histogram(coalesce(
        round(pow(10, power) * case when head < 2 - 1e-9 then 1 when head < 5 - 1e-9 then 2 else 5 end, 9),
        0
    )) as bins
from scaled
group by spread, kind
order by spread, kind
