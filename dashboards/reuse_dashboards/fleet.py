"""The fleet dashboard: every function that has the layer, the worst first."""

from typing import Any

from reuse_extension.core.records import CONTAINER

from reuse_dashboards.function import USD
from reuse_dashboards.widgets import (
    DIMENSION,
    MINUTE,
    Row,
    Widget,
    expression,
    graph,
    laid_out,
    log_table,
    number,
    search,
    text,
    top,
)

NAME = "lambda-reuse-fleet"
LOG_GROUPS = "logGroups(namePrefix: ['/aws/lambda/'], class: 'STANDARD')"
"""All log groups of functions with the default name; CloudWatch reads the newest 50 at most."""

RANKING_QUERY = f"""
filter record = "{CONTAINER}"
| stats sum(Invocations) as invocations, sum(ColdStarts) / sum(Invocations) * 100 as cold_percent,
    count_distinct(container_id) as containers, sum(InitDuration) as init_ms,
    sum(InitDuration * memory_mb) {USD} as init_usd,
    sum(TimeSaved) as saved_ms, sum(TimeRecreated) as wasted_ms by {DIMENSION}
| sort cold_percent desc
| limit 100
"""


def dashboard() -> dict[str, Any]:
    """The dashboard's body."""
    rows: list[tuple[int, list[Widget]]] = [
        (2, [text(INTRODUCTION)]),
        (3, _key_figures()),
        (1, [text(RANKING)]),
        (8, [log_table("Functions by cold start rate", LOG_GROUPS, RANKING_QUERY)]),
        (1, [text(TOP)]),
        (7, _top()),
        (1, [text(OVER_TIME)]),
        (7, _over_time()),
    ]
    return {"start": "-PT3H", "widgets": laid_out(rows)}


INTRODUCTION = (
    "All functions that have the lambda-reuse layer. A *container* is one execution environment of"
    " Lambda; a *cold start* is an invocation whose caller waited for an init or a restore. The"
    " dashboard *lambda-reuse-function* shows one of them."
)
RANKING = (
    "**Ranking.** Good: a cold start rate below 1 %. Start with functions that are high in two"
    " columns: cold_percent and init_usd for slow inits, wasted_ms for things built again."
)
TOP = (
    "**Worst functions.** The ten with the most cold starts, time spent on inits, and time wasted"
    " on rebuilding what was there before."
)
OVER_TIME = (
    "**Over time.** Containers rise with concurrent traffic. If they rise and traffic does not,"
    " invocations have become slower or containers end early."
)


def _total(name: str, label: str, stat: str = "Sum") -> Row:
    return expression(f"SUM({search(name, stat)})", label)


def _share(part: str, whole: str, label: str) -> Row:
    """100 x part / whole, where part counts as 0 where there is none."""
    formula = f"100 * FILL(SUM({search(part, 'Sum')}), 0) / SUM({search(whole, 'Sum')})"
    return expression(formula, label)


def _key_figures() -> list[Widget]:
    hits, misses = (f"FILL(SUM({search(name, 'Sum')}), 0)" for name in ("CacheHits", "CacheMisses"))
    return [
        number("Invocations", [_total("Invocations", "invocations")]),
        number("Cold starts", [_share("ColdStarts", "Invocations", "% of invocations")]),
        number("Init time", [_total("InitDuration", "ms")]),
        number(
            "Resource hit rate",
            [expression(f"100 * {hits} / ({hits} + {misses})", "% of look-ups")],
        ),
        number("Time saved by reuse", [_total("TimeSaved", "ms")]),
        number(
            "Time wasted",
            [expression(f"FILL(SUM({search('TimeRecreated', 'Sum')}), 0)", "ms")],
        ),
    ]


def _top() -> list[Widget]:
    return [
        graph("Cold starts", [top("ColdStarts", "SUM", "")], "cold starts"),
        graph("Time spent on inits", [top("InitDuration", "SUM", "")], "milliseconds"),
        graph("Time wasted", [top("TimeRecreated", "SUM", "")], "milliseconds"),
    ]


def _over_time() -> list[Widget]:
    containers = expression(search("ActiveContainers", "Sum", MINUTE), "", "containers")
    return [
        graph(
            "Cold start rate",
            [_share("ColdStarts", "Invocations", "cold")],
            "% of invocations",
        ),
        graph("Active containers", [containers], "containers", stacked=True),
        graph(
            "Container age when invoked, p50",
            [expression(search("ContainerAge", "p50"), "", "age")],
            "seconds",
        ),
    ]
