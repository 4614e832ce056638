"""Bytes to HTTP/1.1 messages and back (RFC 9112), with hard limits and without a socket.

A `Reader` is fed whatever arrives on one connection and answers with the messages that became
whole: requests on the listener's side, responses on the API's. A body may have a length, come in
chunks, or, in a response, last until the connection ends. A body that is too large is read to its
end and thrown away, so that the connection goes on; what is not HTTP at all raises `WireError`.
"""

from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    Step = Callable[[bytes, int], int]

MORE = -1
MAX_SMALL = 256
"""Parts of a body that are kept apart: a peer may send it byte by byte."""
MAX_HEAD = 16 * 1024
"""Bytes of a start line with its headers, or of one chunk's line; Lambda sends a few hundred."""

Message = namedtuple("Message", ("start", "headers", "body", "keeps_open"))
"""`start`: the three parts of the first line. `headers`: names in lower case; all of this is bytes.
`body`: None where it was too large. `keeps_open`: whether the peer expects another message."""


class WireError(Exception):
    """The peer does not speak HTTP/1.x."""


class Reader:
    """Collects one connection's bytes and gives out whole messages."""

    def __init__(self, most_body: int, reads_responses: bool) -> None:
        """`most_body`: bytes of the largest body that is kept."""
        self.wants_continue = False
        self._most_body = most_body
        self._reads_responses = reads_responses
        self._rest = b""
        self._steps: "dict[str, Step]" = {
            "head": self._read_head,
            "body": self._read_body,
            "chunk size": self._read_chunk_size,
            "chunk": self._read_chunk,
            "chunk end": self._read_chunk_end,
            "trailer": self._read_trailer,
            "until end": self._read_until_end,
            "broken": self._refuse,
        }
        self._begin()

    def _begin(self) -> None:
        self._step = "head"
        self._start: "tuple[bytes, bytes, bytes]" = (b"", b"", b"")
        self._headers: "dict[bytes, bytes]" = {}
        self._parts: "list[bytes]" = []
        self._small: "list[bytes]" = []  # the newest parts, joined when there are many
        self._size = 0  # of the body so far
        self._missing = 0  # bytes until the end of the body or of the chunk
        self._is_whole = False

    @property
    def is_between(self) -> bool:
        """Whether nothing has come of the next message yet."""
        return self._step == "head" and not self._rest

    @property
    def is_broken(self) -> bool:
        """Whether the peer has sent what is not HTTP."""
        return self._step == "broken"

    @property
    def buffered(self) -> int:
        """Bytes that are held for a message which is not whole yet."""
        return len(self._rest) + (self._size if self._parts or self._small else 0)

    def feed(self, data: bytes) -> "list[Message]":
        """Take in what arrived; the messages that are whole now.

        Raises WireError when this is not HTTP; the connection is of no use then. Where whole
        messages came before that, they are given out, and `is_broken` is true.
        """
        messages: "list[Message]" = []
        data = self._rest + data if self._rest else data
        self._rest = b""
        at, size = 0, len(data)
        while at < size:
            try:
                reached = self._steps[self._step](data, at)
            except WireError:
                self._step = "broken"
                if messages:
                    return messages
                raise
            if reached == MORE:
                self._rest = data[at:] if at else data
                break
            at = reached
            if self._is_whole:
                messages.append(self._message())
                self._begin()
        return messages

    def end(self) -> "list[Message]":
        """The peer has closed the connection: a body without a length ends here."""
        if self._step != "until end":
            return []
        message = self._message()
        self._begin()
        return [message]

    def _message(self) -> "Message":
        parts = self._parts + self._small
        body = parts[0] if len(parts) == 1 else b"".join(parts)
        version = self._start[0 if self._reads_responses else 2]
        connection = self._headers.get(b"connection", b"").lower()
        keeps_open = connection == (b"keep-alive" if version == b"HTTP/1.0" else connection)
        is_kept = self._size <= self._most_body
        keeps_open = keeps_open and connection != b"close"
        return Message(self._start, self._headers, body if is_kept else None, keeps_open)

    # Each step takes what it can of the data from a place on, and answers with the place it has
    # reached, or MORE where it needs more bytes before it can take any.

    def _read_head(self, data: bytes, at: int) -> int:
        while data[at : at + 1] in (b"\r", b"\n"):
            at += 1  # RFC 9112, 2.2: empty lines before a request are ignored
        if at == len(data):
            return at
        end = _end_of(data, at, b"\r\n\r\n")
        if end == MORE:
            return MORE
        lines = data[at:end].split(b"\r\n")
        self._start = self._start_line(lines[0])
        for line in lines[1:]:
            name, colon, value = line.partition(b":")
            if not colon or name != name.strip():
                raise WireError("not a header")
            self._add_header(name.lower(), value.strip())
        self._expect_body()
        return end + 4

    def _start_line(self, line: bytes) -> "tuple[bytes, bytes, bytes]":
        parts = line.split(b" ", 2)
        if self._reads_responses and len(parts) == 2:
            parts.append(b"")  # the reason phrase is often left out
        if len(parts) != 3 or not parts[0 if self._reads_responses else 2].startswith(b"HTTP/1."):
            raise WireError("not HTTP/1")
        return parts[0], parts[1], parts[2]

    def _add_header(self, name: bytes, value: bytes) -> None:
        if name == b"content-length" and self._headers.get(name, value) != value:
            raise WireError("two lengths")
        self._headers[name] = value

    def _expect_body(self) -> None:
        headers = self._headers
        length = headers.get(b"content-length")
        self.wants_continue = headers.get(b"expect", b"").lower() == b"100-continue"
        if self._reads_responses and _has_no_body(self._start[1]):
            self._is_whole = True
        elif headers.get(b"transfer-encoding", b"").lower().endswith(b"chunked"):
            self._step = "chunk size"
        elif length is not None:
            self._missing = _number(length, 10)
            self._step = "body"
            self._is_whole = self._missing == 0
        elif self._reads_responses:
            self._step = "until end"
        else:
            self._is_whole = True

    def _read_body(self, data: bytes, at: int) -> int:
        reached = self._keep(data, at)
        self._is_whole = self._missing == 0
        return reached

    def _read_chunk_size(self, data: bytes, at: int) -> int:
        end = _end_of(data, at, b"\r\n")
        if end == MORE:
            return MORE
        self._missing = _number(data[at:end].split(b";", 1)[0].strip(), 16)
        self._step = "chunk" if self._missing else "trailer"
        return end + 2

    def _read_chunk(self, data: bytes, at: int) -> int:
        reached = self._keep(data, at)
        if self._missing == 0:
            self._step = "chunk end"
        return reached

    def _read_chunk_end(self, data: bytes, at: int) -> int:
        if len(data) < at + 2:
            return MORE
        if data[at : at + 2] != b"\r\n":
            raise WireError("a chunk is longer than it says")
        self._step = "chunk size"
        return at + 2

    def _read_trailer(self, data: bytes, at: int) -> int:
        end = _end_of(data, at, b"\r\n")
        if end == MORE:
            return MORE
        self._is_whole = end == at
        return end + 2

    def _read_until_end(self, data: bytes, at: int) -> int:
        self._missing = len(data) - at
        return self._keep(data, at)

    def _refuse(self, _data: bytes, _at: int) -> int:
        raise WireError("what came before was not HTTP")

    def _keep(self, data: bytes, at: int) -> int:
        """Add to the body what belongs to it; the place after. Counted only, once too large."""
        end = min(len(data), at + self._missing)
        self._missing -= end - at
        self._size += end - at
        if self._size > self._most_body:
            self._parts = []
            self._small = []
        else:
            self._small.append(data if end - at == len(data) else data[at:end])
            if len(self._small) == MAX_SMALL:
                self._parts.append(b"".join(self._small))
                self._small = []
        return end


def _has_no_body(status: bytes) -> bool:
    """RFC 9112, 6.3: whatever the headers say."""
    return status.startswith(b"1") or status in (b"204", b"304")


def _end_of(data: bytes, at: int, mark: bytes) -> int:
    """Where the mark stands that ends what begins at `at`, or MORE without a mark yet."""
    end = data.find(mark, at, at + MAX_HEAD + len(mark))
    if end < 0 and len(data) - at > MAX_HEAD:
        raise WireError("a line without an end")
    return end


def _number(digits: bytes, base: int) -> int:
    """The value of a length; `int` alone would take signs, blanks and underscores."""
    if not digits or len(digits) > 15 or digits.lower().strip(b"0123456789abcdef"[:base]):
        raise WireError("not a length")
    return int(digits.decode(), base)


def request(
    method: str, path: str, host: str, headers: "list[tuple[str, str]]", body: str
) -> bytes:
    """A request as bytes."""
    lines = [method + " " + path + " HTTP/1.1", "Host: " + host]
    lines.extend([name + ": " + value for name, value in headers])
    data = body.encode()
    if data or method != "GET":
        lines.append("Content-Length: " + str(len(data)))
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
