"""`resources`: which resource is hit, which is missed, and what did building them cost?"""

from collections.abc import Sequence

from reuse_cli.analysis.questions import RESOURCES
from reuse_cli.analysis.statistics import Row
from reuse_cli.commands import answers
from reuse_cli.commands.options import Asked
from reuse_cli.formats import numbers
from reuse_cli.formats.columns import NOTHING, Column, shown, with_function

EMPTY = (
    "No resources were reported. A Python function reports what it reuses once it imports the"
    "\nhelper: `from lambda_reuse import resource`, with `@resource` on the function that builds a"
    "\nclient, a connection or a parameter (docs/helper.md)."
)


def columns(rows: Sequence[Row], _asked: Asked | None = None) -> list[Column]:
    """What the table shows."""
    found = [
        Column("resource", shown("resource"), is_text=True),
        Column("call site", shown("call_site"), is_text=True, rank=5),
        Column("hits", shown("hits", numbers.count)),
        Column("misses", shown("misses", numbers.count)),
        Column("miss reasons", lambda row: _reasons(row["reasons"]), is_text=True, rank=4),
        Column("hit rate", shown("hit_rate", numbers.percent)),
        Column("build time", shown("build_ms", numbers.milliseconds), rank=1),
        Column("saved", shown("saved_ms", numbers.milliseconds), rank=2),
    ]
    if any(row["recreated_ms"] for row in rows):
        found.append(Column("recreated", shown("recreated_ms", numbers.milliseconds)))
    return with_function(found, rows)


def table(rows: Sequence[Row], width: int | None, has_color: bool = False) -> str:
    """The resources as a table."""
    from reuse_cli.formats.table import render

    return render(columns(rows), rows, width, has_color) if rows else EMPTY


def _reasons(reasons: dict[str, int]) -> str:
    """The reasons that occurred, the most frequent first."""
    ordered = sorted(reasons.items(), key=lambda item: -item[1])
    return ", ".join(f"{reason} {count}" for reason, count in ordered if count) or NOTHING


resources = answers.command(
    RESOURCES,
    columns,
    "Show each resource: hits, misses, reasons, build time.",
    empty=EMPTY,
)
