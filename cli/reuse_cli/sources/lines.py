"""Record lines out of the text of one file, each line for itself.

Most lines are taken or left at a glance; the others are searched with care (`extract`). What is
left over with a record's mark on it is counted as unreadable.
"""

import json
import math
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from reuse_cli.sources import extract
from reuse_cli.sources.marks import (
    CONTAINER,
    INIT,
    KINDS,
    LINES,
    MARK,
    RESOURCE,
    WORDS,
    count_marks,
)
from reuse_cli.sources.notes import Notes

MAX_LINE = 4 << 20
"""A longer line is searched piece by piece."""
MAX_PRETTY_LINES = 2000
"""Lines of one record that was printed with indentation."""
_MARK = b'"record":"'
_KINDS = tuple(f'{kind}"'.encode() for kind in KINDS)
_WRAPPED = b'"message":"{\\"'

Keep = Callable[[bytes], object]


class LineReader:
    """Reads one file after another and hands on each record as one line of JSON.

    `keep` takes the record. `is_careful`: every line is decoded here, so that what comes out is
    valid; otherwise a line that looks like a record is handed on as it is.
    """

    def __init__(self, keep: Keep, notes: Notes, *, is_careful: bool = False) -> None:
        self._keep = keep
        self._notes = notes
        self._is_careful = is_careful
        self._pretty = Pretty()

    def read(self, chunks: Iterable[bytes]) -> None:
        """Read one file."""
        self._pretty = Pretty()
        rest = b""
        for chunk in chunks:
            data = rest + chunk if rest else chunk
            end = data.rfind(b"\n") + 1
            rest = data[end:]
            if end and (self._pretty.depth or _may_matter(data, end)):
                self._lines(data[: end - 1].split(b"\n"))
            if len(rest) > MAX_LINE:
                rest = self._long_line(rest)
        self._lines([rest])
        self._notes.unreadable += self._pretty.pending

    def _lines(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            if LINES in line or CONTAINER in line or RESOURCE in line or INIT in line:
                self._line(line)
            elif self._pretty.depth or line.endswith((b"{", b"{\r")):
                self._pretty_line(line, has_mark=False)

    def _line(self, line: bytes) -> None:
        record = glance(line)
        if record is not None and (not self._is_careful or is_json(record)):
            self._keep(record)
            return
        marks = count_marks(line)
        if not marks:
            self._pretty_line(line, has_mark=False)
        elif not self._take(line.decode("utf-8", "replace"), marks):
            self._pretty_line(line, has_mark=True)

    def _pretty_line(self, line: bytes, *, has_mark: bool) -> None:
        if not self._pretty.depth and not line.rstrip().endswith(b"{"):
            self._notes.unreadable += has_mark
            return
        has_mark = has_mark and MARK.search(line) is not None  # not the metrics' name alone
        text = self._pretty.add(extract.ANSI.sub("", line.decode("utf-8", "replace")), has_mark)
        if text is not None and not self._take(text, 1):
            self._notes.unreadable += 1
        self._notes.unreadable += self._pretty.given_up()

    def _take(self, text: str, marks: int) -> bool:
        """Hand on what is in the text; whether anything was, and then what is missing counts."""
        found = extract.extract(text)
        self._hand_on(found, marks)
        return bool(found)

    def _hand_on(self, found: extract.Found, marks: int) -> None:
        for record in found.records:
            self._keep(as_line(record))
        self._notes.newer.update(found.newer)
        if found:
            self._notes.unreadable += max(0, marks - len(found.records) - len(found.newer))

    def _long_line(self, line: bytes) -> bytes:
        text = line.decode("utf-8", "replace")
        found, position = extract.extract_beginning(text)
        self._hand_on(found, count_marks(text[:position].encode("utf-8", "replace")))
        return text[position:].encode("utf-8", "replace")


def _may_matter(data: bytes, end: int) -> bool:
    """Whether there may be a record, or the beginning of an object, before this place."""
    return (
        any(data.find(word, 0, end) >= 0 for word in WORDS)
        or data.find(b"{\n", 0, end) >= 0
        or data.find(b"{\r\n", 0, end) >= 0
    )


def glance(line: bytes) -> bytes | None:
    """The record in a line of one of the usual shapes; None where a closer look is due.

    A record alone, behind a time, or as the message of an event that the sandbox wrote.
    """
    mark = line.find(_MARK)
    line = line.rstrip(b"\r") if line.endswith(b"\r") else line
    if mark >= 0:
        begin = 0 if line.startswith(b'{"') else line.find(b"{")
        is_one = (
            line.startswith(b'{"', begin)
            and begin < mark
            and line.endswith(b"}")
            and line.startswith(_KINDS, mark + len(_MARK))
            and line.isascii()
            and line.find(_MARK, mark + 1) < 0
        )
        return line[begin:] if is_one else None
    begin = line.find(_WRAPPED)
    if begin < 0 or not line.endswith(b'}"}') or not line.startswith(b'{"timestamp":'):
        return None
    record = line[begin + len(_WRAPPED) - 3 : -2]
    if b"\\\\" in record or not record.isascii():
        return None
    plain = record.replace(b'\\"', b'"')
    return glance(plain) if plain.startswith(b'{"') and b"\\" not in plain else None


def is_json(line: bytes) -> bool:
    """Whether the line is one JSON value and nothing else, with text that UTF-8 can carry."""
    if b"\\ud" in line or b"\\uD" in line:
        return False  # perhaps half of a pair: the closer look replaces it
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def as_line(record: dict[str, Any]) -> bytes:
    """The record as one line of valid JSON, whatever numbers and texts are in it."""
    try:
        text = json.dumps(record, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(record), separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "replace")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


@dataclass(slots=True)
class _OpenObject:
    """An object whose end has not come yet."""

    indentation: int
    number: int
    """Of the line at which it begins."""
    marks: int
    """Records' marks in it."""


class Pretty:
    """A JSON object that was printed with indentation, gathered from its lines.

    An object begins at a line that ends with `{` and ends at the line that begins, no further to
    the right, with `}`. Only an object with a record's mark in it is of use.
    """

    def __init__(self) -> None:
        self._lines: deque[str] = deque()
        self._open: list[_OpenObject] = []
        self._read = 0
        self._size = 0
        self._lost = 0

    @property
    def depth(self) -> int:
        """Objects that are open."""
        return len(self._open)

    @property
    def pending(self) -> int:
        """Marks in objects that are open."""
        return sum(one.marks for one in self._open)

    def add(self, line: str, has_mark: bool) -> str | None:
        """Take a line; the text of an object with a mark that it closes."""
        text = line.strip()
        indentation = len(line) - len(line.lstrip())
        self._lines.append(line)
        self._size += len(line)
        self._read += 1
        closed = None
        if text.startswith("}"):
            closed = self._close(indentation)
        if has_mark and self._open:
            self._open[-1].marks += 1
        elif has_mark:
            self._lost += 1
        if text.endswith("{"):
            self._open.append(_OpenObject(indentation, self._read - 1, int(has_mark)))
        self._forget()
        return closed

    def given_up(self) -> int:
        """Marks whose object had no end in time, since this was last asked."""
        lost, self._lost = self._lost, 0
        return lost

    def _close(self, indentation: int) -> str | None:
        while self._open:
            one = self._open.pop()
            if one.indentation <= indentation:
                first = len(self._lines) - (self._read - one.number)
                return "\n".join(list(self._lines)[first:]) if one.marks and first >= 0 else None
            self._lost += one.marks
        return None

    def _forget(self) -> None:
        if not self._open:
            self._lines.clear()
            self._size = 0
        while len(self._lines) > MAX_PRETTY_LINES or self._size > MAX_LINE:
            self._size -= len(self._lines.popleft())
            if self._open and self._open[0].number < self._read - len(self._lines):
                self._lost += self._open.pop(0).marks
