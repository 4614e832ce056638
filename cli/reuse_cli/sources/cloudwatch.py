"""Records from CloudWatch Logs.

`summary`, `containers`, `cost` and `resources` are answered by Logs Insights, which groups by
container: only rows of answers travel. Questions about single records, and lines of functions
without the layer, are read with `FilterLogEvents`, filtered by the service. Log groups are those
of the functions that are asked about, by their own configuration, or those that are named.
"""

import json
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from reuse_cli.analysis.tables import IN_LIVES, INITS, LIVES, USES
from reuse_cli.aws_session import Account, failures
from reuse_cli.errors import NoRecordsError, ServiceError, UsageError
from reuse_cli.sources import log_groups
from reuse_cli.sources.insights import queries
from reuse_cli.sources.insights import tables as insights_tables
from reuse_cli.sources.insights.service import Insights
from reuse_cli.sources.log_groups import NOT_FOUND
from reuse_cli.sources.marks import KINDS
from reuse_cli.sources.notes import Notes
from reuse_cli.sources.places import UNKNOWN, Place
from reuse_cli.sources.span import Span
from reuse_cli.sources.streamed import Streamed
from reuse_cli.sources.tables import fill as tables_of_records
from reuse_cli.sources.tables import platform

if TYPE_CHECKING:
    import duckdb

RECORDS = " ".join(f'?"{kind}"' for kind in KINDS)
"""Events with at least one of these in them."""
PLATFORM = " ".join(
    f'?"{term}"'
    for term in ("REPORT RequestId", "START RequestId", "INIT_START", "INIT_REPORT",
                 "RESTORE_REPORT", "Task timed out", "platform.report", "platform.start",
                 "platform.initStart", "platform.initReport", "platform.restoreReport")
)  # fmt: skip
AGGREGATED = {LIVES, *IN_LIVES, USES}
"""Tables that the service can fold."""
USD_A_GB = 0.005
"""Of logs that a query reads, in us-east-1."""
APPROXIMATE = (
    "idle_p50_ms is an approximation over CloudWatch: the median of the first gap of each record"
)
OLDER = (
    "run time is an approximation for containers that are older than the time asked about: it"
    " leaves out that of their first record"
)


class CloudWatch:
    """A source of log groups, until it is closed."""

    def __init__(
        self,
        functions: Sequence[str],
        groups: Sequence[str],
        account: Account,
        max_scan_gb: float,
    ) -> None:
        self._functions = functions
        self._named = groups
        self._account = account
        self._max_scan_gb = max_scan_gb
        self._own = Notes()
        self._streams: list[Streamed] = []
        self._client: Any = None

    @property
    def name(self) -> str:
        """What was named, for messages."""
        return ", ".join(self._named or self._functions)

    @property
    def notes(self) -> Notes:
        """What could not be read, and what is an approximation."""
        reported = [sentence for one in self._streams for sentence in one.notes.sentences()]
        return Notes(
            problems=self._own.problems, remarks=[*self._own.remarks, *dict.fromkeys(reported)]
        )

    def close(self) -> None:
        """Remove the temporary files."""
        for one in self._streams:
            one.close()

    def fill(
        self, connection: "duckdb.DuckDBPyConnection", tables: Collection[str], span: Span
    ) -> None:
        """Make the tables; see `Source`."""
        self._client = self._account.client("logs")
        groups = self._groups(span)
        is_found = (
            self._ask(connection, tables, list(groups), span)
            if set(tables) <= AGGREGATED
            else self._read(connection, tables, list(groups), span)
        )
        if {LIVES, INITS} & set(tables):
            is_found = self._without_layer(connection, tables, groups, span) or is_found
        if not is_found:
            raise NoRecordsError(
                f"there are no records of lambda-reuse in {self.name} {span.words};"
                " --since asks about a longer time"
            )

    def _groups(self, span: Span) -> dict[str, list[str]]:
        """The log groups that are there, each with its functions; none where it was named."""
        found: dict[str, list[str]] = {group: [] for group in self._named}
        if not found:
            for name, group in log_groups.of_functions(self._functions, self._account).items():
                found.setdefault(group, []).append(name)
        now_ms = _now_ms()
        until_ms = span.until_ms or now_ms
        scan = log_groups.scan(self._client, list(found), span.since_ms or 0, until_ms, now_ms)
        region = self._client.meta.region_name
        missing = [f"there is no log group {group} in {region}" for group in scan.missing]
        for group in scan.missing:
            del found[group]
        if not found:
            raise ServiceError("; ".join(missing))
        if scan.gb > self._max_scan_gb:
            raise UsageError(
                f"a query would read about {scan.gb:.0f} GB of logs ({scan.gb * USD_A_GB:.2f} USD):"
                f" ask about a shorter time, or allow it with --max-scan-gb {scan.gb + 1:.0f}"
            )
        self._own.remarks += missing
        return found

    # Logs Insights

    def _ask(
        self,
        connection: "duckdb.DuckDBPyConnection",
        tables: Collection[str],
        groups: list[str],
        span: Span,
    ) -> bool:
        """Make the tables of queries' answers; whether there was anything."""
        insights = Insights(self._client)
        since_ms, until_ms = span.since_ms or 0, span.until_ms or _now_ms()
        with tempfile.TemporaryDirectory(prefix="lambda-reuse-") as folder:

            def load(name: str, query: str, columns: dict[str, str]) -> None:
                rows = insights.rows(query, groups, since_ms, until_ms)
                insights_tables.load(connection, name, rows, columns, Path(folder))

            if LIVES in tables:
                lives = queries.lives(self._functions, has_idle=bool(IN_LIVES & {*tables}))
                load("lives_rows", lives, insights_tables.LIVES_COLUMNS)
                load("inits_rows", queries.inits(self._functions), insights_tables.INITS_COLUMNS)
                insights_tables.lives(connection)
                self._remark(connection, has_idle=bool(IN_LIVES & {*tables}))
            if USES in tables:
                load("uses_rows", queries.uses(self._functions), insights_tables.USES_COLUMNS)
                insights_tables.uses(connection)
        return any(_has_rows(connection, name) for name in (LIVES, USES) if name in tables)

    def _remark(self, connection: "duckdb.DuckDBPyConnection", *, has_idle: bool) -> None:
        if has_idle and _has_rows(connection, f"{LIVES} where idle_p50_ms is not null"):
            self._own.remarks.append(APPROXIMATE)
        if not has_idle and _has_rows(connection, f"{LIVES} where first_sequence > 1"):
            self._own.remarks.append(OLDER)

    # FilterLogEvents

    def _read(
        self,
        connection: "duckdb.DuckDBPyConnection",
        tables: Collection[str],
        groups: list[str],
        span: Span,
    ) -> bool:
        """Make the tables of record lines; whether there were any."""
        source = self._streamed(groups, RECORDS)
        source.load(span)
        if source.is_empty and not {LIVES, INITS} & set(tables):
            return False
        tables_of_records.fill(connection, source.found, tables, span)
        return not source.is_empty

    def _without_layer(
        self,
        connection: "duckdb.DuckDBPyConnection",
        tables: Collection[str],
        groups: dict[str, list[str]],
        span: Span,
    ) -> bool:
        """Add what the platform's lines say of functions that have no records."""
        table = LIVES if LIVES in tables else INITS
        rows = connection.execute(f"select distinct function_name from {table}").fetchall()
        known = {name for (name,) in rows}
        without = [
            group
            for group, names in groups.items()
            if any(name not in known for name in names) or not (names or known)
        ]
        if not without:
            return False
        source = self._streamed(without, PLATFORM)
        source.load(span)
        recorded = f"select distinct function_name, container_id from {table}"
        platform.add(connection, source.found, tables, span, recorded=recorded)
        return not source.is_empty

    def _streamed(self, groups: list[str], pattern: str) -> Streamed:
        def documents(_notes: Notes, span: Span) -> Iterator[tuple[Place, Iterable[bytes]]]:
            for group in groups:
                yield Place(UNKNOWN), events(self._client, group, pattern, span)

        source = Streamed(self.name, documents)
        self._streams.append(source)
        return source


def source(
    functions: Sequence[str],
    groups: Sequence[str],
    account: Account,
    max_scan_gb: float,
) -> CloudWatch:
    """A source of the functions' log groups. Raises UsageError where neither is named."""
    if not functions and not groups:
        raise UsageError("name functions, or log groups with --log-group")
    return CloudWatch(functions, list(dict.fromkeys(groups)), account, max_scan_gb)


def _has_rows(connection: "duckdb.DuckDBPyConnection", table: str) -> bool:
    return connection.execute(f"select 1 from {table} limit 1").fetchone() is not None


def events(client: Any, group: str, pattern: str, span: Span) -> Iterator[bytes]:
    """Pages of events as JSON lines, with what is known of each."""
    named = "logGroupIdentifier" if group.startswith("arn:") else "logGroupName"
    arguments: dict[str, Any] = {
        named: group, "startTime": span.since_ms or 0, "filterPattern": pattern
    }  # fmt: skip
    if span.until_ms is not None:
        arguments["endTime"] = span.until_ms
    name = group.rpartition(":log-group:")[2]
    with failures():
        try:
            for page in client.get_paginator("filter_log_events").paginate(**arguments):
                lines = [json.dumps(_event(event, name)) for event in page["events"]]
                yield ("\n".join(lines) + "\n").encode()
        except ClientError as error:
            if error.response["Error"].get("Code") != NOT_FOUND:
                raise
            region = client.meta.region_name
            raise ServiceError(f"there is no log group {group} in {region}") from None


def _event(event: dict[str, Any], group: str) -> dict[str, Any]:
    return {
        "logGroup": group,
        "logStream": event.get("logStreamName"),
        "timestamp": event.get("timestamp"),
        "message": event["message"],
    }


def _now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)
