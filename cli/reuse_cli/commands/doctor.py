"""`doctor`: what is built again on every invocation, by which line, and what to change?"""

from pathlib import Path
from typing import Any

import click

from reuse_cli.analysis.questions import DOCTOR_FUNCTIONS, DOCTOR_LINES, DOCTOR_MEMORY
from reuse_cli.analysis.statistics import Row
from reuse_cli.commands import answers, options
from reuse_cli.formats import json_text
from reuse_cli.sources.runs import DATA


@click.command()
@click.argument("functions", nargs=-1, metavar="[FUNCTION]...")
@click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="PATH",
    help="A log file, a folder of them, or - for standard input; may be given several"
    f" times.  [default: the newest run in {DATA}]",
)
@click.option("--all", "is_all", is_flag=True, help=f"Every run in {DATA}.")
@click.option("--since", metavar="TIME", help="Only from then on: 3h, 1h30m, 7d, or an ISO time.")
@click.option("--until", metavar="TIME", help="Only until then.")
@click.option(
    "--output",
    type=click.Choice(["table", "json", "md", "sarif"]),
    default="table",
    show_default=True,
    help="How to show the findings.",
)
@click.option(
    "--price",
    type=click.FloatRange(0),
    metavar="USD",
    help="US dollars for a GB-second.  [default: us-east-1's price]",
)
@click.option(
    "--code",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="The function's source: also look for containers that only ever grow.",
)
def doctor(output: str, price: float | None, code: Path | None, **asked: Any) -> None:
    """Find lines that build or read the same thing again."""
    from reuse_cli.analysis import findings

    question = options.read(**asked, output=output, is_utc=False, no_color=True, fail_on=None)
    questions = (DOCTOR_LINES, DOCTOR_FUNCTIONS, DOCTOR_MEMORY)
    lines, functions, memory = (rows for _, rows in answers.all_of(questions, question))
    found = findings.findings(lines, functions, price)
    found += findings.of_functions(functions, memory)
    if code is not None:
        found += findings.of_code(code, functions)
    click.echo(_shown(found, output))


def _shown(rows: list[Row], output: str) -> str:
    from reuse_cli.formats import findings, sarif

    if output == "json":
        return json_text.render("findings", rows)
    if output == "sarif":
        return sarif.render(rows)
    return findings.markdown(rows) if output == "md" else findings.text(rows)
