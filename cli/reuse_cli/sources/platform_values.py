"""What stands around a platform line: the time, the log stream and the log group.

Every tool writes them in its own way: before the message on the line, as members of the same JSON
object or of one around it, or as rows of name and value.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from reuse_cli.sources import places, platform_lines
from reuse_cli.sources.platform_lines import HINTS, Event

MAX_DEPTH = 24
MAX_TRIES = 200
"""Values of one text that may be tried in vain."""
_TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
_PREFIX = re.compile(
    r"\s*(?:(?P<group>/[\w./#-]+|\d{12}:/\S+)\s)?[\s,]*"
    rf"(?:(?P<first_time>{_TIME})[\s,]*)?"
    rf"(?:(?P<stream>{places.STREAM.pattern})[\s,]*)?"
    rf"(?(first_time)|(?:(?P<last_time>{_TIME})[\s,]*)?)[ \t|]*"
)
_BEGIN = re.compile(r'\{\s*"|\[\s*\{\s*"field"')
_SEPARATORS = re.compile(r"[\s,]*")
_MESSAGES = ("message", "@message", "log", "msg", "body")
_STREAMS = ("logStreamName", "logStream", "@logStream", "log_stream", "stream")
_GROUPS = ("logGroup", "logGroupName", "@log", "log_group", "logGroupIdentifier")
_TIMES = ("timestamp", "@timestamp", "time", "@ingestionTime")
_DECODER = json.JSONDecoder()
_TEXT_HINTS = tuple(hint.decode() for hint in HINTS)


class Around(NamedTuple):
    """What is known of a message from what stands around it."""

    group: str | None = None
    stream: str | None = None
    at_ms: int | None = None


NOTHING = Around()
Found = Callable[[Event, Around], object]


def has_hint(text: str) -> bool:
    """Whether there may be a platform line in a text."""
    return any(hint in text for hint in _TEXT_HINTS)


def of_values(text: str, found: Found) -> bool:
    """Walk through a text that is JSON values and nothing else; False where it is not."""
    position = 0
    while (position := _after_separators(text, position)) < len(text):
        try:
            value, position = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            return False
        walk(value, NOTHING, found)
    return True


def of_damaged(text: str, found: Found) -> int:
    """Walk through the whole objects in a text that is cut off; where the last of them ends."""
    position, last, tries = 0, 0, MAX_TRIES
    while tries and (begin := _BEGIN.search(text, position)):
        try:
            value, position = _DECODER.raw_decode(text, begin.start())
        except (ValueError, RecursionError):
            position, tries = begin.start() + 1, tries - 1
            continue
        last = position
        walk(value, NOTHING, found)
    return last


def of_line(text: str, found: Found) -> None:
    """What a line of text says, with the words before the message."""
    around, message = split(text)
    _of_message(message, around, found, 0)


def split(text: str) -> tuple[Around, str]:
    """What stands before a message on its line, and the message.

    In the order of `aws logs tail` (time, stream), `sam logs` (stream, time), awslogs (group,
    stream), an export (time) and `--output text` (EVENTS, id, time, stream).
    """
    if text.startswith("EVENTS\t"):
        parts = text.split("\t", 4)
        if len(parts) == 5:
            at_ms = platform_lines.epoch_ms(parts[2])
            return Around(None, _stream(parts[3]), at_ms), parts[4]
    found = _PREFIX.match(text)
    assert found is not None  # it may be empty
    at = found["first_time"] or found["last_time"]
    around = Around(
        found["group"],
        found["stream"],
        platform_lines.epoch_ms(at.replace(",", ".")) if at else None,
    )
    return around, text[found.end() :]


def walk(value: Any, around: Around, found: Found, depth: int = 0) -> None:
    """Every platform line in a decoded value."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, str):
        if has_hint(value):
            _of_message(value, around, found, depth)
    elif isinstance(value, list):
        row = row_of(value)
        for item in value if row is None else [row]:
            walk(item, around, found, depth + 1)
    elif isinstance(value, dict):
        _of_object(value, around, found, depth)


def _of_object(value: dict[str, Any], around: Around, found: Found, depth: int) -> None:
    event = platform_lines.of_object(value)
    if event is not None:
        found(event, around)
        return
    times = (platform_lines.epoch_ms(value[name]) for name in _TIMES if name in value)
    inner = Around(
        _text(value, _GROUPS) or around.group,
        _stream(_text(value, _STREAMS)) or around.stream,
        next((at_ms for at_ms in times if at_ms is not None), around.at_ms),
    )
    message = next((value[name] for name in _MESSAGES if name in value), None)
    for item in [message] if isinstance(message, str | dict) else value.values():
        walk(item, inner, found, depth + 1)


def _of_message(text: str, around: Around, found: Found, depth: int) -> None:
    event = platform_lines.of_message(text)
    if event is not None:
        found(event, around)
    elif text.lstrip().startswith(("{", "[{")) and has_hint(text):
        try:
            walk(json.loads(text), around, found, depth + 1)
        except (ValueError, RecursionError):
            return


def _after_separators(text: str, position: int) -> int:
    found = _SEPARATORS.match(text, position)
    return found.end() if found else position


def row_of(items: list[Any]) -> dict[str, Any] | None:
    """A row of `get-query-results`, a list of {field, value}, as one object."""
    is_row = all(isinstance(item, dict) and {"field", "value"} <= item.keys() for item in items)
    return {str(item["field"]): item["value"] for item in items} if items and is_row else None


def _text(value: dict[str, Any], names: Iterable[str]) -> str | None:
    texts = (value[name] for name in names if name in value)
    return next((text for text in texts if isinstance(text, str) and text), None)


def _stream(text: str | None) -> str | None:
    """The name, where it is that of a function's log stream; `stdout` is none."""
    return text if text and places.STREAM.fullmatch(text) else None
