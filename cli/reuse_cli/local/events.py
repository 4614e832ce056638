"""Events, in the forms in which people have them.

A file, or standard input, holds

    {"path": "/a"}              one JSON value a line: each is an event
    {"path": "/b"}

    {                           or one or several JSON documents over several lines: each is an
      "path": "/a"              event
    }

    [{"path": "/a"}, …]         or one list alone, on one line or several: its elements are events

An event `{"at_ms": 250, "event": {…}}` stands for its `event`, sent 250 ms after the start;
`tenant_id` beside `event` names the tenant that it is sent for. Such an object has these keys only:
an event that has others, and these too, is written as the `event` of such an object.
"""

import json
import math
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from reuse_cli.errors import UsageError

STDIN = Path("-")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_START = re.compile(r"[^ \t\r\n]")  # where a JSON value may begin
MAX_PAYLOAD = 6 * 1024 * 1024
"""Bytes of an event; Lambda refuses a larger one (quotas, "Invocation payload", synchronous)."""
PLACED = ("at_ms", "tenant_id")
"""What may stand beside an event."""


class Event(NamedTuple):
    """An event, when it comes (in seconds after the start; None: when it is its turn), for whom."""

    at_s: float | None
    payload: bytes
    tenant: str = ""


class EventSource(Protocol):
    """Events that can be read again and again; raises UsageError for what is no event."""

    @property
    def name(self) -> str:
        """What messages call it."""

    def __iter__(self) -> Iterator[Event]:
        """The events in order."""


@dataclass(frozen=True)
class EventList:
    """Events that are in memory."""

    events: Sequence[Event]
    name: str

    def __iter__(self) -> Iterator[Event]:
        """The events in order."""
        return iter(self.events)

    @classmethod
    def parse(cls, texts: Iterable[str]) -> "EventList":
        """Events of the command line; raises UsageError."""
        events = []
        for text in texts:
            where = f"--event {text}"
            events.append(_event(_decode(text.encode(), where), text.encode(), where))
        return cls(events, "--event")


@dataclass(frozen=True)
class EventFile:
    """Events of a file, which is read again each time, line by line where it has one a line."""

    path: Path

    @property
    def name(self) -> str:
        """What messages call it."""
        return str(self.path)

    def __iter__(self) -> Iterator[Event]:
        """The events in order."""
        try:
            with self.path.open("rb") as lines:
                yield from _read(lines, self.name)
        except OSError as error:
            raise UsageError(f"{self.path} cannot be read: {error.strerror or error}") from error


def event_source(path: Path | None) -> EventSource:
    """The events of a file, of standard input, or the one event {}."""
    if path is None:
        return EventList([Event(None, b"{}")], "")
    if path == STDIN:
        lines = sys.stdin.buffer.readlines()
        return EventList(list(_read(lines, "standard input")), "standard input")
    if not path.is_file():  # a pipe, which can be read once
        return EventList(list(EventFile(path)), str(path))
    return EventFile(path)


def _read(lines: Iterable[bytes], name: str) -> Iterator[Event]:
    """Line by line where the first line is a JSON value; else, and if it is a list alone, whole."""
    rest = enumerate(lines, 1)
    number, first = next(((n, line) for n, line in rest if line.strip()), (0, b""))
    if not number:
        return
    is_line, value = (False, None) if first.startswith(_UTF_16) else _try(first)
    second = next(((n, line) for n, line in rest if line.strip()), None) if is_line else None
    if is_line and second is None and isinstance(value, list):
        yield from _elements(value, f"line {number} of {name}")
    elif is_line:
        yield _line(first, number, name)
        for at, line in [second, *rest] if second else []:
            if line.strip():
                yield _line(line, at, name)
    else:
        text = b"\n" * (number - 1) + first + b"".join(line for _, line in rest)
        yield from _documents(text, name)


def _line(line: bytes, number: int, name: str) -> Event:
    payload = line.strip().removeprefix(b"\xef\xbb\xbf")  # the mark that some editors write
    where = f"line {number} of {name}"
    return _event(_decode(payload, where), payload, where)


def _documents(content: bytes, name: str) -> Iterator[Event]:
    try:
        text = content.decode(json.detect_encoding(content.lstrip(b"\r\n")))
    except UnicodeDecodeError:
        raise UsageError(f"line 1 of {name} is not JSON") from None
    values = list(_values(text, name))
    if len(values) == 1 and isinstance(values[0][1], list):
        yield from _elements(values[0][1], name)
        return
    for line, value in values:
        yield _event(value, json.dumps(value).encode(), f"line {line} of {name}")


def _values(text: str, name: str) -> Iterator[tuple[int, Any]]:
    """Every JSON value of a text, with the line in which it begins."""
    decoder = json.JSONDecoder(parse_constant=_refuse)
    at, line = 0, 1
    while match := _START.search(text, at):
        line += text.count("\n", at, match.start())
        at = match.start()
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            wrong = getattr(error, "lineno", line)
            raise UsageError(f"line {wrong} of {name} is not JSON") from None
        yield line, value
        line += text.count("\n", at, end)
        at = end


def _elements(values: list[Any], name: str) -> Iterator[Event]:
    for number, value in enumerate(values, 1):
        yield _event(value, json.dumps(value).encode(), f"element {number} of {name}")


def _event(value: Any, payload: bytes, where: str) -> Event:
    if not isinstance(value, dict) or "event" not in value or not value.keys() & {*PLACED}:
        return _checked(Event(None, payload), where)
    others = [str(key) for key in value if key not in (*PLACED, "event")]
    if others:
        raise UsageError(
            f"{where}: beside event, at_ms and tenant_id there is no key {', '.join(others)};"
            ' an event that has such keys is written as {"at_ms": 0, "event": {...}}'
        )
    at_s = _seconds(value["at_ms"], where) if "at_ms" in value else None
    tenant = value.get("tenant_id", "")
    if not isinstance(tenant, str):
        raise UsageError(f"{where}: tenant_id must be a string")
    return _checked(Event(at_s, json.dumps(value["event"]).encode(), tenant), where)


def _checked(event: Event, where: str) -> Event:
    size = len(event.payload)
    if size > MAX_PAYLOAD:
        raise UsageError(f"{where} has {size} bytes, and Lambda takes {MAX_PAYLOAD} at most")
    return event


def _seconds(at_ms: Any, where: str) -> float:
    if type(at_ms) not in (int, float) or not 0 <= at_ms < math.inf:
        raise UsageError(f"{where}: at_ms must be a number of milliseconds")
    seconds: float = at_ms / 1000
    return seconds


def _try(line: bytes) -> tuple[bool, Any]:
    try:
        return True, json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False, None


def _decode(payload: bytes, where: str) -> Any:
    is_json, value = _try(payload)
    if not is_json:
        raise UsageError(f"{where} is not JSON")
    return value


def _refuse(name: str) -> None:
    """NaN and the infinities, which Python takes and JSON does not have."""
    raise ValueError(name)
