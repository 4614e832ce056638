"""CloudWatch Logs for the command line: moto's server, and Logs Insights over the same events.

StartQuery is answered by the evaluator that `dashboard render` uses, over what PutLogEvents brought
to moto; every other request goes to moto as it is.
"""

import json
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import duckdb
import requests
from reuse_cli.cloudwatch import logs_insights
from reuse_cli.cloudwatch.lines import JsonFiles

from tests import http_server


class InsightsServer:
    """Answers queries; `refusals` are error codes for the next StartQuery requests."""

    def __init__(self, moto: str, folder: Path) -> None:
        self.moto = moto
        self.url = ""
        self.queries: list[dict[str, Any]] = []
        self.stopped: list[str] = []
        self.refusals: deque[str] = deque()
        self.statuses: deque[str] = deque()
        """What GetQueryResults says before it says Complete."""
        self.most_rows = 10_000
        self._folder = folder
        self._answers: dict[str, logs_insights.Answer] = {}

    def start_query(self, request: dict[str, Any]) -> dict[str, Any]:
        """Evaluate at once."""
        if self.refusals:
            raise KeyError(self.refusals.popleft())
        self.queries.append(request)
        lines = [line for group in request["logGroupNames"] for line in self._messages(group)]
        name = f"query-{len(self.queries)}"
        file = self._folder / f"{name}.jsonl"
        file.write_text("".join(line + "\n" for line in lines))
        begin, end = request["startTime"] * 1000, request["endTime"] * 1000 + 1000
        with duckdb.connect() as connection:
            self._answers[name] = logs_insights.run(
                connection, JsonFiles([str(file)]), request["queryString"], begin, end
            )
        return {"queryId": name}

    def _messages(self, group: str) -> list[str]:
        logs = boto3.client("logs", endpoint_url=self.moto)
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        return [
            event["message"].strip()
            for page in pages
            for event in page["events"]
            if event["message"].startswith("{")
        ]

    def get_query_results(self, request: dict[str, Any]) -> dict[str, Any]:
        """The rows as texts, without those values that a row has not."""
        if self.statuses:
            return {"status": self.statuses.popleft(), "results": []}
        answer = self._answers[request["queryId"]]
        rows = [
            [
                {"field": name, "value": str(value)}
                for name, value in zip(answer.columns, row, strict=True)
                if value is not None
            ]
            for row in answer.rows[: self.most_rows]
        ]
        return {"status": "Complete", "results": rows, "statistics": {"bytesScanned": 1.0}}

    def stop_query(self, request: dict[str, Any]) -> dict[str, Any]:
        """Take note."""
        self.stopped.append(request["queryId"])
        return {"success": True}


ACTIONS = {
    "StartQuery": InsightsServer.start_query,
    "GetQueryResults": InsightsServer.get_query_results,
    "StopQuery": InsightsServer.stop_query,
}


@contextmanager
def insights_server(moto: str, folder: Path) -> Iterator[InsightsServer]:
    """The server, until the end of the block."""
    insights = InsightsServer(moto, folder)

    class Handler(http_server.Handler):
        def do_POST(self) -> None:
            body, action = self.body(), self.action()
            if action not in ACTIONS:
                self._pass_on(body)
                return
            try:
                status, answer = 200, ACTIONS[action](insights, json.loads(body))
            except KeyError as error:
                status, answer = 400, {"__type": error.args[0], "message": "refused"}
            self.answer(status, http_server.AWS_JSON, json.dumps(answer).encode())

        def do_GET(self) -> None:
            self._pass_on(self.body())

        def do_PUT(self) -> None:
            self.do_GET()

        def _pass_on(self, body: bytes) -> None:
            headers = {name: value for name, value in self.headers.items() if name != "Host"}
            done = requests.request(
                self.command, insights.moto + self.path, data=body, headers=headers, timeout=30
            )
            self.answer(done.status_code, done.headers.get("Content-Type", ""), done.content)

    with http_server.serving(Handler) as insights.url:
        yield insights
