"""JSON log lines out of files, for metrics and queries to be read from.

A line may stand alone, behind a time and a stream's name, or as a message in what `aws logs`, a
subscription or the sandbox wrote. What holds no JSON object is passed over, as CloudWatch reads no
metric from it.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from reuse_cli.errors import NoRecordsError
from reuse_cli.sources.files import Files, is_plain
from reuse_cli.sources.notes import Notes
from reuse_cli.sources.reading import chunks

EMF_TIME, EMF_METRICS = "@emf_time", "@emf_metrics"
"""Names for `select`: the time and the directives of embedded metrics, as BIGINT and JSON."""
AWS = {EMF_TIME: '"_aws"."Timestamp"', EMF_METRICS: '"_aws"."CloudWatchMetrics"'}
TIME = "@event_ms"
"""The member that carries the time of a log event, where a tool wrote one around it."""
AWS_TYPE = 'STRUCT("Timestamp" BIGINT, "CloudWatchMetrics" JSON)'
MAX_LINE = 1 << 20
OWN = '{"_aws"'
"""A line that begins like this is an event itself, as embedded metrics are."""
MAX_DOCUMENT = 64 << 20
"""A file that is one JSON document is decoded as a whole up to this size."""
NESTED = ("logEvents", "events", "results", "message", "@message", "value")
"""Where a log event stands in what tools write around it."""


class Lines:
    """The JSON lines of files and folders, until it is closed."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Raises UsageError for a path that is not there."""
        self._files = Files(paths)
        self.notes = Notes()
        self._folder = tempfile.TemporaryDirectory(prefix="lambda-reuse-")

    def read(self) -> "JsonFiles":
        """Look for JSON lines. Raises NoRecordsError where there are none."""
        direct, target = list[str](), Path(self._folder.name, "lines.jsonl")
        with target.open("w", encoding="utf-8", errors="replace", newline="") as output:
            for file in self._files.files(self.notes):
                if is_plain(file):
                    direct.append(str(file))
                    continue
                for at_ms, line in of_file(file, self.notes):
                    output.write(_with_time(line, at_ms) + "\n")
        paths = [*direct, *([str(target)] if target.stat().st_size else [])]
        if not paths:
            raise NoRecordsError(f"there are no JSON log lines in {self._files.name}")
        return JsonFiles(paths)

    def close(self) -> None:
        """Remove what was copied."""
        self._folder.cleanup()


class JsonFiles:
    """Files of JSON lines, and the SQL that reads members of them: each line is parsed once."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._files = ", ".join(_quoted(path) for path in paths)

    def select(self, members: Sequence[str], condition: str = "true") -> str:
        """SQL with `t` (epoch ms), and a column of JSON for each of these root members.

        The columns are called `c0`, `c1`, ... in the order of the members. `condition` is SQL over
        them and `t`.
        """
        types = {TIME: "BIGINT", "to_ms": "BIGINT", "_aws": AWS_TYPE}
        types |= {name: "JSON" for name in members if name not in types and name not in AWS}
        lower = [name.lower() for name in types]
        if len(set(lower)) < len(lower):
            return self._select_by_path(members, condition)
        spec = ", ".join(f"{_quoted(name)}: {_quoted(type_)}" for name, type_ in types.items())
        columns = "".join(f", {_member(name)} as c{at}" for at, name in enumerate(members))
        return (
            f'select * from (select coalesce("_aws"."Timestamp", to_ms, "{TIME}") as t{columns}'
            f" from read_json([{self._files}], format = 'newline_delimited', ignore_errors = true,"
            f" maximum_object_size = {MAX_LINE}, columns = {{{spec}}})) where {condition}"
        )

    def select_records(self, condition: str = "true") -> str:
        """SQL with `t` and `record`, the whole line."""
        times = ("$._aws.Timestamp", "$.to_ms", f'$."{TIME}"')
        parts = ", ".join(f"json_extract_string(json, {_quoted(path)})" for path in times)
        return (
            f"select * from (select try_cast(coalesce({parts}) as bigint) as t,"
            f" json::varchar as record from read_ndjson_objects([{self._files}],"
            f" ignore_errors = true, maximum_object_size = {MAX_LINE})) where {condition}"
        )

    def _select_by_path(self, members: Sequence[str], condition: str) -> str:
        """The same where two members differ in case alone, which column names cannot."""
        own = {EMF_TIME: "/_aws/Timestamp", EMF_METRICS: "/_aws/CloudWatchMetrics"}
        paths = ", ".join(_quoted(own.get(name) or _pointer(name)) for name in members)
        columns = "".join(
            f", try_cast(parts[{at + 1}] as bigint) as c{at}"
            if name == EMF_TIME
            else f", parts[{at + 1}] as c{at}"
            for at, name in enumerate(members)
        )
        return (
            f"select * from (select t{columns} from (select t, json_extract(record, [{paths}])"
            f" as parts from ({self.select_records()}))) where {condition}"
        )


def _member(name: str) -> str:
    """A root member as JSON, also where it was read as something else."""
    if name in AWS:
        return AWS[name]
    column = '"' + name.replace('"', '""') + '"'
    return f"to_json({column})" if name in (TIME, "to_ms", "_aws") else column


def _pointer(name: str) -> str:
    """The JSON pointer of a root member, whatever its name holds."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _with_time(line: str, at_ms: int | None) -> str:
    """The object with the time of its log event, where that is known."""
    if at_ms is None or not line.endswith("}") or line == "{}":
        return line
    return f'{line[:-1]},"{TIME}":{at_ms}}}'


Event = tuple[int | None, str]
"""(epoch ms where what stands around the event says it, a JSON object on one line)."""


def of_file(path: Path, notes: Notes) -> Iterator[Event]:
    """The JSON objects of a file's log events."""
    text = bytearray()
    has_lines = False
    for line in _lines(chunks(path, notes)):
        found = list(_of_line(line))
        has_lines = has_lines or bool(found)
        yield from found
        if not has_lines and len(text) < MAX_DOCUMENT:
            text += line + b"\n"
    if not has_lines and text.lstrip().startswith((b"{", b"[")):
        try:
            yield from _of_value(json.loads(bytes(text)))
        except (ValueError, RecursionError):
            notes.unreadable += 1


def _lines(data: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in data:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    yield rest


def _of_line(line: bytes, at_ms: int | None = None) -> Iterator[Event]:
    if b"{" not in line:
        return
    text = line.decode("utf-8", "replace").strip()
    try:
        value = json.loads(text if text.startswith("[") else text[text.index("{") :])
    except (ValueError, RecursionError):
        return
    if text.startswith(OWN):
        yield at_ms, text
    else:
        yield from _of_value(value, at_ms)


def _of_value(value: Any, at_ms: int | None = None) -> Iterator[Event]:
    """The log events in a decoded value."""
    if isinstance(value, str):
        begin = value.find("{")
        if begin >= 0:
            yield from _of_line(value[begin:].encode("utf-8", "replace"), at_ms)
    elif isinstance(value, list):
        for item in value:
            yield from _of_value(item, at_ms)
    elif isinstance(value, dict):
        nested = [value[name] for name in NESTED if name in value]
        if "_aws" in value or not any(isinstance(one, str | list | dict) for one in nested):
            yield at_ms, json.dumps(value, separators=(",", ":"))
            return
        own_ms = value.get("timestamp")
        for one in nested:
            yield from _of_value(one, own_ms if type(own_ms) is int else at_ms)
