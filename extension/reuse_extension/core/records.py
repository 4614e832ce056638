"""The records, and the one catalogue of what they carry: names, units and meanings.

Every other place that names a metric or a field reads it here: the line, its JSON schema, the
dashboards, the documentation, the tables of the command line. A metric's name is in PascalCase, a
property's in snake_case. A metric without a value in a period is omitted, not reported as 0, and a
count of 0 may be absent. Sums add over records; ratios are computed when they are shown (the hit
rate, which a dashboard cannot compute, is the exception).
"""

from collections import namedtuple

from .container_fields import COMMON_FIELDS, CONTAINER_FIELDS
from .fields import (
    DECIMAL,
    INTEGER,
    NO_COUNT,
    TEXT,
    ListOf,
    count,
    prop,
    total,
)

CONTAINER = "container/1"
RESOURCE = "resource/1"
INIT = "init/1"

Record = namedtuple("Record", ("kind", "timestamp_ms", "values"))
"""One line to be: its kind, the time its metrics belong to, and its values by field name."""

REASON_FIELDS = (
    count("first", "There was none yet."),
    count("expired", "It was older than `max_age`."),
    count("invalid", "Its `check` refused it, or the helper's owner replaced it."),
    count("evicted", "It had been given up for others, by `max_keys` or `max_bytes`."),
    count("forced", "The function asked for a new one (`cache_clear`, `refresh`)."),
    count("loop_changed", "It belonged to an event loop that is no longer running."),
    count("error", "The build before it had failed."),
)
"""Why a resource was built: each miss has one reason."""
REASONS = tuple([field.name for field in REASON_FIELDS])

REUSE_FIELDS = (
    total("hits", "Look-ups that found the resource there."),
    total("misses", "Look-ups that had to build it."),
    prop("reasons", REASON_FIELDS, "", "The misses, by the reason of each."),
    total("build_ms", "Time that builds took.", DECIMAL, "ms"),
    total("builds_in_init", "Builds during an init."),
    total("builds_in_invocations", "Builds while a caller waited."),
    count("failed_builds", "Builds that raised an error."),
    total("saved_ms", "Hits times the mean time one build took.", DECIMAL, "ms"),
    count("recreated", "Builds, without a reason, after the first of a call site in a process."),
    total("recreated_ms", "Time that these took.", DECIMAL, "ms"),
    count("uses", "Uses of observed clients and connections."),
)

_SEQUENCE = prop(
    "sequence", INTEGER, "", "Number of the container record that it belongs to.", minimum=1
)

RESOURCE_FIELDS = (
    COMMON_FIELDS
    + (
        _SEQUENCE,
        prop("from_ms", INTEGER, "epoch ms", "Start of the period."),
        prop("to_ms", INTEGER, "epoch ms", "End of the period."),
        prop("Resource", TEXT, "", "Name of the resource."),
        prop(
            "kind", TEXT, "", "What it is: `resource`, `file`, `watched`, or an observed library."
        ),
        prop("call_site", TEXT, "", "File and line that build it.", "where unknown"),
    )
    + REUSE_FIELDS
    + (prop("total", REUSE_FIELDS, "", "The same counts over the container's life."),)
)

PHASE_FIELDS = (
    prop("name", TEXT, "", "Name that the function gave it."),
    prop("start_ms", INTEGER, "epoch ms", "When it began."),
    prop("duration_ms", DECIMAL, "ms", "How long it took."),
    prop("failed", INTEGER, "", "1 where it ended with an error.", NO_COUNT, minimum=1, maximum=1),
)

IMPORT_FIELDS = (
    prop("name", TEXT, "", "The module."),
    prop("call_site", TEXT, "", "Line of the function's own code that leads to it."),
    prop("total_ms", DECIMAL, "ms", "How long it took, with what it imports itself."),
    prop("own_ms", DECIMAL, "ms", "The part of that which is its own."),
)

INIT_FIELDS = COMMON_FIELDS + (
    _SEQUENCE,
    prop("kind", TEXT, "", "The container's `init_type`."),
    prop(
        "phase",
        TEXT,
        "",
        "`init`; `invoke` where it was repeated inside an invocation; `restore` of a snapshot.",
        "where unknown",
        values=("init", "invoke", "restore"),
    ),
    prop("start_ms", INTEGER, "epoch ms", "When it began.", "where unknown"),
    prop("duration_ms", DECIMAL, "ms", "How long it took.", "where unknown"),
    prop("status", TEXT, "", "`success`, `error`, `failure` or `timeout`.", "where unknown"),
    prop("error_type", TEXT, "", "The platform's name of the error.", "where there was none"),
    prop(
        "phases",
        ListOf(PHASE_FIELDS),
        "",
        "The helper's phases, in order.",
        "without any",
    ),
    prop(
        "imports",
        ListOf(IMPORT_FIELDS),
        "",
        "The modules that took longest, the longest first, with LAMBDA_REUSE_IMPORTS=1.",
        "without any",
    ),
)

METRICS = [field for field in CONTAINER_FIELDS if field.metric_set is not None]
RESOURCE_METRICS = [
    field
    for field in METRICS
    if field.name
    in ("CacheHits", "CacheMisses", "CacheHitRate", "TimeSaved", "Recreated", "TimeRecreated")
]
"""What a resource record declares, of that resource alone, where it is asked to."""
FIELDS = {CONTAINER: CONTAINER_FIELDS, RESOURCE: RESOURCE_FIELDS, INIT: INIT_FIELDS}
"""The fields of each kind of record."""
DIMENSIONS = ("FunctionName", "function_version", "init_type", "runtime", "architecture")
"""What may be a dimension: few values each. An id would be one billed metric a value."""


def hit_rate(hits: int, misses: int) -> "int | None":
    """Thousandths of a percent, 0 and 100 % only where exact; None without look-ups."""
    if hits + misses == 0:
        return None
    return max(hits * 100000 // (hits + misses), 1 if hits else 0)
