"""`doctor`: what is built again on every invocation, by which line, and what to change?"""

import click

from reuse_cli.analysis.questions import DOCTOR_FUNCTIONS, DOCTOR_LINES
from reuse_cli.analysis.statistics import Row
from reuse_cli.commands import answers
from reuse_cli.commands.options import Asked
from reuse_cli.formats import json_text
from reuse_cli.sources.runs import DATA


@click.command()
@click.argument("functions", nargs=-1, metavar="[FUNCTION]...")
@click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="PATH",
    help="Log files, or folders of them; may be given several times."
    f"  [default: the newest run in {DATA}]",
)
@click.option("--all", "is_all", is_flag=True, help=f"Every run in {DATA}.")
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
def doctor(
    functions: tuple[str, ...],
    sources: tuple[str, ...],
    is_all: bool,
    output: str,
    price: float | None,
) -> None:
    """Find lines that build or read the same thing again."""
    from reuse_cli.analysis.findings import findings

    lines, functions_asked = _rows(functions, sources, is_all)
    click.echo(_shown(findings(lines, functions_asked, price), output))


def _rows(
    functions: tuple[str, ...], sources: tuple[str, ...], is_all: bool
) -> tuple[list[Row], list[Row]]:
    asked = Asked(functions=functions, sources=sources, is_all=is_all)
    (_, lines), (_, functions_asked) = answers.all_of((DOCTOR_LINES, DOCTOR_FUNCTIONS), asked)
    return lines, functions_asked


def _shown(rows: list[Row], output: str) -> str:
    from reuse_cli.formats import findings, sarif

    if output == "json":
        return json_text.render("findings", rows)
    if output == "sarif":
        return sarif.render(rows)
    return findings.markdown(rows) if output == "md" else findings.text(rows)
