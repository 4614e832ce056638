"""CloudWatch Logs on loopback, as far as Logs Insights goes: real requests, real answers.

Queries are evaluated over records by the same translation that `dashboard render` uses.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from reuse_cli.cloudwatch import logs_insights
from reuse_cli.cloudwatch.lines import JsonFiles
from reuse_cli.errors import UsageError

from tests import http_server


class LogsServer:
    """Log groups and their records; `refusal` is what StartQuery is answered with, if anything."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.groups: dict[str, JsonFiles] = {}
        self.refusal: str | None = None
        self.status = "Complete"
        self.queries: list[dict[str, Any]] = []
        self._answers: dict[str, logs_insights.Answer] = {}
        self.url = ""

    def put(self, group: str, records: list[dict[str, Any]]) -> None:
        """A log group with these records."""
        file = self._folder / f"{len(self.groups)}.jsonl"
        lines = (json.dumps(record, separators=(",", ":")) for record in records)
        file.write_text("".join(line + "\n" for line in lines))
        self.groups[group] = JsonFiles([str(file)])

    def start_query(self, request: dict[str, Any]) -> dict[str, Any]:
        self.queries.append(request)
        if self.refusal:
            raise KeyError(self.refusal)
        group = request["logGroupName"]
        if group not in self.groups:
            raise KeyError("ResourceNotFoundException")
        span = request["startTime"] * 1000, request["endTime"] * 1000 + 999
        with duckdb.connect() as connection:
            answer = logs_insights.run(
                connection, self.groups[group], request["queryString"], *span
            )
        name = f"query-{len(self._answers)}"
        self._answers[name] = answer
        return {"queryId": name}

    def get_query_results(self, request: dict[str, Any]) -> dict[str, Any]:
        answer = self._answers[request["queryId"]]
        rows = [
            [
                {"field": name, "value": str(value)}
                for name, value in zip(answer.columns, row, strict=True)
                if value is not None
            ]
            for row in answer.rows
        ]
        return {"status": self.status, "results": rows}

    def stop_query(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"success": True}


ACTIONS = {
    "StartQuery": LogsServer.start_query,
    "GetQueryResults": LogsServer.get_query_results,
    "StopQuery": LogsServer.stop_query,
}


@contextmanager
def logs_server(folder: Path) -> Iterator[LogsServer]:
    """The server, until the end of the block."""
    logs = LogsServer(folder)

    class Handler(http_server.Handler):
        def do_POST(self) -> None:
            try:
                status, answer = 200, ACTIONS[self.action()](logs, json.loads(self.body()))
            except KeyError as error:
                status, answer = 400, {"__type": error.args[0], "message": "refused"}
            except UsageError as error:
                status, answer = 400, {"__type": "MalformedQueryException", "message": str(error)}
            self.answer(status, http_server.AWS_JSON, json.dumps(answer).encode())

    with http_server.serving(Handler) as logs.url:
        yield logs
