"""The platform's own lines out of the bytes of one file after another.

A file is lines, each for itself, or CSV with a header, or a JSON document that goes over several
lines. A document is decoded as a whole up to `MAX_DOCUMENT`, a longer one piece by piece.
"""

import csv
import re
from collections.abc import Callable, Sequence

from reuse_cli.sources import places, platform_values, usual_lines
from reuse_cli.sources.extract import ANSI
from reuse_cli.sources.places import Place
from reuse_cli.sources.platform_lines import HINTS, Event
from reuse_cli.sources.platform_values import NOTHING, Around
from reuse_cli.sources.usual_lines import Usual

MAX_DOCUMENT = 32 << 20
MAX_ROW = 1 << 20
"""Characters of a row of CSV, or of one event that a tool printed with indentation."""
_HEADER = re.compile(rb'"?(?:@?timestamp|@?message|@?logStream|@log|@ingestionTime|@ptr)"?,')
_LATER_TIME = re.compile(rb"(?:\t| *\| *|\|+ *timestamp *\| *)(\d{13})[ |]*\r?")
"""The end of an event whose message has a line end, as `--output text` and `table` write it."""
_STREAM_ROW = re.compile(rb"\|+ *logStreamName *\| *(%b)[ |]*\r?" % places.STREAM.pattern.encode())
"""Of a table of a single event: the AWS CLI sets its names and values one below the other."""
ESCAPE = b"\x1b"
_BESIDE = (b"\t", b" ", b"|", ESCAPE)
_BESIDE_END = b"0123456789|m\r"
"""How lines begin and end that may have the time or the stream of an event."""
_OPEN = (b"{", b"[", b",")


class PlatformReader:
    """Hands on each event; a file is begun, fed with chunks, and ended.

    `keep_lines` takes the most frequent events as lines of JSON; without it `keep` takes all.
    """

    def __init__(
        self,
        keep: Callable[[Event], object],
        keep_lines: Callable[[Sequence[bytes]], object] | None = None,
    ) -> None:
        self._keep = keep
        self._keep_lines = keep_lines
        self._file = 0
        self.begin(Place())

    def begin(self, place: Place) -> None:
        """What follows is another file's."""
        self._file += 1
        self._place = place
        self._rest = b""
        self._take: Callable[[Sequence[bytes]], None] = self._first_lines
        self._columns: list[str] = []
        self._gathered: list[str] = []
        self._size = 0
        self._around = NOTHING
        self._row_stream: str | None = None
        self._waiting: Event | None = None
        self._usual: list[bytes] = []  # events as JSON
        self._last: bytes | None = None  # the line of the last of them, while no other event came
        self._last_start: Usual | None = None  # the same where it is a START that is kept in _begun
        self._ends: dict[bytes | None, bytes] = {}
        self._begun = usual_lines.Begun()
        self._has_named = False
        self._is_over = False

    def mark_records(self) -> None:
        """Take note that there are records of lambda-reuse in the file.

        Its lines that name no function are then taken for those of the records' functions.
        """
        self._keep({"kind": "records", "file": self._file})
        self._is_over = not self._has_named

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the file."""
        if self._is_over:
            return
        lines = (self._rest + chunk).split(b"\n")
        self._rest = lines.pop()
        self._take(lines)
        if len(self._rest) > MAX_DOCUMENT:
            self._rest = self._after_whole(self._rest)

    def end(self) -> None:
        """The file is over."""
        if not self._is_over:
            self._take([self._rest])
            if self._take == self._document_lines:
                self._document()
            self._release()
            self._usual += self._begun.left()
            self._hand_on_usual()
        self._is_over = True

    # What kind of file it is

    def _first_lines(self, lines: Sequence[bytes]) -> None:
        number = next((i for i, line in enumerate(lines) if line.strip()), None)
        if number is None:
            return
        first = lines[number].strip()
        if _HEADER.match(first) and b"essage" in first:
            self._columns = next(csv.reader([first.decode("utf-8", "replace")]))
            self._take, number = self._csv_lines, number + 1
        elif first.startswith((b"{", b"[")) and first.endswith(_OPEN):
            self._take = self._document_lines
        else:
            self._take = self._lines
        self._take(lines[number:])

    # A JSON document

    def _document_lines(self, lines: Sequence[bytes]) -> None:
        for line in lines:
            self._gathered.append(_decoded(line))
            self._size += len(line)
        if self._size > MAX_DOCUMENT:
            text = "\n".join(self._gathered)
            rest = text[platform_values.of_damaged(text, self._found) :]
            is_endless = len(rest) > MAX_DOCUMENT
            self._gathered, self._size = ([], 0) if is_endless else ([rest], len(rest))

    def _document(self) -> None:
        text, self._gathered = "\n".join(self._gathered), []
        if platform_values.has_hint(text) and not platform_values.of_values(text, self._found):
            platform_values.of_damaged(text, self._found)

    def _after_whole(self, line: bytes) -> bytes:
        """The rest of a very long line, after the values in it that are whole."""
        text = _decoded(line)
        rest = text[platform_values.of_damaged(text, self._found) :]
        return b"" if len(rest) > MAX_DOCUMENT else rest.encode("utf-8", "replace")

    # Lines

    def _lines(self, lines: Sequence[bytes]) -> None:
        of_usual = usual_lines.of_line if self._keep_lines else _unusual
        for line in lines:
            if self._gathered:
                self._indented(_decoded(line))
            elif (usual := of_usual(line)) is not None:
                if usual.members is not None:
                    self._release()
                    self._take_usual(usual, line)
            elif any(hint in line for hint in HINTS):
                self._line(_decoded(line))
            elif line.endswith((b"{", b"{\r")):
                self._open(_decoded(line))
            elif line[-1:] in _BESIDE_END and line.startswith(_BESIDE):
                self._beside(_decoded(line).encode() if ESCAPE in line else line)
        self._hand_on_usual()

    def _beside(self, line: bytes) -> None:
        """A line without a message of the platform: the end of an event, or a cell of a table."""
        if later := _LATER_TIME.fullmatch(line):
            self._later(int(later[1]))
        elif named := _STREAM_ROW.fullmatch(line):
            self._row_stream = _decoded(named[1])

    def _take_usual(self, usual: Usual, line: bytes) -> None:
        end = self._ends.get(usual.stream) or self._end(usual.stream)
        assert usual.members is not None
        if usual.begun is not None:
            self._usual += self._begun.start(usual, usual.members + end)
        else:
            self._usual.append(self._begun.report(usual) + end)
        self._last, self._last_start = line, usual if usual.begun else None

    def _hand_on_usual(self) -> None:
        """Hand on the usual events, but the last: the line behind it may have its time."""
        is_last_here = self._last is not None and self._last_start is None
        whole = self._usual[:-1] if is_last_here else self._usual
        self._usual = self._usual[len(whole) :]
        if whole and self._keep_lines is not None:
            self._keep_lines(whole)

    def _later(self, at_ms: int) -> None:
        """The line behind an event has its time; the next such line is another event's."""
        self._row_stream = None
        line, self._last = self._last, None
        if line is not None:
            if self._last_start is not None:
                self._begun.forget(self._last_start)
            else:
                self._usual.pop()
            self._line(_decoded(line))
        if self._waiting is not None:
            self._waiting["at_ms"] = at_ms
            self._release()

    def _line(self, text: str) -> None:
        if text.startswith(("{", "[", '"')):
            if platform_values.of_values(text, self._found):
                return
            if platform_values.of_damaged(text, self._found):
                return
        platform_values.of_line(text, self._found)

    def _open(self, text: str) -> None:
        """An object with indentation, behind a time and a stream, as `aws logs tail` prints it."""
        around, message = platform_values.split(text)
        if message.strip() == "{":
            self._around, self._gathered, self._size = around, ["{"], 0

    def _indented(self, text: str) -> None:
        self._gathered.append(text)
        self._size += len(text)
        if text.rstrip() == "}":
            whole, self._gathered = "\n".join(self._gathered), []
            around = self._around
            platform_values.of_values(whole, lambda event, _: self._found(event, around))
        elif self._size > MAX_ROW:
            self._gathered = []

    # CSV

    def _csv_lines(self, lines: Sequence[bytes]) -> None:
        for line in lines:
            self._gathered.append(_decoded(line))
            self._size += line.count(b'"')
            if self._size % 2 == 0 or len(self._gathered) > MAX_ROW:
                text, self._gathered, self._size = "\n".join(self._gathered), [], 0
                if len(text) < MAX_ROW and platform_values.has_hint(text):
                    self._row(text)

    def _row(self, text: str) -> None:
        try:
            rows = list(csv.reader(text.splitlines(keepends=True)))
        except csv.Error:
            return
        for values in rows:
            row = dict(zip(self._columns, values, strict=False))
            platform_values.walk(row, NOTHING, self._found)

    # Events

    def _found(self, event: Event, around: Around) -> None:
        self._release()
        container_id = (
            around.stream
            or self._row_stream
            or event.get("container_id")
            or self._place.container_id
        )
        named = (
            event.get("function_name")
            or places.of_stream(container_id)
            or places.of_group(around.group)
        )
        self._has_named = self._has_named or bool(named)
        self._waiting = {
            "at_ms": around.at_ms,
            **event,
            "function_name": named,
            "fallback": self._place.function_name,
            "container_id": container_id,
            "file": self._file,
        }
        if "at_ms" in event:  # its own, which the line behind it does not change
            self._release()

    def _end(self, stream: bytes | None) -> bytes:
        """What the lines of this stream in this file share."""
        container_id = stream.decode() if stream else self._place.container_id
        named = places.of_stream(container_id)
        self._has_named = self._has_named or bool(named)
        end = usual_lines.end(named, self._place.function_name, container_id, self._file)
        self._ends[stream] = end
        return end

    def _release(self) -> None:
        """Hand on the last event: the line behind it may have had its time."""
        self._last = None
        event, self._waiting = self._waiting, None
        if event is not None:
            self._keep(event)


def _unusual(_line: bytes) -> None:
    """Where every line gets a closer look."""


def _decoded(line: bytes) -> str:
    return ANSI.sub("", line.decode("utf-8", "replace")).rstrip("\r")
