"""The log events of a file, for dashboards: every event that CloudWatch Logs would hold.

An event may stand alone on its line, behind a time and a stream's name, or as a message in what
`aws logs`, an export, a subscription or the sandbox wrote. A line without a time is given that of
the line before it.
"""

import csv
import json
import re
from collections.abc import Iterator
from typing import Any

from reuse_cli.cloudwatch.event import Event, is_event
from reuse_cli.sources import platform_lines, usual_lines
from reuse_cli.sources.extract import ANSI
from reuse_cli.sources.platform_values import NOTHING, Around, row_of, split

MAX_DOCUMENT = 64 << 20
"""A file that is one JSON document is decoded as a whole up to this size."""
MAX_ROW = 1 << 20
"""Characters of a row of CSV."""
LISTS = ("logEvents", "events", "results")
"""Where a tool writes a list of log events."""
MESSAGES = ("@message", "message")
AROUND = frozenset(
    (
        *MESSAGES,
        *("timestamp", "@timestamp", "ingestionTime", "@ingestionTime"),
        *("logStreamName", "logStream", "@logStream", "logGroup", "logGroupName", "@log"),
        *("id", "eventId", "@ptr", "extractedFields"),
    )
)
"""What tools write around a message; an object with other members is an event itself."""
DOCKER = {"log", "stream", "time"}
"""Members of a line as Docker keeps it."""
CONTAINER = (["stdout", "F"], ["stderr", "F"])
"""What container runtimes write between a time and a whole line."""
_TIMES = ("timestamp", "@timestamp", "time")
_GROUPS = ("logGroup", "logGroupName", "@log")
_STREAMS = ("logStreamName", "logStream", "@logStream")
_CSV = re.compile(rb'"?@?(timestamp|message|logStream|log|ingestionTime|ptr)"?,')
_EMF_TIME = re.compile(rb'"Timestamp"\s*:\s*(\d{13})\b')
_LEVELS = "trace|debug|info|warn|warning|error|fatal|critical"
_LEVEL = re.compile(rf"\W*({_LEVELS})\W*", re.IGNORECASE)
"""What a logger writes before a message: no part of what a tool puts around it."""
_INGESTED = re.compile(r"\t\d{13}$")


class EventReader:
    """Takes the lines of one file, and hands out its events as soon as their times are known."""

    def __init__(self) -> None:
        self._take = self._first
        self._columns: list[str] = []
        self._gathered: list[str] = []
        self._size = 0
        self._open: Event | None = None
        """A text whose further lines may follow."""
        self._timeless: list[Event] = []
        self._at_ms: int | None = None
        self._last = b""
        """The newest line of embedded metrics, whose time has not been looked up."""
        self._has_prefix = False
        self.unreadable = 0

    def line(self, line: bytes) -> Iterator[Event]:
        """Take the next line."""
        return self._take(line)

    def end(self) -> Iterator[Event]:
        """What is left."""
        if self._take == self._document_line:
            text = "\n".join(self._gathered)
            self._gathered = []
            yield from self._texts(text)
        yield from self._closed()
        yield from self._timeless
        self._timeless = []

    # What kind of file it is

    def _first(self, line: bytes) -> Iterator[Event]:
        first = line.strip()
        if not first:
            return iter(())
        self._take = self._own_line
        if _CSV.match(first) and b"essage" in first:
            self._columns = next(csv.reader([first.decode("utf-8", "replace")]))
            self._take = self._csv_line
            return iter(())
        if first.startswith((b"{", b"[")) and first.endswith((b"{", b"[", b",")):
            self._take = self._document_line
        return self._take(line)

    def _document_line(self, line: bytes) -> Iterator[Event]:
        self._size += len(line)
        if self._size <= MAX_DOCUMENT:
            self._gathered.append(line.decode("utf-8", "replace"))
        return iter(())

    def _csv_line(self, line: bytes) -> Iterator[Event]:
        self._gathered.append(line.decode("utf-8", "replace"))
        self._size += line.count(b'"')
        if self._size % 2 and len(self._gathered) < MAX_ROW:
            return
        text, self._gathered, self._size = "\n".join(self._gathered), [], 0
        for values in csv.reader(text.splitlines(keepends=True)):
            yield from self._value(dict(zip(self._columns, values, strict=False)), NOTHING)

    # Lines

    def _own_line(self, line: bytes) -> Iterator[Event]:
        own = line.strip()
        if own.startswith(b"{") and is_event(own):
            yield from self._closed()
            event = Event(None, None, own, is_json=True)
            if self._timeless:
                yield from self._timed(event)
            else:
                self._last = own  # most files hold nothing that would ask for its time
                yield event
            return
        if own.endswith(b"}") and (wrapped := self._behind_prefix(own)) is not None:
            if self._open is not None:
                yield from self._closed()
            yield from self._timed(wrapped)
            return
        text = own.decode("utf-8", "replace")
        text = ANSI.sub("", text) if "\x1b" in text else text
        if not text or (self._has_prefix and _INGESTED.fullmatch(line.decode(errors="replace"))):
            return
        if text.startswith(("{", "[", '"')) and (values := _values(text)) is not None:
            for value in values:
                yield from self._value(value, NOTHING)
            return
        yield from self._prefixed(text)

    def _behind_prefix(self, own: bytes) -> Event | None:
        """Embedded metrics behind a time or a stream's name, by their look, or None.

        Most lines of most files are of this kind, and are not decoded.
        """
        usual = usual_lines.prefix(own)
        begin = usual.size if usual else own.find(b"{")
        if begin < 1 or not is_event(data := own[begin:]):
            return None
        if usual:
            self._has_prefix = True
            return Event(usual.at_ms, None, data, is_json=True, stream=usual.stream)
        around, rest = split(own[:begin].decode("utf-8", "replace"))
        if rest or around == NOTHING:
            return None
        self._has_prefix = True
        return Event(around.at_ms, around.group, data, is_json=True, stream=around.stream)

    def _prefixed(self, text: str) -> Iterator[Event]:
        around, message = split(text)
        message = _INGESTED.sub("", message)
        begin = message.find("{")
        if begin > 0 and is_event(message[begin:].encode("utf-8", "replace")):
            words = message[:begin].split()
            is_one = words in CONTAINER or (len(words) == 1 and not _LEVEL.fullmatch(words[0]))
            if around.at_ms and not around.stream and is_one:
                around = around._replace(stream=words[0])  # of something that is not Lambda
                message = message[begin:]
        if around == NOTHING and self._has_prefix and self._open is not None:
            self._open = self._open._replace(data=self._open.data + b"\n" + text.encode())
            return
        self._has_prefix = self._has_prefix or around != NOTHING
        yield from self._message(message, around)

    # Values

    def _texts(self, text: str) -> Iterator[Event]:
        values = _values(text)
        if values is None:
            self.unreadable += 1
            for line in text.split("\n"):
                yield from self._own_line(line.encode())
            return
        for value in values:
            yield from self._value(value, NOTHING)

    def _value(self, value: Any, around: Around) -> Iterator[Event]:
        if isinstance(value, str):
            yield from self._message(value, around)
        elif isinstance(value, list):
            row = row_of(value)
            for item in value if row is None else [row]:
                yield from self._value(item, around)
        elif isinstance(value, dict):
            yield from self._object(value, around)

    def _object(self, value: dict[str, Any], around: Around) -> Iterator[Event]:
        lists = [value[name] for name in LISTS if isinstance(value.get(name), list)]
        inner = _inner(value, around)
        if lists and "_aws" not in value:
            for one in lists:
                yield from self._value(one, inner)
        elif "_aws" not in value and (message := _message_of(value)) is not None:
            yield from self._value(message, inner)
        else:
            own = around._replace(at_ms=inner.at_ms if around.at_ms is None else around.at_ms)
            yield from self._found(own, json.dumps(value, separators=(",", ":")), is_json=True)

    def _message(self, text: str, around: Around) -> Iterator[Event]:
        own = text.strip()
        if own.startswith('{"_aws"') and own.endswith("}") and "\n" not in own:
            yield from self._found(around, own, is_json=True)  # by its look
            return
        value = _object(own) if own.startswith("{") else None
        if value is None:
            yield from self._found(around, text.rstrip("\r\n"), is_json=False)
        elif _message_of(value) is not None or any(name in value for name in LISTS):
            yield from self._object(value, around)
        else:
            data = json.dumps(value, separators=(",", ":")) if "\n" in own else own
            at_ms = _inner(value, NOTHING).at_ms if around.at_ms is None else around.at_ms
            yield from self._found(around._replace(at_ms=at_ms), data, is_json=True)

    # Times

    def _found(self, around: Around, text: str, *, is_json: bool) -> Iterator[Event]:
        data = text.encode("utf-8", "replace")
        event = Event(around.at_ms, around.group, data, is_json, around.stream)
        yield from self._closed()
        if is_json:
            yield from self._timed(event)
        elif text.strip():
            self._open = event

    def _closed(self) -> Iterator[Event]:
        """The text that nothing is added to any more."""
        if self._open is not None:
            event, self._open = self._open, None
            if event.data.startswith(b"{") and (value := _object(event.data.decode())) is not None:
                data = json.dumps(value, separators=(",", ":")).encode()  # a tool had indented it
                event = event._replace(data=data, is_json=True)
            yield from self._timed(event)

    def _timed(self, event: Event) -> Iterator[Event]:
        if event.at_ms is None:
            found = _EMF_TIME.search(event.data if event.is_json else b"") or _EMF_TIME.search(
                self._last
            )
            self._at_ms = int(found[1]) if found else self._at_ms
            event = event._replace(at_ms=self._at_ms)
        else:
            self._at_ms = event.at_ms
        self._last = b""
        if event.at_ms is None:
            self._timeless.append(event)
            return
        yield from (one._replace(at_ms=event.at_ms) for one in self._timeless)
        self._timeless = []
        yield event


def _values(text: str) -> list[Any] | None:
    """The JSON values that a text is made of; None where it is something else."""
    values, position = [], 0
    decoder = json.JSONDecoder()
    while position < len(text):
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            return None
        values.append(value)
        while position < len(text) and text[position] in " \t\r\n,":
            position += 1
    return values


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _message_of(value: dict[str, Any]) -> str | dict[str, Any] | None:
    """The message that an object is written around; None where the object is the event."""
    if value.keys() == DOCKER and isinstance(value["log"], str):
        return str(value["log"])
    name = next((name for name in MESSAGES if name in value), None)
    message = value.get(name or "")
    if not isinstance(message, str | dict) or not value.keys() <= AROUND:
        return None
    if isinstance(message, dict) or name == "@message" or message.lstrip().startswith("{"):
        return message
    return message if len(value) > 1 and not isinstance(value.get("timestamp"), str) else None


def _inner(value: dict[str, Any], around: Around) -> Around:
    """What an object says of the messages in it."""
    times = (platform_lines.epoch_ms(value[name]) for name in _TIMES if name in value)
    group, stream = (
        next((value[name] for name in names if isinstance(value.get(name), str)), None)
        for names in (_GROUPS, _STREAMS)
    )
    return Around(
        group[group.find("/") :] if group and "/" in group else group or around.group,
        stream or around.stream,
        next((at_ms for at_ms in times if at_ms is not None), around.at_ms),
    )
