"""The records, and the one catalogue of what they carry: names, units and meanings.

Every other place that names a metric (the line, the dashboards, the documentation) reads it here.
A metric's name is in PascalCase, a property's in snake_case. A metric that has no value in a period
is absent, never 0 in disguise, and a count of 0 may be absent. Sums add over records; ratios are
computed when they are shown (the hit rate, which a dashboard cannot compute, is the exception).

Inside the core durations are microseconds, ages and rates thousandths of what is printed: whole
numbers, so that sums are exact.
"""

from collections import namedtuple

from .json_text import list_of, object_of, text, thousandths, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CONTAINER = "container/1"
RESOURCE = "resource/1"
INIT = "init/1"

Record = namedtuple("Record", ("kind", "timestamp_ms", "values"))
"""One line to be: its kind, the time its metrics belong to, and its values by field name."""

Field = namedtuple("Field", ("name", "shape", "unit", "meaning", "absent", "set"))
"""`unit`: CloudWatch's word for a metric, ours for a property ("" without one). `set`: the smallest
set of `LAMBDA_REUSE_METRICS` that declares the metric, or None for a property."""

MINIMAL = "minimal"
STANDARD = "standard"


def _metric(
    name: str, shape: "Any", unit: str, meaning: str, absent: str, *, smallest: str = STANDARD
) -> "Field":
    return Field(name, shape, unit, meaning, absent, smallest)


def _property(name: str, shape: "Any", unit: str, meaning: str, absent: str = "never") -> "Field":
    return Field(name, shape, unit, meaning, absent, None)


thousandths_list = list_of(thousandths)

TOTAL_FIELDS = (
    ("invocations", whole),
    ("cold_starts", whole),
    ("errors", whole),
    ("timeouts", whole),
    ("out_of_memory", whole),
    ("resets", whole),
    ("init_ms", thousandths),
    ("duration_ms", thousandths),
    ("billed_ms", whole),
    ("hits", whole),
    ("misses", whole),
    ("saved_ms", thousandths),
    ("recreated_ms", thousandths),
    ("function_errors", whole),
    ("records", whole),
)

WHO = (
    _property("record", text, "", "Kind and version of the line."),
    _property(
        "level",
        text,
        "",
        "The function's own log level, so that log filtering never drops the line.",
        "unless the function logs JSON",
    ),
    _property("FunctionName", text, "", "The function; the default dimension."),
    _property("function_version", text, "", "Version of the function, such as `$LATEST`."),
    _property(
        "container_id",
        text,
        "",
        "The container: its log stream, or a made id where the platform does not tell it.",
    ),
)

CONTAINER_FIELDS = WHO + (
    _property(
        "init_type",
        text,
        "",
        "`on-demand`, `provisioned-concurrency`, `snap-start` or `lambda-managed-instances`.",
    ),
    _property(
        "runtime", text, "", "Runtime and its version, as the platform writes it.", "until told"
    ),
    _property("architecture", text, "", "`x86_64` or `arm64`."),
    _property("memory_mb", whole, "MB", "Memory size of the function.", "where unknown"),
    _property(
        "tenant_id", text, "", "The tenant this container serves.", "without tenant isolation"
    ),
    _property("container_started_ms", whole, "epoch ms", "Start of the container's first init."),
    _property("sequence", whole, "", "Number of the record, from 1: a gap is a lost line."),
    _property("from_ms", whole, "epoch ms", "Start of the period."),
    _property("to_ms", whole, "epoch ms", "End of the period; the metrics' timestamp."),
    _metric(
        "Invocations",
        whole,
        "Count",
        "Invocations of the period.",
        "where there were none",
        smallest=MINIMAL,
    ),
    _metric(
        "ColdStarts",
        whole,
        "Count",
        "Invocations whose caller waited for an init or a restore.",
        "where there were none",
        smallest=MINIMAL,
    ),
    _metric(
        "ActiveContainers",
        whole,
        "Count",
        "1 once per container and minute with an invocation: the Sum of a minute is the number of"
        " active containers.",
        "in a minute's later records",
        smallest=MINIMAL,
    ),
    _metric(
        "InitDuration",
        thousandths,
        "Milliseconds",
        "Duration of an init, once per init.",
        "where no init became known",
        smallest=MINIMAL,
    ),
    _metric(
        "RestoreDuration",
        thousandths,
        "Milliseconds",
        "Duration of a restore from a SnapStart snapshot, once per restore.",
        "where no restore became known",
    ),
    _metric(
        "ContainerAge",
        thousandths,
        "Seconds",
        "Age of the container at the end of the period.",
        "where the clock went backwards",
    ),
    _metric(
        "IdleTime",
        thousandths_list,
        "Milliseconds",
        "Idle gap before each invocation but the container's first, in order.",
        "where none is known",
    ),
    _metric(
        "Duration",
        thousandths_list,
        "Milliseconds",
        "Handler time of each finished invocation, in order.",
        "where none finished",
    ),
    _metric(
        "MemoryUsed",
        whole,
        "Megabytes",
        "Highest memory use of the period, as Lambda reports it (MiB).",
        "until a report came",
    ),
    _metric(
        "CacheHits", whole, "Count", "Look-ups that found the resource there.", "without the helper"
    ),
    _metric("CacheMisses", whole, "Count", "Look-ups that had to build it.", "without the helper"),
    _metric(
        "CacheHitRate",
        thousandths,
        "Percent",
        "Share of look-ups that were hits.",
        "without look-ups",
        smallest=MINIMAL,
    ),
    _metric(
        "TimeSaved",
        thousandths,
        "Milliseconds",
        "Hits times the mean time one build took.",
        "where nothing was hit",
    ),
    _metric(
        "Recreated",
        whole,
        "Count",
        "Builds, without a reason, of what the same call site had built before in its process.",
        "where nothing was recreated",
    ),
    _metric(
        "TimeRecreated",
        thousandths,
        "Milliseconds",
        "Time spent building again, without a reason, what the same call site had built before.",
        "where nothing was recreated",
    ),
    _metric(
        "InvocationsPerContainer",
        whole,
        "Count",
        "Invocations of the container's whole life.",
        "except in the record that ends a container",
    ),
    _metric(
        "ContainerLifetime",
        thousandths,
        "Seconds",
        "Age the container reached.",
        "except in the record that ends a container",
    ),
    _metric(
        "UnusedInits",
        whole,
        "Count",
        "1 for a container that ended without ever serving an invocation.",
        "except in the record that ends such a container",
    ),
    _metric(
        "FunctionErrors",
        whole,
        "Count",
        "Invocations that the handler ended by raising an error; Lambda's telemetry calls them"
        " successes.",
        "where the helper does not observe invocations",
    ),
    _property(
        "function_errors",
        whole,
        "",
        "The same number as `FunctionErrors`.",
        "where the helper does not observe invocations",
    ),
    _property(
        "cold_start_kind",
        text,
        "",
        "`on-demand`, `snap-start` or `suppressed`.",
        "where the period had no cold start",
    ),
    _property(
        "init_kind",
        text,
        "",
        "`proactive` or `provisioned`: an init that no caller waited for.",
        "for other inits, and except in the record of the first invocation",
    ),
    _property(
        "init_to_invoke_ms",
        whole,
        "ms",
        "From the end of the init to the first invocation; above 1000 the init was proactive.",
        "except in the record of the first invocation",
    ),
    _property(
        "errors",
        whole,
        "",
        "Invocations that ended with status `error` or `failure`.",
        "where there were none",
    ),
    _property("timeouts", whole, "", "Invocations that ran out of time.", "where there were none"),
    _property(
        "out_of_memory",
        whole,
        "",
        "Failed invocations that ran out of memory (counted among the errors or timeouts too).",
        "where there were none",
    ),
    _property(
        "failed_inits",
        whole,
        "",
        "Inits that failed. An invocation that fails because its init did is among the errors or"
        " timeouts too.",
        "where there were none",
    ),
    _property(
        "resets",
        whole,
        "",
        "Times the container's processes were ended and started again.",
        "where there were none",
    ),
    _property(
        "end",
        text,
        "",
        "`spindown`, or `timeout` or `failure` where a reset ended it: a record with one of the"
        " latter is the last unless the container was used again.",
        "except in the last record",
    ),
    _property(
        "telemetry", text, "", "`full`, or `none` where the platform offered no Telemetry API."
    ),
    _property(
        "dropped",
        whole,
        "",
        "Telemetry that could not be understood or that the platform reported lost.",
        "where there was none",
    ),
    _property("total", object_of(TOTAL_FIELDS), "", "Running totals of the container."),
)

REUSE_FIELDS = (
    ("hits", whole),
    ("misses", whole),
    (
        "reasons",
        object_of(
            [
                (reason, whole)
                for reason in (
                    "first",
                    "expired",
                    "invalid",
                    "evicted",
                    "forced",
                    "loop_changed",
                    "error",
                )
            ]
        ),
    ),
    ("build_ms", thousandths),
    ("builds_in_init", whole),
    ("builds_in_invocations", whole),
    ("failed_builds", whole),
    ("saved_ms", thousandths),
    ("recreated", whole),
    ("recreated_ms", thousandths),
    ("uses", whole),
)

_WHO_FIELDS = [(field.name, field.shape) for field in WHO]

RESOURCE_FIELDS = (
    _WHO_FIELDS
    + [
        ("sequence", whole),
        ("from_ms", whole),
        ("to_ms", whole),
        ("Resource", text),
        ("kind", text),
        ("call_site", text),
    ]
    + list(REUSE_FIELDS)
    + [("total", object_of(REUSE_FIELDS))]
)

PHASE_FIELDS = (
    ("name", text),
    ("start_ms", whole),
    ("duration_ms", thousandths),
    ("failed", whole),
)

INIT_FIELDS = _WHO_FIELDS + [
    ("sequence", whole),
    ("kind", text),
    ("phase", text),
    ("start_ms", whole),
    ("duration_ms", thousandths),
    ("status", text),
    ("error_type", text),
    ("phases", list_of(object_of(PHASE_FIELDS))),
]

METRICS = [field for field in CONTAINER_FIELDS if field.set is not None]
RESOURCE_METRICS = [
    field
    for field in METRICS
    if field.name
    in ("CacheHits", "CacheMisses", "CacheHitRate", "TimeSaved", "Recreated", "TimeRecreated")
]
"""What a resource record declares, of that resource alone, where it is asked to."""
DIMENSIONS = ("FunctionName", "function_version", "init_type", "runtime", "architecture")
"""What may be a dimension: few values each. An id would be one billed metric a value."""


def hit_rate(hits: int, misses: int) -> "int | None":
    """Thousandths of a percent, 0 and 100 % only where exact; None without look-ups."""
    if hits + misses == 0:
        return None
    return max(hits * 100000 // (hits + misses), 1 if hits else 0)
