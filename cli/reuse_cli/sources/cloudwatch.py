"""Records from CloudWatch Logs: the record lines of a time, filtered by the service.

Only lines with a record in them travel (`FilterLogEvents` with a filter pattern), page by page, to
a temporary file. Log groups are those of the functions that are asked about, by their own
configuration, or those that are named.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from botocore.exceptions import ClientError

from reuse_cli.aws_session import Account, failures
from reuse_cli.errors import ServiceError, UsageError
from reuse_cli.sources.marks import KINDS
from reuse_cli.sources.notes import Notes
from reuse_cli.sources.places import Place
from reuse_cli.sources.span import Span
from reuse_cli.sources.streamed import Streamed

NOT_FOUND = "ResourceNotFoundException"
PATTERN = " ".join(f'?"{kind}"' for kind in KINDS)
"""Events with at least one of these in them."""


NO_CONFIGURATION = {"AccessDenied", "AccessDeniedException", NOT_FOUND}
"""A function's logs outlive it, and may be read by those who may not read its configuration."""


def source(functions: Sequence[str], log_groups: Sequence[str], account: Account) -> Streamed:
    """A source of the functions' log groups. Raises UsageError where neither is named."""
    if not functions and not log_groups:
        raise UsageError("name functions, or log groups with --log-group")

    def documents(_notes: Notes, span: Span) -> Iterator[tuple[Place, Iterable[bytes]]]:
        client = account.client("logs")
        groups = log_groups or _groups(functions, account)
        for group in dict.fromkeys(groups):
            yield Place(group), _events(client, group, span.since_ms or 0, span.until_ms)

    return Streamed(", ".join(log_groups or functions), documents)


def _groups(functions: Sequence[str], account: Account) -> list[str]:
    """The log group of each function; the usual one where its configuration may not be read."""
    client = account.client("lambda")
    found = []
    for name in functions:
        try:
            told = client.get_function_configuration(FunctionName=name)
        except ClientError as error:
            if error.response["Error"].get("Code") not in NO_CONFIGURATION:
                with failures():
                    raise
            told = {}
        group = told.get("LoggingConfig", {}).get("LogGroup")
        found.append(group or f"/aws/lambda/{name}")
    return found


def _events(client: Any, group: str, since_ms: int, until_ms: int | None) -> Iterator[bytes]:
    arguments: dict[str, Any] = {
        "logGroupName": group, "startTime": since_ms, "filterPattern": PATTERN
    }  # fmt: skip
    if until_ms is not None:
        arguments["endTime"] = until_ms
    with failures():
        try:
            for page in client.get_paginator("filter_log_events").paginate(**arguments):
                lines = [json.dumps({"message": event["message"]}) for event in page["events"]]
                yield ("\n".join(lines) + "\n").encode()
        except ClientError as error:
            if error.response["Error"].get("Code") != NOT_FOUND:
                raise
            region = client.meta.region_name
            raise ServiceError(f"there is no log group {group} in {region}") from None
