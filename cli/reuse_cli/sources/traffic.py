"""The traffic that `what-if` replays: of records, or of a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reuse_cli.analysis.recorded_traffic import FIELDS, TOTAL_FIELDS, recorded
from reuse_cli.analysis.replay import Traffic
from reuse_cli.analysis.tables import PERIODS
from reuse_cli.errors import NoRecordsError, UsageError
from reuse_cli.sources import traffic_files

if TYPE_CHECKING:
    import duckdb

    from reuse_cli.sources.source import Source
    from reuse_cli.sources.span import Span

BATCH = 2048


@dataclass
class Found:
    """Each function's traffic, how long it lasts, and what is to be said of it."""

    functions: list[Traffic]
    span_s: float
    notes: list[str] = field(default_factory=list)
    is_file: bool = False

    def set(self, *, memory_mb: int | None, init_ms: float | None) -> None:
        """Replace what is known of the functions by what the user says."""
        values: dict[str, Any] = {"memory_mb": memory_mb, "init_ms": init_ms}
        given = {name: value for name, value in values.items() if value is not None}
        if init_ms is not None:
            given["waited_ms"] = {}
        if given:
            self.functions = [replace(traffic, **given) for traffic in self.functions]

    def sentences(self, *, has_memory: bool, has_init: bool) -> list[str]:
        """What the user should know of the answer, a sentence each."""
        found = list(self.notes)
        if self.is_file and not has_memory:
            found.append("the file has no memory sizes: 128 MB is priced (--memory chooses)")
        if self.is_file and not has_init:
            found.append("the file has no init durations: inits take no time (--init-ms chooses)")
        return found


def of_file(path: Path, functions: Sequence[str]) -> Found:
    """The traffic of a file. Raises UsageError."""
    read = traffic_files.read(path)
    found = Found(read.functions, read.span_s, is_file=True)
    if read.unreadable:
        rows = _counted(read.unreadable, "row")
        found.notes.append(
            f"{rows} of {path} could not be read, the first in line {read.first_unreadable}"
        )
    if functions:
        found.functions = [one for one in found.functions if one.function_name in functions]
        found.notes += _missing(functions, [one.function_name for one in found.functions], path)
    return found


def of_records(source: "Source", span: "Span", functions: Sequence[str]) -> Found:
    """The traffic of container records. Raises NoRecordsError, UsageError."""
    import duckdb  # 80 ms

    try:
        with duckdb.connect() as connection:
            source.fill(connection, {PERIODS}, span)
            notes = _chosen(connection, functions)
            read = recorded(_records(connection), is_whole=span.since_ms is None)
        notes += source.notes.sentences()
    finally:
        source.close()
    if not any(traffic.invocations for traffic in read.functions):
        raise NoRecordsError("; ".join(["the records hold no finished invocation", *notes]))
    if read.approximate:
        notes.append(
            f"{_counted(read.approximate, 'invocation')} of which not every gap is known, or that"
            " ran at once: their starts are approximate"
        )
    if read.missing:
        notes.append(
            f"{_counted(read.missing, 'invocation')} of the totals left no start and end in the"
            " records, and cannot be replayed"
        )
    if read.running:
        notes.append(
            f"{_counted(read.running, 'container')} had begun before: the replay begins without"
        )
    return Found(read.functions, read.span_s, notes)


def _chosen(connection: "duckdb.DuckDBPyConnection", functions: Sequence[str]) -> list[str]:
    """Leave only these functions; a sentence for those that are not there."""
    if not functions:
        return []
    known = connection.execute(f"select distinct FunctionName from {PERIODS}").fetchall()
    connection.execute(
        f"delete from {PERIODS} where FunctionName not in (select unnest(?))", [list(functions)]
    )
    return _missing(functions, [name for (name,) in known], None)


def _missing(functions: Sequence[str], known: Sequence[str], path: Path | None) -> list[str]:
    missing = [name for name in functions if name not in known]
    where = f" in {path}" if path else ""
    if missing and len(missing) == len(functions):
        raise UsageError(f"there are no invocations of {', '.join(missing)}{where}")
    return [f"there are no invocations of {name}{where}" for name in missing]


def _records(connection: "duckdb.DuckDBPyConnection") -> Iterator[dict[str, Any]]:
    totals = ", ".join(f"{name} := total.{name}" for name in TOTAL_FIELDS)
    special = {"total": f"struct_pack({totals}) as total"}
    columns = ", ".join(special.get(name, f'"{name}"') for name in FIELDS)
    result = connection.execute(
        f"select {columns} from {PERIODS} where to_ms is not null"
        " order by FunctionName, container_id, sequence"
    )
    while rows := result.fetchmany(BATCH):
        for row in rows:
            yield dict(zip(FIELDS, row, strict=True))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
