"""`report`: all answers on one page, for a browser, a mail or a printer."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from reuse_cli import errors
from reuse_cli.analysis import prices, questions
from reuse_cli.analysis.statistics import Row
from reuse_cli.commands import answers, options
from reuse_cli.commands.options import Asked
from reuse_cli.errors import CliError
from reuse_cli.formats import numbers
from reuse_cli.formats.columns import Column, shown

STDOUT = "-"
ASKED = (
    questions.SUMMARY,
    questions.CONTAINERS,
    questions.RESOURCES,
    questions.COST,
    questions.REPORT_SPREADS,
    questions.TIMELINE,
    questions.DOCTOR_LINES,
    questions.DOCTOR_FUNCTIONS,
    questions.DOCTOR_MEMORY,
)
NOT_HERE = ("output", "watch", "no_color", "fail_on")
"""Options of questions that a page has no use for."""
MONEY = (
    ("run time", "duration_usd"),
    ("inits", "init_usd"),
    ("requests", "request_usd"),
    ("saved by reuse", "saved_usd"),
    ("recreated", "recreated_usd"),
)


def run(*, html: str, **given: Any) -> int:
    """Write all answers as one page for a browser.

    Key figures, timeline, distributions, resources, findings and money. The page is one file: it
    loads nothing, has no scripts, and follows the reader's choice of light or dark.
    """
    asked = options.read(output="html", no_color=True, fail_on=None, **given)
    page = _page(asked)
    if html == STDOUT:
        click.echo(page, nl=False)
        return errors.FINE
    try:
        Path(html).write_text(page, encoding="utf-8")
    except OSError as error:
        raise CliError(f"{html} cannot be written: {error.strerror or error}") from None
    answers.say(f"the report is in {html}")
    return errors.FINE


def _page(asked: Asked) -> str:
    from reuse_cli.analysis.findings import findings, of_functions
    from reuse_cli.analysis.lanes import lanes
    from reuse_cli.commands import containers, resources, summary
    from reuse_cli.formats.report_page import Report, Table, page

    notes: list[str] = []
    found = [rows for _, rows in answers.all_of(ASKED, asked, notes.append)]
    of_function, of_container, of_resource, money, spreads, records, lines, functions, memory = (
        found
    )
    return page(
        Report(
            source=", ".join(asked.sources) or "the newest run of the sandbox",
            made=f"written {numbers.moment(_now_ms(), is_utc=True)} UTC",
            summary=Table(summary.columns(of_function, asked), of_function),
            containers=Table(containers.columns(of_container, asked), of_container),
            resources=Table(resources.columns(of_resource, asked), of_resource),
            money=Table(money_columns(), money),
            spreads=spreads,
            findings=findings(lines, functions) + of_functions(functions, memory),
            lanes=lanes(records),
            notes=notes,
            functions=[row["function_name"] for row in of_function],
        )
    )


def _now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)


def money_columns() -> list[Column]:
    """Each amount of the observed time, and what all of them are in a month."""
    return [
        Column("function", shown("function_name"), is_text=True),
        Column("observed", shown("observed_s", numbers.seconds)),
        *(Column(heading, shown(name, numbers.dollars)) for heading, name in MONEY),
        Column("bill a month", shown("usd_per_month", numbers.dollars)),
        Column("saved a month", lambda row: numbers.dollars(_month(row, "saved_usd"))),
    ]


def _month(row: Row, name: str) -> float | None:
    amount = row[name]
    return None if amount is None else prices.a_month(amount, row["observed_s"] or 0.0)


report = click.command()(
    options.question(
        click.option(
            "--html",
            is_flag=False,
            flag_value=STDOUT,
            default=STDOUT,
            metavar="[FILE]",
            help="The file to write.  [default: standard output]",
        )(run)
    )
)
report.name = "report"
report.params = [one for one in report.params if one.name not in NOT_HERE]
