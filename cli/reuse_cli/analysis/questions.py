"""The questions that can be asked, each with the tables it needs and its statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from reuse_cli.analysis.prices import ARM64, PRICES, X86_64
from reuse_cli.analysis.statistics import Row
from reuse_cli.analysis.tables import IDLE, INITS, LIVES, PERIODS, USES
from reuse_cli.errors import UsageError

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Question:
    """A question: the command's name, the list's name in JSON, and what it reads."""

    name: str
    rows: str
    tables: tuple[str, ...]

    def sql(self, *, is_whole: bool) -> str:
        """The statement; `is_whole`: no part of the time was left out."""
        text = resources.files(__package__).joinpath(f"{self.name}.sql").read_text("utf-8")
        values = {
            ":is_whole": "true" if is_whole else "false",
            ":arm64_gb_second": repr(PRICES[ARM64].gb_second),
            ":x86_64_gb_second": repr(PRICES[X86_64].gb_second),
            ":request_usd": repr(PRICES[X86_64].request),
        }
        for name, value in values.items():
            text = text.replace(name, value)
        return text.strip()


CONTAINERS = Question("containers", "containers", (LIVES, IDLE))
RESOURCES = Question("resources", "resources", (USES,))
SUMMARY = Question("summary", "functions", (LIVES,))
INITS_QUESTION = Question("inits", "inits", (INITS,))

DOCTOR_LINES = Question("doctor_lines", "lines", (USES,))
DOCTOR_FUNCTIONS = Question("doctor_functions", "functions", (LIVES,))
DOCTOR_MEMORY = Question("doctor_memory", "containers", (PERIODS,))

REPORT_SPREADS = Question("report_spreads", "spreads", (LIVES, IDLE, INITS))
REPORT_MONEY = Question("report_money", "functions", (LIVES,))
REPORT_LANES = Question("report_lanes", "records", (PERIODS,))

QUESTIONS = {
    question.name: question for question in (CONTAINERS, RESOURCES, SUMMARY, INITS_QUESTION)
}


def ask(
    connection: "duckdb.DuckDBPyConnection", question: Question, *, is_whole: bool = True
) -> tuple[list[str], list[Row]]:
    """The names of the columns, and the rows in their order."""
    result = connection.execute(question.sql(is_whole=is_whole))
    names = [column[0] for column in result.description]
    return names, [dict(zip(names, values, strict=True)) for values in result.fetchall()]


def choose(
    connection: "duckdb.DuckDBPyConnection", asked: Sequence[Question], functions: Sequence[str]
) -> list[str]:
    """Leave only these functions in the tables; the names of those that are not there.

    Raises UsageError where none of them is.
    """
    tables = sorted({name for question in asked for name in question.tables} - {IDLE, PERIODS})
    known = {
        name
        for table in tables
        for (name,) in connection.execute(
            f"select distinct {_name_in(table)} from {table}"
        ).fetchall()
    }
    unknown = [name for name in functions if name not in known]
    if unknown and len(unknown) == len(functions):
        raise UsageError(
            f"there are no records of {', '.join(unknown)}"
            + (f"; there are of: {', '.join(sorted(known))}" if known else "")
        )
    for table in tables if functions else ():
        connection.execute(
            f"delete from {table} where {_name_in(table)} not in (select unnest(?))",
            [list(functions)],
        )
    return unknown


def _name_in(table: str) -> str:
    """The column that has the function's name: records keep their own names."""
    return "FunctionName" if table == PERIODS else "function_name"
