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
MAX_SCALARS = 8
"""Members that somebody asks for of one event; more is a list of something else."""
_TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
_BEFORE = re.compile(
    r"[\s,|]*(?:(?P<group>/[\w./#-]+|\d{12}:/\S+)"
    rf"|(?P<stream>{places.STREAM.pattern})"
    rf"|(?P<time>{_TIME})|(?P<epoch>1\d{{12}})|(?P<id>\d{{20,}}))(?=[\s,|])"
)
_EVENTS = re.compile(r"EVENTS\t(?:\d+\t(?=1\d{12}\t))?")
_GAP = re.compile(r"[ \t,|]*")
_BEHIND = re.compile(r"(?:\t|\| *)(1\d{12})$")
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

    `aws logs tail` writes time and stream, `sam logs` stream and time, awslogs group and stream, an
    export the time; `--output text` the members in the order of their names, or of `--query`, with
    tabs between them, and `--output table` in a row of cells, each as long as its longest. A time
    of the message's own is not taken where there is another.
    """
    is_row = text.startswith("|")
    text = text.rstrip("| ") if is_row else text
    events = _EVENTS.match(text)
    position = events.end() if events else 0
    seen: dict[str, str] = {}
    while (found := _BEFORE.match(text, position)) and found.lastgroup:
        kind = "time" if found.lastgroup == "epoch" else found.lastgroup
        if kind in seen or (kind == "group" and seen):
            break
        seen[kind] = found[found.lastgroup]
        position = found.end()
    gap = _GAP.match(text, position)
    position = gap.end() if gap and (seen or is_row) else position
    behind = _BEHIND.search(text, position) if seen or text.startswith(("{", "|")) else None
    time = behind[1] if behind else seen.get("time")
    around = Around(
        seen.get("group"),
        seen.get("stream"),
        platform_lines.epoch_ms(time.replace(",", ".")) if time else None,
    )
    return around, text[position : behind.start() if behind else None]


def walk(value: Any, around: Around, found: Found, depth: int = 0) -> None:
    """Every platform line in a decoded value."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, str):
        if has_hint(value):
            _of_message(value, around, found, depth)
    elif isinstance(value, list):
        row = row_of(value)
        inner = _of_scalars(value, around)
        for item in value if row is None else [row]:
            walk(item, inner, found, depth + 1)
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
    if inner.stream is None or inner.at_ms is None:
        inner = _of_scalars(list(value.values()), inner)
    message = next((value[name] for name in _MESSAGES if name in value), None)
    for item in [message] if isinstance(message, str | dict) else value.values():
        walk(item, inner, found, depth + 1)


def _of_scalars(items: list[Any], around: Around) -> Around:
    """What values that no name tells apart say by themselves, as of `--query events[].[...]`."""
    if len(items) > MAX_SCALARS or any(isinstance(item, dict | list) for item in items):
        return around
    streams = (_stream(item) for item in items if isinstance(item, str))
    times = (
        platform_lines.epoch_ms(item)
        for item in items
        if isinstance(item, int) and 10**12 <= item < 10**13
    )
    return Around(
        around.group,
        around.stream or next((stream for stream in streams if stream), None),
        next(times, None) if around.at_ms is None else around.at_ms,
    )


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
