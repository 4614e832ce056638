"""The doctor's findings for the live page, as it shows them."""

from collections.abc import Callable
from pathlib import Path

from reuse_cli.analysis.findings import findings, of_functions
from reuse_cli.analysis.questions import DOCTOR, ask_all
from reuse_cli.errors import CliError
from reuse_cli.formats import findings as shown
from reuse_cli.sources.files import Files
from reuse_cli.sources.span import ALL

MAX_FINDINGS = 50
"""On the page, the worst first."""

Finding = dict[str, str]
"""`{"where", "title", "figures", "advice"}`: the line, what happens there, what it costs, and what
to do about it."""


def diagnose(folders: Callable[[], list[Path]]) -> list[Finding]:
    """The findings in the records of these folders; none where there are no records yet."""
    try:
        source = Files(folders())
    except CliError:
        return []
    try:
        _, answers = ask_all(DOCTOR, source, ALL)
    except CliError:
        return []
    finally:
        source.close()
    lines, functions, memory = (rows for _, rows in answers)
    rows = findings(lines, functions) + of_functions(functions, memory)
    return [
        {
            "where": shown.where(row),
            "title": shown.title(row),
            "figures": shown.figures(row),
            "advice": shown.advice(row),
        }
        for row in rows[:MAX_FINDINGS]
    ]
