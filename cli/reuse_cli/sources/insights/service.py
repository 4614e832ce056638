"""Runs queries in CloudWatch Logs Insights: 50 log groups at a time, and any number of rows.

A query gives at most 10 000 rows. Where there are as many, the time is cut in two and asked again,
so that rows of one container come several times and have to be folded.
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from botocore.exceptions import ClientError

from reuse_cli.aws_session import failures
from reuse_cli.errors import ServiceError
from reuse_cli.sources.insights.queries import ROWS

GROUPS = 50
"""Log groups of one query."""
FULL = "LimitExceededException"
"""There are as many queries in the account as there may be."""
WAITS_S = (1, 2, 4, 8, 16, 30)
"""How long to wait before each further attempt to start a query."""
POLL_S = (0.2, 0.4, 0.8, 1.0)
"""How long to wait for an answer; the last one is repeated."""

Row = dict[str, str]


class Insights:
    """Queries in one account. `sleep` waits for seconds."""

    def __init__(self, client: Any, sleep: Callable[[float], object] = time.sleep) -> None:
        self._client = client
        self._sleep = sleep

    def rows(
        self, query: str, groups: Sequence[str], since_ms: int, until_ms: int
    ) -> Iterator[Row]:
        """The rows of a query over all groups. Raises ServiceError."""
        for i in range(0, len(groups), GROUPS):
            yield from self._part(
                query, groups[i : i + GROUPS], since_ms // 1000, -(-until_ms // 1000)
            )

    def _part(self, query: str, groups: Sequence[str], begin_s: int, end_s: int) -> Iterator[Row]:
        """Both ends belong to the time."""
        found = self._run(query, groups, begin_s, end_s)
        if len(found) < ROWS:
            yield from found
            return
        if begin_s >= end_s:
            raise ServiceError(
                f"Logs Insights gives no more than {ROWS} containers a second; name fewer functions"
            )
        middle_s = (begin_s + end_s) // 2
        yield from self._part(query, groups, begin_s, middle_s)
        yield from self._part(query, groups, middle_s + 1, end_s)

    def _run(self, query: str, groups: Sequence[str], begin_s: int, end_s: int) -> list[Row]:
        is_arn = any(group.startswith("arn:") for group in groups)
        named = {"logGroupIdentifiers" if is_arn else "logGroupNames": list(groups)}
        query_id = self._start(queryString=query, startTime=begin_s, endTime=end_s, **named)
        try:
            return self._answer(query_id)
        except BaseException:
            with contextlib.suppress(Exception):
                self._client.stop_query(queryId=query_id)
            raise

    def _start(self, **request: Any) -> str:
        for wait_s in (*WAITS_S, None):
            with failures():
                try:
                    return str(self._client.start_query(**request)["queryId"])
                except ClientError as error:
                    if error.response["Error"].get("Code") != FULL:
                        raise
            if wait_s is not None:
                self._sleep(wait_s)
        raise ServiceError(
            "the account runs as many Logs Insights queries as it may: try again later"
        )

    def _answer(self, query_id: str) -> list[Row]:
        attempt = 0
        while True:
            with failures():
                answer = self._client.get_query_results(queryId=query_id)
            status = answer["status"]
            if status == "Complete":
                return [
                    {item["field"]: item["value"] for item in row if "value" in item}
                    for row in answer["results"]
                ]
            if status not in ("Scheduled", "Running", "Unknown"):
                raise ServiceError(
                    f"Logs Insights gave up the query ({status.lower()}): ask about a shorter time"
                )
            self._sleep(POLL_S[min(attempt, len(POLL_S) - 1)])
            attempt += 1
