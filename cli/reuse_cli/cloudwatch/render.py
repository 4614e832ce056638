"""Evaluates a dashboard's body over log lines: from a body and files to what each widget shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reuse_cli.cloudwatch import body as bodies
from reuse_cli.cloudwatch.body import Variable
from reuse_cli.cloudwatch.evaluate import Data, Shown, evaluate
from reuse_cli.cloudwatch.lines import Lines
from reuse_cli.cloudwatch.moments import moment_ms
from reuse_cli.cloudwatch.series import TimeRange
from reuse_cli.cloudwatch.store import MetricStore
from reuse_cli.errors import NoRecordsError, UsageError

DEFAULT_START = "-PT3H"
"""What a dashboard shows where its body names no start."""
MINUTE_MS = 60_000


@dataclass(frozen=True)
class Rendered:
    """A dashboard as it would be drawn."""

    shown: list[Shown]
    variables: list[Variable]
    span: TimeRange
    refused: int
    """EMF lines that CloudWatch would refuse."""

    def as_json(self) -> dict[str, Any]:
        """The widgets in the body's order, each with its series, and a table where it has one."""
        return {"version": 1, "widgets": [_widget(one) for one in self.shown]}


def render(
    body: Mapping[str, Any],
    lines: Lines,
    start: str | None,
    end: str | None,
    chosen: Mapping[str, str],
) -> Rendered:
    """What the body shows. Raises NoRecordsError without lines, UsageError for a wrong choice."""
    import duckdb

    has_logs = any(one.get("type") == "log" for one in body.get("widgets") or ())
    files = lines.read(with_texts=has_logs)
    with duckdb.connect(config={"temp_directory": lines.folder}) as connection:
        wanted, fields = bodies.wanted(body), bodies.fields(body)
        store = MetricStore(connection, files, wanted, fields)
        if not store.is_whole:
            files = lines.read(is_careful=True, with_texts=has_logs)
            store = MetricStore(connection, files, wanted, fields)
        span = _span(body, store, start, end)
        variables = bodies.variables(body, store, chosen)
        data = Data(store, connection, files)
        shown = evaluate(bodies.substituted(body, variables), data, span)
        return Rendered(shown, variables, span, store.refused.validation_errors)


def _span(
    body: Mapping[str, Any], store: MetricStore, start: str | None, end: str | None
) -> TimeRange:
    """The range that is asked for; else the body's, which ends with the newest line."""
    newest = None if store.span is None else -(-store.span.end_ms // MINUTE_MS) * MINUTE_MS
    if newest is None and (start is None or end is None):
        raise NoRecordsError("there are no embedded metrics in these files")
    now = datetime.fromtimestamp((newest or 0) / 1000, UTC)
    end_ms = moment_ms(str(end or body.get("end") or "now"), "--end", now)
    then = datetime.fromtimestamp(end_ms / 1000, UTC)
    start_ms = moment_ms(str(start or body.get("start") or DEFAULT_START), "--start", then)
    if start_ms >= end_ms:
        raise UsageError("the start of the time range is not before its end")
    return TimeRange(start_ms, end_ms)


def _widget(shown: Shown) -> dict[str, Any]:
    made: dict[str, Any] = {
        "title": shown.title,
        "type": shown.type,
        "series": [
            {"id": one.id, "label": one.label, "points": [list(at) for at in one.points.items()]}
            for one in shown.series
        ],
    }
    if shown.table is not None:
        made["columns"] = shown.table.columns
        made["rows"] = [list(row) for row in shown.table.rows]
    if shown.error is not None:
        made["error"] = shown.error
    return made
