"""`doctor`: what is built again on every invocation, by which line, and what to change?"""

from pathlib import Path
from typing import Any

import click

from reuse_cli import errors
from reuse_cli.analysis.questions import DOCTOR
from reuse_cli.analysis.statistics import Row
from reuse_cli.commands import answers, options
from reuse_cli.commands.options import Asked
from reuse_cli.errors import CliError, NoRecordsError

OUTPUTS = (*options.OUTPUTS, "sarif")


def doctor(price: float | None, code: Path | None, **asked: Any) -> int:
    """Find lines that build or read the same thing again."""
    from reuse_cli.analysis.expression import Expression
    from reuse_cli.analysis.findings import FIELDS

    question = options.read(**asked)
    condition = Expression(question.fail_on, FIELDS) if question.fail_on is not None else None
    found, has_invocations = _findings(question, price, code)
    answers.write(_shown(found, question, has_invocations=has_invocations))
    return answers.failed_on(condition, found) if condition else errors.FINE


def _findings(asked: Asked, price: float | None, code: Path | None) -> tuple[list[Row], bool]:
    """All findings, and whether there were invocations to judge by."""
    from reuse_cli.analysis import findings
    from reuse_cli.sources.tables.fill import ONLY_PLATFORM

    configured = {}
    if asked.is_cloudwatch and asked.functions:
        from reuse_cli.sources import configurations

        configured = configurations.read(asked.functions, asked.account)
    try:
        lines, functions, memory = (rows for _, rows in answers.all_of(DOCTOR, asked))
        if not lines and not functions:
            raise NoRecordsError(ONLY_PLATFORM)
    except CliError as error:
        if not findings.of_account(configured, []):
            raise
        answers.say(str(error))  # the settings say why
        lines, functions, memory = [], [], []
    found = findings.findings(lines, functions, price)
    found += findings.of_functions(functions, memory)
    found += findings.of_account(configured, functions)
    if code is not None:
        found += findings.of_code(code, functions)
    return found, any(function["invocations"] for function in functions)


def _shown(rows: list[Row], asked: Asked, *, has_invocations: bool) -> str:
    from reuse_cli.formats import csv_text, findings, html_table, json_text, sarif

    if asked.output == "json":
        return json_text.render("findings", rows)
    if asked.output == "sarif":
        return sarif.render(rows)
    if asked.output == "csv":
        from reuse_cli.analysis.findings import FIELDS

        return csv_text.render(rows, FIELDS)
    if asked.output == "html":
        return html_table.render("lambda-reuse doctor", findings.columns(rows), rows)
    if not rows and not has_invocations:
        return findings.NO_INVOCATIONS
    return findings.markdown(rows) if asked.output == "md" else findings.text(rows)


_PRICE = click.option(
    "--price",
    type=click.FloatRange(0),
    metavar="USD",
    help="US dollars for a GB-second.  [default: us-east-1's price]",
)
_CODE = click.option(
    "--code",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="The function's source: also look for containers that only ever grow.",
)
doctor = click.command()(options.question(_PRICE(_CODE(doctor)), OUTPUTS))
