"""The questions that can be asked, each with the tables it needs and its statement."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from reuse_extension.core.records import METRICS, REASONS

from reuse_cli.analysis.prices import ARM64, MONTH_S, PRICES, X86_64
from reuse_cli.analysis.statistics import Row
from reuse_cli.analysis.tables import IDLE, IDLE_P50, IN_LIVES, INITS, LIVES, PERIODS, USES
from reuse_cli.errors import UsageError

if TYPE_CHECKING:
    import duckdb

    from reuse_cli.sources.source import Source
    from reuse_cli.sources.span import Span


DIGITS = 12
"""Of a sum over containers that are the same from run to run; a float has 15 to 17."""
MAX_LANES = 40
"""Containers that a timeline shows where no other number is asked for."""


@dataclass(frozen=True)
class Question:
    """A question: the command's name, the list's name in JSON, and what it reads."""

    name: str
    rows: str
    tables: tuple[str, ...]
    lanes: int = MAX_LANES
    """Containers that a timeline shows."""
    is_sum: bool = False
    """Whether a row adds up several containers."""

    def sql(self, *, is_whole: bool) -> str:
        """The statement; `is_whole`: no part of the time was left out."""
        text = resources.files(__package__).joinpath(f"{self.name}.sql").read_text("utf-8")
        values = {
            "is_whole": "true" if is_whole else "false",
            "lanes": str(self.lanes),
            "reasons": _reasons(),
            **_prices(),
        }
        return re.sub(r":([a-z]\w*)", lambda name: values[name[1]], text).strip()


def _reasons() -> str:
    """The misses of several lives, by reason, as a STRUCT."""
    sums = [f"'{reason}': coalesce(sum(reason_{reason}), 0)" for reason in REASONS]
    return "{" + ", ".join(sums) + "}"


RECORD_BYTES = 1100
"""Of a container record without its arrays, about."""
INVOCATION_BYTES = 16
"""Of an invocation's two values in the arrays, about."""


def _prices() -> dict[str, str]:
    """The prices as SQL, by the names that the statements have for them."""
    arm64, x86_64 = PRICES[ARM64], PRICES[X86_64]
    values = {
        "arm64_gb_second": arm64.gb_second,
        "x86_64_gb_second": x86_64.gb_second,
        "arm64_provisioned_duration": arm64.provisioned_duration_gb_second,
        "x86_64_provisioned_duration": x86_64.provisioned_duration_gb_second,
        "request": x86_64.request,
        "log_gb": x86_64.log_gb,
        "metric_month": x86_64.metric_month,
        "month_s": MONTH_S,
        "metrics": len(METRICS),
        "record_bytes": RECORD_BYTES,
        "invocation_bytes": INVOCATION_BYTES,
    }
    return {name: f"{value!r}::double" for name, value in values.items()}


CONTAINERS = Question("containers", "containers", (LIVES, IDLE_P50))
RESOURCES = Question("resources", "resources", (USES,), is_sum=True)
SUMMARY = Question("summary", "functions", (LIVES,), is_sum=True)
INITS_QUESTION = Question("inits", "inits", (INITS,))
COST = Question("cost", "functions", (LIVES,), is_sum=True)

DOCTOR_LINES = Question("doctor_lines", "lines", (USES,), is_sum=True)
DOCTOR_FUNCTIONS = Question("doctor_functions", "functions", (LIVES, INITS))
DOCTOR_MEMORY = Question("doctor_memory", "containers", (PERIODS,))
DOCTOR = (DOCTOR_LINES, DOCTOR_FUNCTIONS, DOCTOR_MEMORY)
"""What findings are made from."""

REPORT_SPREADS = Question("report_spreads", "spreads", (LIVES, IDLE, INITS))
TIMELINE = Question("timeline", "lanes", (PERIODS,))

COMPARE_BUILDS = Question("compare_builds", "containers", (USES,))

QUESTIONS = {
    question.name: question for question in (CONTAINERS, RESOURCES, SUMMARY, INITS_QUESTION, COST)
}


def ask_all(
    questions: Sequence[Question], source: "Source", span: "Span", functions: Sequence[str] = ()
) -> tuple[list[str], list[tuple[list[str], list[Row]]]]:
    """Functions that are not there, and the answer to each question, as `ask` has it.

    Raises what the source raises, and UsageError where there is none of the functions.
    """
    tables = {name for question in questions for name in question.tables}
    import duckdb  # 80 ms

    with duckdb.connect() as connection:
        source.fill(connection, tables, span)
        unknown = choose(connection, questions, functions)
        is_whole = span.since_ms is None
        return unknown, [ask(connection, question, is_whole=is_whole) for question in questions]


def ask(
    connection: "duckdb.DuckDBPyConnection", question: Question, *, is_whole: bool = True
) -> tuple[list[str], list[Row]]:
    """The names of the columns, and the rows in their order.

    Sums over containers are rounded: their last digits depend on the order in which threads add up.
    """
    result = connection.execute(question.sql(is_whole=is_whole))
    names = [column[0] for column in result.description]
    rows = [dict(zip(names, values, strict=True)) for values in result.fetchall()]
    return names, [_rounded(row) for row in rows] if question.is_sum else rows


def _rounded(row: Row) -> Row:
    return {
        name: float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
        for name, value in row.items()
    }


def choose(
    connection: "duckdb.DuckDBPyConnection", asked: Sequence[Question], functions: Sequence[str]
) -> list[str]:
    """Leave only these functions in the tables; the names of those that are not there.

    Raises UsageError where none of them is.
    """
    tables = sorted({name for question in asked for name in question.tables} - IN_LIVES)
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
