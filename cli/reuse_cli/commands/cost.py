"""`cost`: what did each function cost, and what did reuse save of it?"""

from collections.abc import Sequence

from reuse_cli.analysis.questions import COST
from reuse_cli.analysis.statistics import Row
from reuse_cli.commands import answers
from reuse_cli.commands.options import Asked
from reuse_cli.formats import numbers
from reuse_cli.formats.columns import Column, shown, with_observed


def columns(rows: Sequence[Row], _asked: Asked | None = None) -> list[Column]:
    """What the table shows."""
    found = [
        Column("function", shown("function_name"), is_text=True),
        Column("invocations", shown("invocations", numbers.count), rank=3),
        Column("observed", shown("observed_s", numbers.seconds), rank=2),
        Column("duration", shown("duration_usd", numbers.dollars)),
        Column("init", shown("init_usd", numbers.dollars)),
        Column("requests", shown("request_usd", numbers.dollars), rank=1),
        Column("saved", shown("saved_usd", numbers.dollars)),
        Column("recreated", shown("recreated_usd", numbers.dollars)),
        Column("own logs", shown("own_log_usd", numbers.dollars), rank=5),
        Column("own metrics", shown("own_metric_usd", numbers.dollars), rank=6),
        Column("a month", shown("usd_per_month", numbers.dollars), rank=4),
    ]
    return with_observed(found, rows)


cost = answers.command(COST, columns, "Show what each function costs, and what reuse saves.")
