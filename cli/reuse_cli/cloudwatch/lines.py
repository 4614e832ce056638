"""JSON log lines out of files, as a relation that metrics and queries are read from.

A line may stand alone, behind a time and a stream's name, or as a message in what `aws logs`, a
subscription or the sandbox wrote. What holds no JSON object is passed over, as CloudWatch reads no
metric from it.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reuse_cli.errors import NoRecordsError
from reuse_cli.sources.files import Files, is_plain
from reuse_cli.sources.notes import Notes
from reuse_cli.sources.reading import chunks

if TYPE_CHECKING:
    import duckdb

RELATION = "log_line"
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

    def fill(self, connection: "duckdb.DuckDBPyConnection") -> None:
        """Make the relation `log_line` with `t` (epoch ms) and `record`. Raises NoRecordsError."""
        direct, target = list[str](), Path(self._folder.name, "lines.tsv")
        with target.open("w", encoding="utf-8", errors="replace", newline="") as output:
            for file in self._files.files(self.notes):
                if is_plain(file):
                    direct.append(str(file))
                    continue
                for at_ms, line in of_file(file, self.notes):
                    output.write(f"{at_ms or ''}\t{line}\n")
        parts = [_COPIED.format(_quoted(str(target)))] if target.stat().st_size else []
        if direct:
            parts.append(_DIRECT.format(", ".join(map(_quoted, direct))))
        if not parts:
            raise NoRecordsError(f"there are no JSON log lines in {self._files.name}")
        connection.execute(
            f"""
            create or replace temp view {RELATION} as
            select coalesce(try_cast(coalesce(
                json_extract_string(record, '$._aws.Timestamp'),
                json_extract_string(record, '$.to_ms')
            ) as bigint), event_ms) as t, record
            from ({" union all ".join(parts)})
            """
        )

    def close(self) -> None:
        """Remove what was copied."""
        self._folder.cleanup()


_COPIED = f"""
select event_ms, record from read_csv({{}}, delim = '\\t', quote = '', escape = '', header = false,
    columns = {{{{'event_ms': 'BIGINT', 'record': 'VARCHAR'}}}}, auto_detect = false,
    max_line_size = {MAX_LINE}, ignore_errors = true)
"""
_DIRECT = f"""
select null::bigint as event_ms, json::varchar as record
from read_ndjson_objects([{{}}], ignore_errors = true, maximum_object_size = {MAX_LINE})
"""

Event = tuple[int | None, str]
"""(epoch ms where what stands around the event says it, a JSON object on one line)."""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


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
