"""`inits`: what did each init of a container take, and which of its phases?"""

from collections.abc import Sequence
from typing import Any

from reuse_cli.analysis.questions import INITS_QUESTION
from reuse_cli.analysis.statistics import Row
from reuse_cli.commands import answers
from reuse_cli.commands.options import Asked
from reuse_cli.formats import numbers
from reuse_cli.formats.columns import NOTHING, Column, shown, with_function, with_observed
from reuse_cli.formats.container_ids import short
from reuse_cli.formats.text import safe


def columns(rows: Sequence[Row], asked: Asked | None = None) -> list[Column]:
    """What the table shows."""
    is_utc = bool(asked and asked.is_utc)
    found = [
        Column(
            "start (UTC)" if is_utc else "start",
            shown("start_ms", lambda value: numbers.moment(value, is_utc=is_utc)),
            is_text=True,
            rank=1,
        ),
        Column("container", shown("container_id", short), is_text=True),
        Column("kind", lambda row: safe(row["init_kind"] or row["init_type"] or NOTHING), True),
        Column("phase", shown("phase"), is_text=True, rank=2),
        Column("duration", shown("duration_ms", numbers.milliseconds)),
        Column("status", shown("status"), is_text=True, rank=3),
        Column("error", shown("error_type"), is_text=True, rank=4),
        Column("parts", lambda row: _phases(row["phases"]), is_text=True, rank=5),
    ]
    return with_function(with_observed(found, rows), rows)


def _phases(phases: Sequence[dict[str, Any]]) -> str:
    """The helper's phases, the longest first."""
    ordered = sorted(phases, key=lambda phase: -(phase["duration_ms"] or 0))
    return (
        ", ".join(
            f"{safe(str(phase['name']))} {numbers.milliseconds(phase['duration_ms'])}"
            + (" (failed)" if phase["failed"] else "")
            for phase in ordered
        )
        or NOTHING
    )


inits = answers.command(INITS_QUESTION, columns, "Show each init: kind, duration, status, phases.")
