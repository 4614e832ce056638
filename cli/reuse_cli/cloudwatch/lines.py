"""Log events out of files as lines of JSON, and the SQL that reads metrics and fields of them."""

import math
import tempfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from reuse_cli.cloudwatch.event import NO_NUMBERS, Event, is_event, is_lenient
from reuse_cli.cloudwatch.events import EventReader
from reuse_cli.errors import NoRecordsError
from reuse_cli.sources.files import Files, first_lines_if_large
from reuse_cli.sources.notes import Notes
from reuse_cli.sources.reading import chunks

EMF_TIME, EMF_METRICS = "@emf_time", "@emf_metrics"
"""Names for `select`: the time and the directives of embedded metrics, as BIGINT and JSON."""
MAX_MS = 253_402_300_799_999
"""The end of the year 9999: larger times are in another unit."""


def _sane(sql: str) -> str:
    return f"(case when try_cast({sql} as bigint) between 0 and {MAX_MS} then {sql}::bigint end)"


AWS = {
    EMF_TIME: _sane('"_aws"."Timestamp"::varchar'),
    EMF_METRICS: '"_aws"."CloudWatchMetrics"',
}
TIME, GROUP, STREAM, TEXT = "@event_ms", "@log_group", "@log_stream", "@text"
"""Members that `Event.line` adds: an event's time, group and stream, and its text where it is no
JSON."""
MESSAGE = (
    f"""coalesce(json_extract_string(record, '$."{TEXT}"'), regexp_replace(record,"""
    f""" '(,"{TIME}":[0-9]+)?(,"{GROUP}":"[^"]*")?"""
    f"""(,"{STREAM}":"[^"]*")?[}}]$', '}}'))"""
)
"""SQL of an event's message over `record`."""
EMF = b'"CloudWatchMetrics"'
"""A text with this was to be embedded metrics: something stands before or behind its object."""
AWS_TYPE = 'STRUCT("Timestamp" JSON, "CloudWatchMetrics" JSON)'
MAX_LINE = 1 << 20
"""Bytes of a large file that show what it is."""


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

    def read(self, is_careful: bool = False, with_texts: bool = False) -> "JsonFiles":
        """Look for log events. Raises NoRecordsError where there are none.

        `with_texts`: also those that are no JSON objects, which hold no metrics. Large files that
        seem to hold nothing but embedded metrics are left where they are; `is_careful`: these are
        looked through line by line, too.
        """
        self.notes = Notes()
        direct, target = list[Path](), Path(self._folder.name, "lines.jsonl")
        events, refused, groups = 0, 0, set[str]()
        with target.open("wb") as output:
            for file in self._files.files(self.notes):
                if not is_careful and is_direct(file):
                    direct.append(file)
                    continue
                for event in of_file(file, self.notes):
                    if event.is_json and is_lenient(event.data):
                        event = event._replace(is_json=False)  # noqa: PLW2901
                    refused += not event.is_json and EMF in event.data
                    if event.is_json or with_texts:
                        output.write(event.line() + b"\n")
                    events += event.is_json and b'"_aws"' in event.data
                    groups |= {event.group} if event.group else set()
        paths = [*direct, *([target] if target.stat().st_size else [])]
        if not paths:
            raise NoRecordsError(f"there are no log lines in {self._files.name}")
        expected = events + sum(map(_count, direct)) if direct else 0
        return JsonFiles(list(map(str, paths)), expected, groups, refused)

    def close(self) -> None:
        """Remove what was copied."""
        self._folder.cleanup()


class JsonFiles:
    """Files of JSON lines, and the SQL that reads members of them: each line is parsed once."""

    def __init__(
        self,
        paths: Sequence[str],
        expected: float = 0,
        groups: Collection[str] = (),
        refused: int = 0,
    ) -> None:
        """`expected`: how many lines with embedded metrics there are, if these are nothing else.

        `groups`: the log groups that are named in the files. `refused`: lines with embedded metrics
        that are no JSON.
        """
        self.expected, self.refused = expected, refused
        self.groups = frozenset(groups)
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

    def of_groups(self, groups: Collection[str]) -> str:
        """SQL over `record` that leaves out events of other groups than these; "" needs none.

        An event of which no group is known belongs to all.
        """
        if not groups or self.groups <= set(groups):
            return ""
        own = ", ".join(map(quoted, groups))
        return f"coalesce(json_extract_string(record, '$.\"{GROUP}\"') in ({own}), true)"

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
                part = _sane(f"{part}::varchar")
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


def is_direct(path: Path) -> bool:
    """Whether a file is large and, as far as its beginning says, nothing but embedded metrics."""
    lines = first_lines_if_large(path)
    return bool(lines) and all(map(is_event, lines))


def _count(path: Path) -> float:
    """How many lines a file has; more than any where one may have numbers that JSON has not.

    DuckDB takes such numbers; what else is no JSON it leaves out, so that lines are missing. What
    cannot be read as lines of text has to be looked through, too.
    """
    import duckdb

    has_others = " or ".join(f"contains(line, {quoted(name.decode())})" for name in NO_NUMBERS)
    with duckdb.connect() as connection:
        try:
            found = connection.execute(
                f"select count(*), count(*) filter ({has_others}) from read_csv("
                f"{quoted(str(path))}, columns = {{'line': 'VARCHAR'}}, delim = '\x01', quote = '',"
                " escape = '', header = false, auto_detect = false, compression = 'none',"
                f" max_line_size = {MAX_LINE})"
            ).fetchone()
        except duckdb.Error:
            return math.inf
    return found[0] if found and not found[1] else math.inf


def of_file(path: Path, notes: Notes) -> Iterator[Event]:
    """A file's log events, in their order."""
    reader = EventReader()
    for line in _lines(chunks(path, notes)):
        yield from reader.line(line)
    yield from reader.end()
    notes.unreadable += reader.unreadable


def _lines(data: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in data:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    yield rest
