"""Log lines of CloudWatch as they come (StartLiveTail), kept in a folder of files.

A session is opened first, then what is there already is read, so nothing is lost between the two;
a record that comes twice counts once. A session ends after three hours by the service's rules, and
is opened again.
"""

import contextlib
import json
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reuse_cli.aws_session import Account, failures
from reuse_cli.errors import ServiceError, UsageError
from reuse_cli.sources import cloudwatch, log_groups
from reuse_cli.sources.span import Span

PATTERN = f"{cloudwatch.RECORDS} {cloudwatch.PLATFORM}"
MAX_GROUPS = 10
"""Log groups of one session."""
AWS_HOSTS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")


class Tail:
    """An open session: `folder` has what has come so far."""

    def __init__(self, client: Any, groups: Sequence[str], folder: Path) -> None:
        self.folder = folder
        self._client, self._groups = client, list(groups)
        self._error: Exception | None = None
        self._is_closed = False
        self._stream = self._opened()
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def has_failed(self) -> bool:
        """Whether the session has ended with a failure."""
        return self._error is not None

    def check(self) -> None:
        """Raise what the session ended with, if it did."""
        if self._error is not None:
            with failures():
                raise self._error

    def close(self) -> None:
        """Take in no more; the connection ends with the process, or with its next message.

        Closing it here would wait for the thread that reads from it.
        """
        self._is_closed = True

    def _opened(self) -> Any:
        with failures():
            answer = self._client.start_live_tail(
                logGroupIdentifiers=self._groups, logEventFilterPattern=PATTERN
            )
        return answer["responseStream"]

    def _read(self) -> None:
        try:
            with (self.folder / "live.jsonl").open("a", encoding="utf-8") as output:
                while not self._is_closed:
                    self._keep(output)
                    if not self._is_closed:
                        self._stream = self._opened()
        except Exception as error:  # raised by `check`, in the main thread
            if not self._is_closed:
                self._error = error

    def _keep(self, output: Any) -> None:
        """Write what comes until the session ends; its time being over is no failure."""
        from botocore.exceptions import ClientError

        try:
            for event in self._stream:
                if self._is_closed:
                    self._stream.close()
                    return
                for line in event.get("sessionUpdate", {}).get("sessionResults", ()):
                    output.write(json.dumps(_event(line)) + "\n")
                output.flush()
        except ClientError as error:
            if error.response["Error"].get("Code") != "SessionTimeoutException":
                raise


@contextlib.contextmanager
def open_tail(
    functions: Sequence[str], named: Sequence[str], account: Account, span: Span
) -> Iterator[Tail]:
    """A session over the log groups of these functions, and what they have of the time before.

    Raises UsageError for too many groups, ConfigurationError and ServiceError.
    """
    groups = list(dict.fromkeys(named or log_groups.of_functions(functions, account).values()))
    if len(groups) > MAX_GROUPS:
        raise UsageError(f"--watch follows at most {MAX_GROUPS} log groups at a time")
    client = account.client("logs")
    host = urlsplit(client.meta.endpoint_url).hostname or ""
    if not host.endswith(AWS_HOSTS):
        # Only AWS has a host of its own for streams.
        client.meta.config.inject_host_prefix = False
    identifiers = [_identifier(client, group) for group in groups]
    with tempfile.TemporaryDirectory(prefix="lambda-reuse-") as folder:
        tail = Tail(client, identifiers, Path(folder))
        try:
            with (tail.folder / "past.jsonl").open("wb") as output:
                for group in groups:
                    for lines in cloudwatch.events(client, group, PATTERN, span):
                        output.write(lines)
            yield tail
        finally:
            tail.close()


def _identifier(client: Any, group: str) -> str:
    """The ARN of a log group, which sessions ask for."""
    if group.startswith("arn:"):
        return group.removesuffix(":*")
    with failures():
        description = log_groups.described(client, group)
    if description is not None:
        return str(description.get("logGroupArn") or description["arn"]).removesuffix(":*")
    raise ServiceError(f"there is no log group {group} in {client.meta.region_name}")


def _event(line: dict[str, Any]) -> dict[str, Any]:
    """A line as files have it; the group is named by the account and its name."""
    return {
        "logGroup": line.get("logGroupIdentifier", "").partition(":")[2],
        "logStream": line.get("logStreamName"),
        "timestamp": line.get("timestamp"),
        "message": line["message"],
    }
