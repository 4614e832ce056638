"""`summary`: how well does each function reuse its containers?"""

from collections.abc import Sequence

from reuse_cli.analysis.questions import SUMMARY
from reuse_cli.analysis.statistics import Row
from reuse_cli.commands import answers
from reuse_cli.commands.options import Asked
from reuse_cli.formats import numbers
from reuse_cli.formats.columns import Column, shown, with_observed


def columns(rows: Sequence[Row], _asked: Asked | None = None) -> list[Column]:
    """What the table shows."""
    found = [
        Column("function", shown("function_name"), is_text=True),
        Column("containers", shown("containers", numbers.count)),
        Column("invocations", shown("invocations", numbers.count)),
        Column("per container", shown("invocations_per_container", numbers.decimal), rank=3),
        Column("lifetime p50", shown("lifetime_p50_s", numbers.seconds), rank=4),
        Column("p90", shown("lifetime_p90_s", numbers.seconds), rank=8),
        Column("cold", shown("cold_rate", numbers.percent)),
        Column("triggered", shown("triggered_rate", numbers.percent), rank=9),
        Column("init p50", shown("init_p50_ms", numbers.milliseconds), rank=1),
        Column("p99", shown("init_p99_ms", numbers.milliseconds), rank=5),
        Column("init cost", shown("init_usd", numbers.dollars), rank=10),
        Column("hit rate", shown("hit_rate", numbers.percent), rank=1),
        Column("saved", shown("saved_ms", numbers.milliseconds), rank=2),
        Column("recreated", shown("recreated_ms", numbers.milliseconds), rank=2),
        Column("busy/init", shown("utility_ratio", numbers.decimal), rank=7),
        Column("unused inits", shown("unused_inits", numbers.count), rank=6),
    ]
    return with_observed(found, rows)


summary = answers.command(SUMMARY, columns, "Show each function: containers, cold starts, reuse.")
