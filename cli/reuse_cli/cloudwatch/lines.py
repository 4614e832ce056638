"""JSON log lines out of files, for metrics and queries to be read from.

A line may stand alone, behind a time and a stream's name, or as a message in what `aws logs`, a
subscription or the sandbox wrote. What holds no JSON object is passed over, as CloudWatch reads no
metric from it.
"""

import json
import re
import tempfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from reuse_cli.errors import NoRecordsError
from reuse_cli.sources.files import LARGE, STDIN, Files
from reuse_cli.sources.notes import Notes
from reuse_cli.sources.reading import CHUNK, chunks

EMF_TIME, EMF_METRICS = "@emf_time", "@emf_metrics"
"""Names for `select`: the time and the directives of embedded metrics, as BIGINT and JSON."""
AWS = {
    EMF_TIME: 'try_cast("_aws"."Timestamp"::varchar as bigint)',
    EMF_METRICS: '"_aws"."CloudWatchMetrics"',
}
TIME = "@event_ms"
"""The member that carries the time of a log event, where a tool wrote one around it."""
AWS_TYPE = 'STRUCT("Timestamp" JSON, "CloudWatchMetrics" JSON)'
MAX_LINE = 1 << 20
HEAD = 1 << 18
"""Bytes of a large file from which is told what it is."""
OWN = b'{"_aws"'
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

    @property
    def folder(self) -> str:
        """A folder for what does not fit into memory, which is removed with the rest."""
        return self._folder.name

    def read(self, is_careful: bool = False) -> "JsonFiles":
        """Look for JSON lines. Raises NoRecordsError where there are none.

        Large files that seem to hold nothing but embedded metrics are left where they are;
        `is_careful`: these are looked through line by line, too.
        """
        self.notes = Notes()
        direct, target = list[Path](), Path(self._folder.name, "lines.jsonl")
        events = 0
        with target.open("wb") as output:
            for file in self._files.files(self.notes):
                if not is_careful and is_direct(file):
                    direct.append(file)
                    continue
                for at_ms, line in of_file(file, self.notes):
                    output.write(_with_time(line, at_ms) + b"\n")
                    events += b'"_aws"' in line
        paths = [*direct, *([target] if target.stat().st_size else [])]
        if not paths:
            raise NoRecordsError(f"there are no JSON log lines in {self._files.name}")
        expected = events + sum(map(_count, direct)) if direct else 0
        return JsonFiles(list(map(str, paths)), expected)

    def close(self) -> None:
        """Remove what was copied."""
        self._folder.cleanup()


class JsonFiles:
    """Files of JSON lines, and the SQL that reads members of them: each line is parsed once."""

    def __init__(self, paths: Sequence[str], expected: int = 0) -> None:
        """`expected`: how many lines with embedded metrics there are, if these are nothing else."""
        self.expected = expected
        self._files = ", ".join(quoted(path) for path in paths)

    def select(
        self, members: Sequence[str], condition: str = "true", texts: Collection[str] = ()
    ) -> str:
        """SQL with `t` (epoch ms), and a column of JSON for each of these root members.

        The columns are called `c0`, `c1`, ... in the order of the members; those of `texts` are
        text, without quotes around strings. `condition` is SQL over them and `t`.
        """
        types = {TIME: "BIGINT", "to_ms": "JSON", "_aws": AWS_TYPE}
        types |= {
            name: "VARCHAR" if name in texts else "JSON"
            for name in members
            if name not in types and name not in AWS
        }
        lower = [name.lower() for name in types]
        if len(set(lower)) < len(lower):
            return self._select_by_path(members, condition, texts)
        spec = ", ".join(f"{quoted(name)}: {quoted(type_)}" for name, type_ in types.items())
        columns = "".join(f", {_member(name, texts)} as c{at}" for at, name in enumerate(members))
        time = f'coalesce({AWS[EMF_TIME]}, try_cast(to_ms::varchar as bigint), "{TIME}")'
        return (
            f"select * from (select {time} as t{columns}"
            f" from read_json([{self._files}], format = 'newline_delimited', ignore_errors = true,"
            f" maximum_object_size = {MAX_LINE}, columns = {{{spec}}})) where {condition}"
        )

    def select_records(self, condition: str = "true") -> str:
        """SQL with `t` and `record`, the whole line."""
        times = ("$._aws.Timestamp", "$.to_ms", f'$."{TIME}"')
        parts = ", ".join(f"json_extract_string(json, {quoted(path)})" for path in times)
        return (
            f"select * from (select try_cast(coalesce({parts}) as bigint) as t,"
            f" json::varchar as record from read_ndjson_objects([{self._files}],"
            f" ignore_errors = true, maximum_object_size = {MAX_LINE})) where {condition}"
        )

    def _select_by_path(
        self, members: Sequence[str], condition: str, texts: Collection[str]
    ) -> str:
        """The same where two members differ in case alone, which column names cannot."""
        own = {EMF_TIME: "/_aws/Timestamp", EMF_METRICS: "/_aws/CloudWatchMetrics"}
        paths = ", ".join(quoted(own.get(name) or pointer(name)) for name in members)
        columns = ""
        for at, name in enumerate(members):
            part = f"parts[{at + 1}]"
            if name == EMF_TIME:
                part = f"try_cast({part} as bigint)"
            elif name in texts:
                part = f"json_extract_string({part}, '$')"
            columns += f", {part} as c{at}"
        return (
            f"select * from (select t{columns} from (select t, json_extract(record, [{paths}])"
            f" as parts from ({self.select_records()}))) where {condition}"
        )


def _member(name: str, texts: Collection[str]) -> str:
    """A root member as JSON or text, also where it was read as something else."""
    if name in AWS:
        return AWS[name]
    column = '"' + name.replace('"', '""') + '"'
    if name in (TIME, "to_ms", "_aws"):
        return f"to_json({column})::varchar" if name in texts else f"to_json({column})"
    return column


def pointer(name: str) -> str:
    """The JSON pointer of a root member, whatever its name holds."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def member_path(name: str) -> tuple[str, str]:
    """The root member of a dotted name, and the JSON path from there."""
    root, _, rest = name.partition(".")
    return root, "$" + "".join(map(_step, rest.split(".") if rest else ()))


def _step(part: str) -> str:
    return f"[{part}]" if part.isdecimal() else '."' + part.replace('"', "") + '"'


def quoted(text: str) -> str:
    """A text as SQL."""
    return "'" + text.replace("'", "''") + "'"


def _with_time(line: bytes, at_ms: int | None) -> bytes:
    """The object with the time of its log event, where that is known."""
    if at_ms is None or not line.endswith(b"}") or line == b"{}":
        return line
    return b'%b,"%b":%d}' % (line[:-1], TIME.encode(), at_ms)


Event = tuple[int | None, bytes]
"""(epoch ms where what stands around the event says it, a JSON object on one line)."""


def is_direct(path: Path) -> bool:
    """Whether a file is large and, as far as its beginning says, nothing but embedded metrics."""
    if re.search(r"[*?\[\]{}]", str(path)) or str(path) == STDIN:
        return False  # DuckDB would take the name for a pattern
    try:
        if not path.is_file() or path.stat().st_size < LARGE:
            return False
        with path.open("rb") as file:
            lines = file.read(HEAD).split(b"\n")[:-1]
    except OSError:
        return False
    return bool(lines) and all(map(is_event, lines))


def _count(path: Path) -> int:
    """How many lines a file has."""
    count, last = 0, b"\n"
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            count, last = count + chunk.count(b"\n"), chunk[-1:]
    return count + (last != b"\n")


def is_event(line: bytes) -> bool:
    """Whether a line is, by its look, one object with embedded metrics and nothing around it."""
    if line.startswith(OWN):
        return line.endswith(b"}")
    at = line.find(b'"_aws"')
    return (
        at > 0
        and line.startswith(b"{")
        and line.endswith(b"}")
        and line.count(b"{", 0, at) - line.count(b"}", 0, at) == 1
    )


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
    begin = line.find(b"{")
    if begin < 0:
        return
    line = line.strip()
    own = line if line.startswith((b"[", b"{")) else line[line.index(b"{") :]
    if is_event(own):
        yield at_ms, own  # DuckDB passes over what is not JSON all the same
        return
    try:
        value = json.loads(own.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return
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
            yield at_ms, json.dumps(value, separators=(",", ":")).encode()
            return
        own_ms = value.get("timestamp")
        for one in nested:
            yield from _of_value(one, own_ms if type(own_ms) is int else at_ms)
