"""The page about money: prices, the catalogue's metrics, and the dashboards that are committed."""

import json
from pathlib import Path
from typing import Any

from metrics_page import table
from reuse_cli.analysis.prices import MONTH_S, PRICES, X86_64
from reuse_cli.analysis.questions import INVOCATION_BYTES, RECORD_BYTES
from reuse_cli.cloudwatch.body import wanted
from reuse_extension.core.fields import MINIMAL
from reuse_extension.core.records import METRICS

DASHBOARDS = Path(__file__).parents[1] / "dashboards"
PRICE = PRICES[X86_64]
MINUTES = MONTH_S // 60
GB = 1e9

INTRODUCTION = """# What it costs

Made by `make docs` from the price table (us-east-1, November 2026, without the free tier), the
catalogue of metrics and the committed dashboards. Three things cost money: custom metrics, log
lines, and what CloudWatch asks for dashboards. What the layer costs an invocation in time is in
[overhead.md](overhead.md); `lambda-reuse cost` shows, beside what reuse saves, what the product's
own lines and metrics cost.

## Metrics

A custom metric is ${metric:.2f} a month for every name with every combination of dimension values
that was published in it, by the hour. With the default dimensions that is once a function:

{sets}
`LAMBDA_REUSE_DIMENSIONS` multiplies this by the number of its lists, and by the values that they
take; `LAMBDA_REUSE_RESOURCE_METRICS=1` adds metrics for each resource. Metrics that a function
has no values for cost nothing. A list of names (`LAMBDA_REUSE_METRICS=Invocations,ColdStarts`)
publishes those.

A record is a log line with or without metrics in it: `lambda-reuse`, its reports and Logs
Insights answer the same with `none`. Dashboards show what was published:

{widgets}
`lambda-reuse dashboard render` shows the same of log lines: a widget whose metrics the lines do
not declare is empty.

## Log lines

A record of a container is a line of about {record} bytes and {invocation} for every invocation of
its minute. A container writes one a minute in which it worked, and one at its end. Ingestion is
${log_gb:.2f} a GB.

{lines}
With `LAMBDA_REUSE_FLUSH=invocation` a record is written for each invocation: {million:.2f}
dollars a million.

## Dashboards

$3.00 a month for each dashboard after the first three of an account. Log widgets scan logs at
$0.005 a GB each time they refresh, so there are three at most. An alarm is $0.10 a month.
"""


def cost_page() -> str:
    """The whole page."""
    return INTRODUCTION.format(
        metric=PRICE.metric_month,
        log_gb=PRICE.log_gb,
        record=RECORD_BYTES,
        invocation=INVOCATION_BYTES,
        million=1e6 * (RECORD_BYTES + INVOCATION_BYTES) / GB * PRICE.log_gb,
        sets=_sets(),
        widgets=_widgets(),
        lines=_lines(),
    )


def _names() -> dict[str, set[str]]:
    """The metrics of each set."""
    return {
        "standard": {field.name for field in METRICS},
        "minimal": {field.name for field in METRICS if field.metric_set == MINIMAL},
        "none": set(),
    }


def _sets() -> str:
    rows = [
        (f"`{name}`", str(len(names)), f"{len(names) * PRICE.metric_month:.2f}")
        for name, names in _names().items()
    ]
    return table(("`LAMBDA_REUSE_METRICS`", "metrics", "US dollars a month and function"), rows)


def _widgets() -> str:
    rows = []
    for dashboard in ("fleet", "function"):
        body = json.loads((DASHBOARDS / f"lambda-reuse-{dashboard}.json").read_text("utf-8"))
        data = [one for one in body["widgets"] if one["type"] in ("metric", "log")]
        shown = (
            f"{sum(_is_filled(one, names) for one in data)} of {len(data)}"
            for names in _names().values()
        )
        rows.append((dashboard, *shown))
    return table(("widgets that show data", *(f"`{name}`" for name in _names())), rows)


def _is_filled(widget: dict[str, Any], published: set[str]) -> bool:
    """Whether there is data: log widgets read the lines, and some metrics are AWS's own."""
    if widget["type"] == "log":
        return True
    needed = wanted({"widgets": [widget]}) or set()
    return needed & _names()["standard"] <= published


def _lines() -> str:
    rows = []
    for containers, invocations in ((1, 100_000), (10, 10_000_000), (100, 100_000_000)):
        size = containers * MINUTES * RECORD_BYTES + invocations * INVOCATION_BYTES
        rows.append(
            (
                f"{containers}, always busy",
                f"{invocations:,}".replace(",", " "),
                f"{size / GB:.2f}",
                f"{size / GB * PRICE.log_gb:.2f}",
            )
        )
    head = ("containers", "invocations a month", "GB of lines", "US dollars a month")
    return table(head, rows)
