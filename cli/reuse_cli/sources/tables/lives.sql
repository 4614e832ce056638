-- One row a container, and one of NULL names for the lines that could not be read.
-- What stands behind a colon is put in by lives.py.
-- A list of the sequence numbers takes a fraction of the memory of `count(distinct)`.
with grouped as (
    select
        FunctionName as function_name,
        if(sequence is null, null, container_id) as container_id,
        'records' as observed,
        count(*) as lines,
        list(sequence) filter (where sequence is not null) as sequences,
        min(sequence) as first_sequence,
        max(sequence) as last_sequence,
        min(container_started_ms) as started_ms,
        max(to_ms) as last_ms,
        max_by(function_version, sequence) as function_version,
        max_by(init_type, sequence) as init_type,
        max_by(runtime, sequence) as runtime,
        max_by(architecture, sequence) as architecture,
        max_by(memory_mb, sequence) as memory_mb,
        min_by(init_kind, sequence) as first_init_kind,
        min_by(cold_start_kind, sequence) as first_cold_start_kind,
        max_by(telemetry, sequence) as telemetry,
        list({
            'sequence': sequence, 'is_restore': InitDuration is null,
            'ms': coalesce(InitDuration, RestoreDuration)
        }) filter (where isfinite(coalesce(InitDuration, RestoreDuration))) as init_list,
        list({'sequence': sequence, 'kind': cold_start_kind, 'count': ColdStarts})
            filter (where ColdStarts > 0 and cold_start_kind is not null) as cold_list,
        max(MemoryUsed) as memory_used_mb,
        nullif(max_by(coalesce("end", ''), sequence), '') as "end",
        :totals,
        :gaps as idle_list
    from :records
    group by 1, 2
),
counted as (
    select * exclude (sequences), coalesce(list_unique(sequences), 0)::bigint as records from grouped
)
select * replace (:kept as idle_list), :median as idle_p50_ms from counted
