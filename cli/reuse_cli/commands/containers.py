"""`containers`: how old did each container get, and how often was it reused?"""

from collections.abc import Callable, Sequence

from reuse_cli.analysis.questions import CONTAINERS
from reuse_cli.analysis.statistics import Row
from reuse_cli.commands import answers
from reuse_cli.commands.options import Asked
from reuse_cli.formats import numbers
from reuse_cli.formats.columns import Column, shown, with_function, with_observed
from reuse_cli.formats.container_ids import short


def columns(rows: Sequence[Row], asked: Asked | None = None) -> list[Column]:
    """What the table shows."""
    is_utc = bool(asked and asked.is_utc)
    found = [
        Column("container", shown("container_id", short), is_text=True),
        Column("started (UTC)" if is_utc else "started", _started(rows, is_utc), rank=6),
        Column("age", shown("age_s", numbers.seconds)),
        Column("invocations", shown("invocations", numbers.count)),
        Column("init kind", shown("init_kind"), is_text=True, rank=2),
        Column("init", shown("init_ms", numbers.milliseconds), rank=1),
        Column("idle p50", shown("idle_p50_ms", numbers.milliseconds), rank=4),
        Column("hit rate", shown("hit_rate", numbers.percent)),
        Column("memory", shown("memory_used_mb", lambda value: f"{value} MB"), rank=5),
        Column("end", shown("end"), is_text=True, rank=3),
    ]
    return with_function(with_observed(found, rows), rows)


def table(rows: Sequence[Row], width: int | None, has_color: bool = False) -> str:
    """The containers as a table."""
    from reuse_cli.formats.table import render

    return render(columns(rows), rows, width, has_color)


def _started(rows: Sequence[Row], is_utc: bool) -> Callable[[Row], str]:
    """When a container started: the time of day, with the day where they are of several."""
    known = [row["started_ms"] for row in rows if row["started_ms"] is not None]
    moments = [numbers.moment(started_ms, is_utc=is_utc) for started_ms in known]
    is_one_day = len({moment[:10] for moment in moments}) == 1
    begin = 11 if is_one_day else 0
    return shown("started_ms", lambda value: numbers.moment(value, is_utc=is_utc)[begin:])


containers = answers.command(
    CONTAINERS, columns, "Show each container: age, invocations, start and end."
)
