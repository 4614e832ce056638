"""The log groups of functions, and what a query over them would read."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from reuse_cli.aws_session import Account, failures

NOT_FOUND = "ResourceNotFoundException"
DENIED = {"AccessDenied", "AccessDeniedException"}
DAY_MS = 86_400_000
GB = 1e9


class Scan(NamedTuple):
    """What is known of log groups before they are asked."""

    missing: list[str]
    """Those that are not there."""
    gb: float
    """Estimate of what a query over the time reads: the groups' bytes, as if evenly spread."""


def of_functions(functions: Sequence[str], account: Account) -> dict[str, str]:
    """The log group of each function; the usual one where its configuration may not be read.

    A function's logs outlive it, and may be read by those who may not read its configuration.
    """
    client = account.client("lambda")
    found = {}
    for name in functions:
        with failures():
            try:
                configuration = client.get_function_configuration(FunctionName=name)
            except ClientError as error:
                if error.response["Error"].get("Code") not in {*DENIED, NOT_FOUND}:
                    raise
                configuration = {}
        found[name] = (
            configuration.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{name}"
        )
    return found


def scan(client: Any, groups: Sequence[str], since_ms: int, until_ms: int, now_ms: int) -> Scan:
    """Look at the groups; what may not be looked at is taken to be there, and small."""
    missing, read = [], 0.0
    for group in groups:
        if group.startswith("arn:"):
            continue
        with failures():
            try:
                description = described(client, group)
            except ClientError as error:
                if error.response["Error"].get("Code") not in DENIED:
                    raise
                return Scan([], 0.0)
        if description is None:
            missing.append(group)
            continue
        kept_ms = description.get("retentionInDays", 10**6) * DAY_MS
        age_ms = max(min(now_ms - description.get("creationTime", 0), kept_ms), 1)
        part = min((until_ms - since_ms) / age_ms, 1.0)
        read += description.get("storedBytes", 0) * part
    return Scan(missing, read / GB)


def described(client: Any, group: str) -> dict[str, Any] | None:
    """What the service says of a log group; None where there is none."""
    pages = client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=group)
    for page in pages:
        for one in page["logGroups"]:
            if one["logGroupName"] == group:
                found: dict[str, Any] = one
                return found
    return None
