"""The function dashboard: how one function's containers are reused; a variable chooses which."""

from typing import Any

from reuse_extension.core.records import CONTAINER, REASONS, RESOURCE

from reuse_dashboards.widgets import (
    DIMENSION,
    FUNCTION,
    MINUTE,
    NAMESPACE,
    Widget,
    expression,
    graph,
    hidden,
    laid_out,
    log_table,
    number,
    series,
    text,
)

NAME = "lambda-reuse-function"
DEFAULT_LOG_GROUP = f"/aws/lambda/{FUNCTION}"
USD = "/ 1024000 * 0.0000166667"
"""Makes dollars of ms x MB: GB-seconds of x86_64 in us-east-1, first tier."""

CONTAINERS_QUERY = f"""
filter record = "{CONTAINER}" and {DIMENSION} = "{FUNCTION}"
| stats max(total.invocations) as invocations, max(ContainerAge) as age_s,
    max(total.init_ms) as init_ms, max(total.hits) as hits, max(total.misses) as misses,
    max(MemoryUsed) as memory_mb, max(total.recreated_ms) as recreated_ms,
    max(sequence) - count(*) as lost_records, sum(dropped) as dropped by container_id
| sort invocations desc
| limit 50
"""
BY_REASON = ", ".join(f"sum(reasons.{reason}) as {reason}" for reason in REASONS)
WASTE_QUERY = f"""
filter record = "{RESOURCE}" and {DIMENSION} = "{FUNCTION}"
| stats sum(recreated) as rebuilt, sum(recreated_ms) as rebuilt_ms, sum(hits) as hit,
    sum(misses) as missed, {BY_REASON} by Resource, kind, call_site
| sort rebuilt_ms desc, missed desc
| limit 25
"""
INITS_QUERY = f"""
filter record = "{CONTAINER}" and {DIMENSION} = "{FUNCTION}"
| fields coalesce(InitDuration, RestoreDuration) as ms,
    coalesce(init_kind, cold_start_kind, init_type) as kind
| filter ispresent(ms)
| stats count(*) as inits, pct(ms, 50) as p50_ms, pct(ms, 90) as p90_ms, pct(ms, 99) as p99_ms,
    sum(ms * memory_mb) {USD} as usd by kind
| sort inits desc
"""


def dashboard(log_group: str = DEFAULT_LOG_GROUP) -> dict[str, Any]:
    """The dashboard's body. `log_group`: where the function's logs are, if not in the default."""
    rows: list[tuple[int, list[Widget]]] = [
        (2, [text(INTRODUCTION)]),
        (3, _key_figures()),
        (1, [text(REUSE)]),
        (6, _reuse()),
        (1, [text(INIT)]),
        (6, _init(log_group)),
        (1, [text(CACHE)]),
        (6, _cache()),
        (1, [text(WASTE)]),
        (7, [log_table("Worst call sites and misses by reason", _source(log_group), WASTE_QUERY)]),
        (1, [text(CONTAINERS)]),
        (7, [log_table("Containers", _source(log_group), CONTAINERS_QUERY)]),
        (1, [text(HEALTH)]),
        (5, _health(log_group)),
    ]
    return {"start": "-PT3H", "variables": [variable()], "widgets": laid_out(rows)}


INTRODUCTION = (
    "A *container* is one execution environment of Lambda. A *cold start* is an invocation whose"
    " caller waited for an init or a restore. The variable *Function* chooses whose are shown;"
    " *lambda-reuse doctor* names the lines of code behind these numbers."
)
REUSE = (
    "**Reuse.** Good: a warm share above 99 %, containers that live for hours. A falling container"
    " age means new containers: a deployment, a burst of traffic, or crashes."
)
INIT = (
    "**Init.** Every init is billed. If p50 is above a second, import less and build less at"
    " start; unused inits are paid for and serve nobody."
)
CACHE = (
    "**Cache.** Good: a hit rate above 95 %. Below it, look at the miss reasons: *expired* asks"
    " for a longer max_age, *invalid* for connections that survive idle time."
)
WASTE = (
    "**Waste.** Good: no line in the first rows with a rebuilt count. Each one builds the same"
    " thing again and again: build it once, at module level or with @resource."
)
CONTAINERS = (
    "**Containers.** Memory that rises with age in every container is a leak. Lost records are"
    " log lines that never arrived; totals are right all the same."
)
HEALTH = (
    "**Health and cost.** Good: no EMF errors. A record is a log line of about 1.3 kB, and a"
    " metric costs $0.30 a month: LAMBDA_REUSE_METRICS=minimal publishes fewer."
)


def _key_figures() -> list[Widget]:
    cold = [
        hidden("ColdStarts", "Sum", "cold"),
        hidden("Invocations", "Sum", "invocations"),
    ]
    return [
        number("Warm share", [expression(_WARM, "% of invocations"), *cold]),
        number("Cold starts", [expression("FILL(cold, 0)", "invocations that waited"), *cold]),
        number("Invocations a container", [series("InvocationsPerContainer", "p50", label="p50")]),
        number("Invocations", [series("Invocations", "Sum")]),
        number("Time saved by reuse", [series("TimeSaved", "Sum", label="saved")]),
        number(
            "Resource hit rate",
            [expression(_HIT_RATE, "% of look-ups"), *_look_ups()],
        ),
        number(
            "Time wasted",
            [
                expression("FILL(wasted, 0)", "ms"),
                hidden("TimeRecreated", "Sum", "wasted"),
            ],
        ),
    ]


_WARM = "100 - 100 * FILL(cold, 0) / invocations"
_HIT_RATE = "100 * FILL(hits, 0) / (FILL(hits, 0) + FILL(misses, 0))"


def _look_ups() -> list[Any]:
    return [hidden("CacheHits", "Sum", "hits"), hidden("CacheMisses", "Sum", "misses")]


def _percentiles(name: str, *stats: str) -> list[Any]:
    return [series(name, stat, label=stat) for stat in stats]


def _reuse() -> list[Widget]:
    cold = [hidden("ColdStarts", "Sum", "cold"), hidden("Invocations", "Sum", "invocations")]
    return [
        graph("Warm share", [expression(_WARM, "warm"), *cold], "% of invocations"),
        graph(
            "Active containers", [series("ActiveContainers", "Sum", period=MINUTE)], "containers"
        ),
        graph(
            "Container age when invoked",
            _percentiles("ContainerAge", "p10", "p50", "p90"),
            "seconds",
        ),
        graph(
            "Container lifetime", _percentiles("ContainerLifetime", "p10", "p50", "p90"), "seconds"
        ),
    ]


def _init(log_group: str) -> list[Widget]:
    return [
        graph(
            "Init duration",
            [
                *_percentiles("InitDuration", "p50", "p90", "p99"),
                series("RestoreDuration", "p50", label="restore p50"),
            ],
            "milliseconds",
        ),
        graph(
            "Inits, cold starts and unused inits",
            [
                series("InitDuration", "SampleCount", label="inits"),
                series("ColdStarts", "Sum", label="cold starts"),
                series("UnusedInits", "Sum", label="unused inits"),
            ],
            "count",
        ),
        log_table("Init by kind, and what it costs", _source(log_group), INITS_QUERY),
    ]


def _cache() -> list[Widget]:
    return [
        graph(
            "Resource hit rate", [expression(_HIT_RATE, "hit rate"), *_look_ups()], "% of look-ups"
        ),
        graph(
            "Hits and misses",
            [
                series("CacheHits", "Sum", label="hits"),
                series("CacheMisses", "Sum", label="misses"),
            ],
            "look-ups",
        ),
        graph(
            "Time saved and time wasted on rebuilds",
            [
                series("TimeSaved", "Sum", label="saved"),
                series("TimeRecreated", "Sum", label="wasted"),
            ],
            "milliseconds",
        ),
        graph(
            "Memory used and container age",
            [
                series("MemoryUsed", "Maximum", label="memory"),
                series("ContainerAge", "Maximum", label="age", yAxis="right"),
            ],
            "MB",
            "seconds",
        ),
    ]


def _health(log_group: str) -> list[Widget]:
    names = ("EMFParsingErrors", "EMFValidationErrors", "EMFDisabledErrors")
    rows: list[Any] = [
        ["AWS/Logs", name, "LogGroupName", log_group, {"stat": "Sum"}] for name in names
    ]
    return [
        graph("EMF errors", rows, "lines"),
        graph(
            "Records written, and handler time",
            [
                series("ContainerAge", "SampleCount", label="container records"),
                series("Duration", "p90", label="duration p90", yAxis="right"),
            ],
            "records",
            "milliseconds",
        ),
        graph(
            "Idle time before an invocation", _percentiles("IdleTime", "p50", "p90", "p99"), "ms"
        ),
    ]


def _source(log_group: str) -> str:
    return f"'{log_group}'"


def variable() -> dict[str, Any]:
    """The list of functions; a pattern, because a property would not reach into log queries."""
    return {
        "type": "pattern",
        "pattern": FUNCTION,
        "inputType": "select",
        "id": "function",
        "label": "Function",
        "visible": True,
        "defaultValue": "__FIRST",
        "search": f'{{{NAMESPACE},{DIMENSION}}} MetricName="Invocations"',
        "populateFrom": DIMENSION,
    }
