"""The overview: how well the containers of one function are reused, chosen from a list."""

from typing import Any

from reuse_dashboards.widgets import (
    MINUTE,
    NAMESPACE,
    Widget,
    expression,
    graph,
    laid_out,
    log_table,
    number,
    series,
    text,
)

NAME = "lambda-reuse-overview"

CONTAINERS_QUERY = """
filter record = "container/1"
| stats max(total.invocations) as invocations, max(ContainerAge) as age_s,
    max(total.init_ms) as init_ms, max(total.hits) as hits, max(total.misses) as misses,
    max(MemoryUsed) as memory_mb by container_id
| sort invocations desc
| limit 50
"""


def dashboard() -> dict[str, Any]:
    """The dashboard's body."""
    rows = [
        (2, [text(INTRODUCTION)]),
        (4, _numbers()),
        (6, _containers()),
        (6, _waiting()),
        (6, _resources()),
        (7, [log_table("Containers, the most used first", " ".join(CONTAINERS_QUERY.split()))]),
        (4, [_losses()]),
    ]
    return {"start": "-PT3H", "variables": [_function_variable()], "widgets": laid_out(rows)}


INTRODUCTION = (
    "Each number is about the function chosen above. A *container* is one execution environment of"
    " Lambda; a *cold start* is an invocation whose caller waited for an init or a restore."
)


def _numbers() -> list[Widget]:
    hidden = {"visible": False}
    return [
        number("Invocations", [series("Invocations", "Sum")]),
        number(
            "Cold starts",
            [
                expression("100 * FILL(cold, 0) / invocations", "% of invocations"),
                series("ColdStarts", "Sum", id="cold", **hidden),
                series("Invocations", "Sum", id="invocations", **hidden),
            ],
        ),
        number("Invocations per container", [series("InvocationsPerContainer", "p50")]),
        number(
            "Resources found",
            [
                expression("100 * hits / (hits + FILL(misses, 0))", "% of look-ups"),
                series("CacheHits", "Sum", id="hits", **hidden),
                series("CacheMisses", "Sum", id="misses", **hidden),
            ],
        ),
        number("Saved by reuse", [series("TimeSaved", "Sum", label="ms")]),
        number("Built again for nothing", [series("TimeRecreated", "Sum", label="ms")]),
    ]


def _containers() -> list[Widget]:
    return [
        graph(
            "Active containers", [series("ActiveContainers", "Sum", period=MINUTE)], "containers"
        ),
        graph(
            "Age at which they were used",
            [series("ContainerAge", stat, label=stat) for stat in ("p10", "p50", "p90")],
            "seconds",
        ),
        graph(
            "Age they reached",
            [series("ContainerLifetime", stat, label=stat) for stat in ("p10", "p50", "p90")],
            "seconds",
        ),
    ]


def _waiting() -> list[Widget]:
    return [
        graph(
            "Init",
            [series("InitDuration", stat, label=stat) for stat in ("p50", "p90", "p99")]
            + [series("RestoreDuration", "p50", label="restore p50")],
            "milliseconds",
        ),
        graph(
            "Idle before an invocation",
            [series("IdleTime", stat, label=stat) for stat in ("p50", "p90", "p99")],
            "milliseconds",
        ),
        graph(
            "Containers that were never used",
            [series("UnusedInits", "Sum")],
            "containers",
        ),
    ]


def _resources() -> list[Widget]:
    return [
        graph(
            "Resources",
            [
                series("CacheHits", "Sum", label="hits"),
                series("CacheMisses", "Sum", label="misses"),
            ],
            "look-ups",
        ),
        graph(
            "Handler time",
            [series("Duration", stat, label=stat) for stat in ("p50", "p90", "p99")],
            "milliseconds",
        ),
        graph("Memory used", [series("MemoryUsed", "Maximum")], "MB"),
    ]


def _losses() -> Widget:
    """What CloudWatch could not read: it should stay empty."""
    names = ("EMFParsingErrors", "EMFValidationErrors", "EMFDisabledErrors")
    rows: list[list[Any]] = [
        ["AWS/Logs", name, "LogGroupName", "/aws/lambda/FUNCTION", {"stat": "Sum"}]
        for name in names
    ]
    return graph("Lines that CloudWatch could not read", rows, "lines")


def _function_variable() -> dict[str, Any]:
    """The list of functions; a pattern, because a property would not reach into the log query."""
    return {
        "type": "pattern",
        "pattern": "FUNCTION",
        "inputType": "select",
        "id": "function",
        "label": "Function",
        "visible": True,
        "defaultValue": "__FIRST",
        "search": f'{{{NAMESPACE},FunctionName}} MetricName="Invocations"',
        "populateFrom": "FunctionName",
    }
