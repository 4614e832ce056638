"""CloudWatch Logs on loopback, as far as Logs Insights goes: real requests, real answers.

Queries are evaluated over records by the same translation that `dashboard render` uses.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb
from reuse_cli.cloudwatch import logs_insights
from reuse_cli.cloudwatch.lines import JsonFiles
from reuse_cli.errors import UsageError


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

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            request = json.loads(self.rfile.read(size))
            action = self.headers["X-Amz-Target"].rpartition(".")[2]
            try:
                status, answer = 200, ACTIONS[action](logs, request)
            except KeyError as error:
                status, answer = 400, {"__type": error.args[0], "message": "refused"}
            except UsageError as error:
                status, answer = 400, {"__type": "MalformedQueryException", "message": str(error)}
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    logs.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield logs
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
