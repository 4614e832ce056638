"""The fields of a container record, in the order of the line."""

from .fields import (
    DECIMAL,
    DECIMALS,
    INTEGER,
    MINIMAL,
    NO_COUNT,
    TEXT,
    count,
    metric,
    prop,
    total,
)

WITHOUT_HELPER = "without the helper"
UNOBSERVED = "where the helper does not observe invocations"
AT_THE_END = "except in the record that ends a container"
FIRST_INVOCATION = "except in the record of the first invocation"

COMMON_FIELDS = (
    prop("record", TEXT, "", "Kind and version of the line."),
    prop(
        "level",
        TEXT,
        "",
        "The function's own log level, so that log filtering never drops the line.",
        "unless the function logs JSON",
    ),
    prop("FunctionName", TEXT, "", "The function; the default dimension."),
    prop(
        "function_version",
        TEXT,
        "",
        "Version of the function, such as `$LATEST`.",
        "where unknown",
    ),
    prop(
        "container_id",
        TEXT,
        "",
        "The container: its log stream, or a generated id until the platform reports it.",
    ),
    prop("extension_version", TEXT, "", "Version of the extension that wrote the line."),
)

TOTAL_FIELDS = (
    total("invocations", "Invocations."),
    total("cold_starts", "Invocations whose caller waited for an init or a restore."),
    total("errors", "Invocations that ended with status `error` or `failure`."),
    total("timeouts", "Invocations that ran out of time."),
    total("out_of_memory", "Failed invocations that ran out of memory."),
    total("resets", "Times the processes were ended and started again."),
    total("init_ms", "Duration of all inits.", DECIMAL, "ms"),
    total("duration_ms", "Duration of all invocations.", DECIMAL, "ms"),
    total("billed_ms", "What the platform reports as billed.", INTEGER, "ms"),
    total("hits", "Look-ups that found the resource there."),
    total("misses", "Look-ups that had to build it."),
    total("saved_ms", "Time saved by hits.", DECIMAL, "ms"),
    total("recreated_ms", "Time spent on building again without a reason.", DECIMAL, "ms"),
    prop(
        "function_errors",
        INTEGER,
        "",
        "Invocations whose handler raised.",
        UNOBSERVED,
    ),
    total("records", "Container records written."),
)

_PERIOD = (
    prop(
        "init_type",
        TEXT,
        "",
        "`on-demand`, `provisioned-concurrency`, `snap-start` or `lambda-managed-instances`.",
        values=("on-demand", "provisioned-concurrency", "snap-start", "lambda-managed-instances"),
    ),
    prop(
        "runtime", TEXT, "", "Runtime and its version, as the platform writes it.", "until reported"
    ),
    prop(
        "architecture",
        TEXT,
        "",
        "`x86_64` or `arm64`.",
        "where unknown",
        values=("x86_64", "arm64", "unknown"),
    ),
    prop("memory_mb", INTEGER, "MB", "Memory size of the function.", "where unknown", minimum=1),
    prop("tenant_id", TEXT, "", "The tenant this container serves.", "without tenant isolation"),
    prop("container_started_ms", INTEGER, "epoch ms", "Start of the container's first init."),
    prop("sequence", INTEGER, "", "Number of the record, from 1: a gap is a lost line.", minimum=1),
    prop("from_ms", INTEGER, "epoch ms", "Start of the period."),
    prop("to_ms", INTEGER, "epoch ms", "End of the period; the metrics' timestamp."),
)

_METRICS = (
    metric(
        "Invocations",
        INTEGER,
        "Count",
        "Invocations of the period.",
        NO_COUNT,
        metric_set=MINIMAL,
        minimum=1,
    ),
    metric(
        "ColdStarts",
        INTEGER,
        "Count",
        "Invocations whose caller waited for an init or a restore.",
        NO_COUNT,
        metric_set=MINIMAL,
        minimum=1,
    ),
    metric(
        "ActiveContainers",
        INTEGER,
        "Count",
        "1 once per container and minute with an invocation: the Sum of a minute is the number of"
        " active containers.",
        "in a minute's later records",
        metric_set=MINIMAL,
        minimum=1,
        maximum=1,
    ),
    metric(
        "InitDuration",
        DECIMAL,
        "Milliseconds",
        "Duration of an init, once per init.",
        "where no init became known",
        metric_set=MINIMAL,
    ),
    metric(
        "RestoreDuration",
        DECIMAL,
        "Milliseconds",
        "Duration of a restore from a SnapStart snapshot, once per restore.",
        "where no restore became known",
    ),
    metric(
        "ContainerAge",
        DECIMAL,
        "Seconds",
        "Age of the container at the end of the period.",
        "where the clock went backwards",
    ),
    metric(
        "IdleTime",
        DECIMALS,
        "Milliseconds",
        "Idle gap before each invocation but the container's first, in order.",
        "where none is known",
    ),
    metric(
        "Duration",
        DECIMALS,
        "Milliseconds",
        "Handler time of each finished invocation, in order.",
        "where none finished",
    ),
    metric(
        "MemoryUsed",
        INTEGER,
        "Megabytes",
        "Highest memory use of the period, as Lambda reports it (MiB).",
        "until a report came",
    ),
    metric(
        "CacheHits",
        INTEGER,
        "Count",
        "Look-ups that found the resource there.",
        WITHOUT_HELPER,
    ),
    metric("CacheMisses", INTEGER, "Count", "Look-ups that had to build it.", WITHOUT_HELPER),
    metric(
        "CacheHitRate",
        DECIMAL,
        "Percent",
        "Share of look-ups that were hits.",
        "without look-ups",
        metric_set=MINIMAL,
        maximum=100,
    ),
    metric(
        "TimeSaved",
        DECIMAL,
        "Milliseconds",
        "Hits times the mean time one build took.",
        "where nothing was hit",
    ),
    metric(
        "Recreated",
        INTEGER,
        "Count",
        "Builds, without a reason, of what the same call site had built before in its process.",
        "where nothing was recreated",
        minimum=1,
    ),
    metric(
        "TimeRecreated",
        DECIMAL,
        "Milliseconds",
        "Time spent building again, without a reason, what the same call site had built before.",
        "where nothing was recreated",
    ),
    metric(
        "InvocationsPerContainer",
        INTEGER,
        "Count",
        "Invocations of the container's whole life.",
        AT_THE_END,
        minimum=1,
    ),
    metric("ContainerLifetime", DECIMAL, "Seconds", "Age the container reached.", AT_THE_END),
    metric(
        "UnusedInits",
        INTEGER,
        "Count",
        "1 for a container that ended without ever serving an invocation.",
        "except in the record that ends such a container",
        minimum=1,
        maximum=1,
    ),
    metric(
        "FunctionErrors",
        INTEGER,
        "Count",
        "Invocations that the handler ended by raising an error; Lambda's telemetry calls them"
        " successes.",
        UNOBSERVED,
    ),
)

_PROPERTIES = (
    prop(
        "function_errors",
        INTEGER,
        "",
        "The same number as `FunctionErrors`.",
        UNOBSERVED,
    ),
    prop(
        "cold_start_kind",
        TEXT,
        "",
        "`on-demand`, `snap-start` or `suppressed`.",
        "where the period had no cold start",
        values=("on-demand", "snap-start", "suppressed"),
    ),
    prop(
        "init_kind",
        TEXT,
        "",
        "`proactive` or `provisioned`: an init that no caller waited for.",
        "for other inits, and " + FIRST_INVOCATION,
        values=("proactive", "provisioned"),
    ),
    prop(
        "init_to_invoke_ms",
        INTEGER,
        "ms",
        "From the end of the init to the first invocation; above 1000 the init was proactive.",
        FIRST_INVOCATION,
    ),
    count("errors", "Invocations that ended with status `error` or `failure`."),
    count("timeouts", "Invocations that ran out of time."),
    count(
        "out_of_memory",
        "Failed invocations that ran out of memory (counted among the errors or timeouts too).",
    ),
    count(
        "failed_inits",
        "Inits that failed. An invocation that fails because its init did is among the errors or"
        " timeouts too.",
    ),
    count("resets", "Times the container's processes were ended and started again."),
    prop(
        "end",
        TEXT,
        "",
        "`spindown`, or `timeout` or `failure` where one of these ended its processes: such a"
        " record is the last unless the container was used again.",
        "except in the last record",
        values=("spindown", "timeout", "failure"),
    ),
    prop(
        "telemetry",
        TEXT,
        "",
        "`full`, or `none` where the platform offered no Telemetry API.",
        values=("full", "none"),
    ),
    count("dropped", "Telemetry that could not be understood or that the platform reported lost."),
    prop("total", TOTAL_FIELDS, "", "Running totals of the container."),
)

CONTAINER_FIELDS = COMMON_FIELDS + _PERIOD + _METRICS + _PROPERTIES
