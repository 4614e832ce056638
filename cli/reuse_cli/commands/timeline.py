"""`timeline`: what did each container do when?"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import click

from reuse_cli import errors
from reuse_cli.analysis.expression import Expression
from reuse_cli.analysis.lanes import TROUBLES, Lane, lanes
from reuse_cli.analysis.questions import MAX_LANES, TIMELINE
from reuse_cli.analysis.statistics import Row
from reuse_cli.commands import answers, options
from reuse_cli.commands.options import OUTPUTS, Asked

EMPTY = "There is nothing to show."
STRETCHES = ("function_name", "container_id", "what", "from_ms", "to_ms", "count")
"""The columns of the CSV output, a row a stretch of time."""


def run(*, limit: int, **given: Any) -> int:
    """Draw each container's life as a lane.

    A lane has inits, invocations, idle time, resets and the end. The records give the start and the
    end of every invocation. Errors, timeouts and resets stand at the end of the record that counts
    them. --output svg is a drawing for a page or a mail.
    """
    asked = options.read(**given)
    _, records = answers.answer(replace(TIMELINE, lanes=limit), asked)
    found = lanes(records)
    condition = Expression(asked.fail_on, list(FIELDS)) if asked.fail_on is not None else None
    answers.write(_shown(found, asked) if found or asked.output in ("json", "csv") else EMPTY)
    if found and records[0]["containers"] > len(found):
        left_out = f"the {len(found)} of {records[0]['containers']} containers that served most"
        verb = "these are" if len(found) > 1 else "this is"
        answers.say(f"{verb} {left_out}; --limit shows more")
    if not all(lane.is_exact for lane in found):
        answers.say(INEXACT)
    return (
        answers.failed_on(condition, [lane.as_row() for lane in found])
        if condition
        else errors.FINE
    )


FIELDS = tuple(Lane("", "", 0, 0).as_row())
INEXACT = (
    "where records are missing, or several invocations ran at once, their times are approximate"
)


def _shown(found: Sequence[Lane], asked: Asked) -> str:
    if asked.output == "json":
        from reuse_cli.formats import json_text

        return json_text.render(TIMELINE.rows, [lane.as_row() for lane in found])
    if asked.output == "csv":
        from reuse_cli.formats import csv_text

        return csv_text.render([row for lane in found for row in stretches(lane)], STRETCHES)
    if asked.output == "svg":
        from reuse_cli.formats import lanes_svg

        return lanes_svg.render(found, is_utc=asked.is_utc)
    if asked.output == "html":
        from reuse_cli.formats import lanes_page

        return lanes_page.render(found, is_utc=asked.is_utc)
    from reuse_cli.formats import lanes_text

    if asked.output == "md":
        return f"```\n{lanes_text.render(found, None, is_utc=asked.is_utc)}\n```"
    return lanes_text.render(
        found,
        asked.width,
        drawn=lanes_text.marks(getattr(sys.stdout, "encoding", None)),
        has_color=asked.has_color,
        is_utc=asked.is_utc,
    )


def stretches(lane: Lane) -> list[Row]:
    """The lane as rows of one kind: its stretches, what went wrong, and its end."""
    row = lane.as_row()
    who = {name: row[name] for name in STRETCHES[:2]}
    found = [{**who, **one, "count": None} for one in row["stretches"]]
    found += [
        {**who, "what": name, "from_ms": one["at_ms"], "to_ms": one["at_ms"], "count": one[name]}
        for one in row["troubles"]
        for name in TROUBLES
        if one[name]
    ]
    if row["end"] is not None:
        end = {"what": f"end: {row['end']}", "from_ms": row["to_ms"], "to_ms": row["to_ms"]}
        found.append({**who, **end, "count": None})
    return found


timeline = click.command(name="timeline")(
    options.question(
        click.option(
            "--limit",
            type=click.IntRange(1),
            default=MAX_LANES,
            show_default=True,
            metavar="N",
            help="Show the N containers that served most.",
        )(run),
        outputs=(*OUTPUTS, "svg"),
    )
)
