"""Records out of any text: JSON inside strings inside JSON, CSV fields, text around them.

Nothing is assumed about the tool that wrote the text. A JSON value is decoded and searched, the
strings in it are searched as text again. So the answers of `filter-log-events`, `get-log-events`,
Logs Insights, subscription filters and Firehose are all one case.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from reuse_cli.sources.marks import KINDS, MARK, VERSIONED

MAX_DEPTH = 24
"""Strings in objects in strings."""
WHOLE = 1 << 20
"""No value that is searched for is longer: a log event has at most 1 MB."""
_EFFORT = 8 << 20
"""Characters that may be decoded in vain in one text, beside 16 times its length."""
_ATTEMPT = 128
"""What an attempt in vain costs beside the characters that it decodes."""
_PASSED = 8 << 10
"""Characters that are passed before they are cut off: every error of the decoder counts the lines
from the beginning of its text."""
_DOUBLED = 64 << 10
"""Characters of a text with doubled quotes that are looked at first: more than a record has."""

ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_BEGIN = re.compile(r'\{\s*(?:\\{0,7}"|"")|\[\s*[{\["]')
_MEMBER = re.compile(r'\s*(?:"(?:[^"\\]|\\.){0,200}"\s*:\s*)?(?=")')
_ESCAPED = re.compile(r'\{\s*(\\{1,7})"')
_DECODER = json.JSONDecoder()


@dataclass
class Found:
    """What a text held."""

    records: list[dict[str, Any]] = field(default_factory=list)
    newer: list[str] = field(default_factory=list)
    """Kinds that are not known, such as `container/2`."""

    def __bool__(self) -> bool:
        """Whether it held anything."""
        return bool(self.records or self.newer)


def extract(text: str) -> Found:
    """Every record in the text; damaged ones are left out."""
    found = Found()
    text = ANSI.sub("", text) if "\x1b" in text else text
    _search(text, found, 0)
    return found


def extract_beginning(text: str) -> tuple[Found, int]:
    """The same for the beginning of a very long line, and where what follows it has to go on."""
    found = Found()
    return found, _values(text, found, 0, is_end=False)


def _search(text: str, found: Found, depth: int) -> None:
    if depth > MAX_DEPTH or not MARK.search(text.encode("utf-8", "replace")):
        return
    member = _MEMBER.match(text)
    if member:  # an element of an array or a member of an object, on a line of its own
        value, end, _ = _decode(text, member.end())
        if isinstance(value, str) and not text[end:].strip(", \t\r\n]}"):
            _walk(value, found, depth + 1)
            return
    _values(text, found, depth, is_end=True)


def _values(text: str, found: Found, depth: int, *, is_end: bool) -> int:
    """Walk through every JSON value in the text; where the next one may begin."""
    position, passed, effort = 0, 0, _EFFORT + 16 * len(text)
    while effort > 0 and (begin := _BEGIN.search(text, position)):
        start = begin.start()
        if start > _PASSED:
            text, passed, start = text[start:], passed + start, 0
        value, end, cost = _decode(text, start)
        if end < 0 and not is_end and len(text) - start < WHOLE:
            return passed + start
        if end < 0:
            value, end, more = _decode_quoted(text, start)
            effort -= cost + more
        if end < 0:
            position = start + 1
        else:
            _walk(value, found, depth + 1)
            position = end
    return passed + len(text)


def _walk(value: Any, found: Found, depth: int) -> None:
    if isinstance(value, str):
        _search(value, found, depth)
    elif isinstance(value, list):
        for item in value:
            _walk(item, found, depth)
    elif isinstance(value, dict):
        kind = value.get("record")
        if isinstance(kind, str) and VERSIONED.fullmatch(kind):
            if kind in KINDS:
                found.records.append(value)
            else:
                found.newer.append(kind)
            return
        for item in value.values():
            _walk(item, found, depth)


def _decode(text: str, start: int) -> tuple[Any, int, int]:
    """The JSON value at this place, where it ends (-1: there is none), and the effort in vain."""
    try:
        value, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        return None, -1, error.pos - start + _ATTEMPT
    except (ValueError, RecursionError):  # an endless number, brackets without end
        return None, -1, WHOLE
    return value, end, 0


def _decode_quoted(text: str, start: int) -> tuple[Any, int, int]:
    """The same where the object's quotes are escaped, as in a string, or doubled, as in CSV."""
    escaped = _ESCAPED.match(text, start)
    if escaped:
        end = _end_of_string(text, start, len(escaped[1]))
        value, after, _ = _decode('"' + text[start:end] + '"', 0)
        return (value, end, 0) if after >= 0 else (None, -1, end - start)
    if not text.startswith('""', start + 1):
        return None, -1, 1
    value, end, cost = _decode_doubled(text[start : start + _DOUBLED])
    if end < 0 and len(text) - start > _DOUBLED:
        value, end, more = _decode_doubled(text[start : start + WHOLE])
        cost += more
    return value, start + end if end >= 0 else -1, cost


def _decode_doubled(text: str) -> tuple[Any, int, int]:
    """The value at the beginning of a text with doubled quotes, and where it ends in that."""
    plain = text.replace('""', '"')
    value, end, _ = _decode(plain, 0)
    return (value, end + plain[:end].count('"'), 0) if end >= 0 else (None, -1, len(text) // 16)


def _end_of_string(text: str, start: int, backslashes: int) -> int:
    """Where the string ends in which quotes have so many backslashes: at one that has fewer."""
    for quote in _QUOTES.finditer(text, start):
        if len(quote[0]) - 1 < backslashes:
            return quote.start()
    return len(text)


_QUOTES = re.compile(r'\\*"')
