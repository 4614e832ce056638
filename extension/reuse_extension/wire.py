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

MOST_HEAD = 16 * 1024
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
        self._steps: "dict[str, Callable[[bytes], bytes | None]]" = {
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
        self._size = 0  # of the body so far
        self._missing = 0  # bytes until the end of the body or of the chunk
        self._is_whole = False

    @property
    def is_broken(self) -> bool:
        """Whether the peer has sent what is not HTTP."""
        return self._step == "broken"

    @property
    def buffered(self) -> int:
        """Bytes that are held for a message which is not whole yet."""
        return len(self._rest) + (self._size if self._parts else 0)

    def feed(self, data: bytes) -> "list[Message]":
        """Take in what arrived; the messages that are whole now.

        Raises WireError when this is not HTTP; the connection is of no use then. Where whole
        messages came before that, they are given out, and `is_broken` tells.
        """
        messages: "list[Message]" = []
        data = self._rest + data if self._rest else data
        self._rest = b""
        while True:
            try:
                rest = self._steps[self._step](data)
            except WireError:
                self._step = "broken"
                if messages:
                    return messages
                raise
            if rest is None:
                self._rest = data
                return messages
            data = rest
            if self._is_whole:
                messages.append(self._message())
                self._begin()
            elif not data:
                return messages

    def end(self) -> "list[Message]":
        """The peer has closed the connection: a body without a length ends here."""
        if self._step != "until end":
            return []
        message = self._message()
        self._begin()
        return [message]

    def _message(self) -> "Message":
        body = None if self._size > self._most_body else b"".join(self._parts)
        version = self._start[0 if self._reads_responses else 2]
        connection = self._headers.get(b"connection", b"").lower()
        keeps_open = connection == (b"keep-alive" if version == b"HTTP/1.0" else connection)
        return Message(self._start, self._headers, body, keeps_open and connection != b"close")

    # Each step takes what it can and gives back what it leaves, or None where it needs more bytes
    # before it can take any.

    def _read_head(self, data: bytes) -> "bytes | None":
        data = data.lstrip(b"\r\n")  # RFC 9112, 2.2: empty lines before a request are ignored
        if not data:
            return data
        head, rest = _until(data, b"\r\n\r\n")
        if head is None:
            return None
        lines = head.split(b"\r\n")
        self._start = self._start_line(lines[0])
        for line in lines[1:]:
            name, colon, value = line.partition(b":")
            if not colon or name != name.strip():
                raise WireError("not a header")
            self._add_header(name.lower(), value.strip())
        self._expect_body()
        return rest

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
        if headers.get(b"transfer-encoding", b"").lower().endswith(b"chunked"):
            self._step = "chunk size"
        elif length is not None:
            self._missing = _number(length, 10)
            self._step = "body"
            self._is_whole = self._missing == 0
        elif self._reads_responses and self._start[1] not in (b"204", b"304"):
            self._step = "until end"
        else:
            self._is_whole = True

    def _read_body(self, data: bytes) -> "bytes | None":
        rest = self._keep(data)
        self._is_whole = self._missing == 0
        return rest

    def _read_chunk_size(self, data: bytes) -> "bytes | None":
        line, rest = _until(data, b"\r\n")
        if line is None:
            return None
        self._missing = _number(line.split(b";", 1)[0].strip(), 16)
        self._step = "chunk" if self._missing else "trailer"
        return rest

    def _read_chunk(self, data: bytes) -> "bytes | None":
        rest = self._keep(data)
        if self._missing == 0:
            self._step = "chunk end"
        return rest

    def _read_chunk_end(self, data: bytes) -> "bytes | None":
        if len(data) < 2:
            return None
        if not data.startswith(b"\r\n"):
            raise WireError("a chunk is longer than it says")
        self._step = "chunk size"
        return data[2:]

    def _read_trailer(self, data: bytes) -> "bytes | None":
        line, rest = _until(data, b"\r\n")
        if line is None:
            return None
        self._is_whole = not line
        return rest

    def _read_until_end(self, data: bytes) -> "bytes | None":
        self._missing = len(data)
        return self._keep(data)

    def _refuse(self, _data: bytes) -> bytes:
        raise WireError("what came before was not HTTP")

    def _keep(self, data: bytes) -> bytes:
        """Add to the body what belongs to it; what is left. Counted, not kept, once too large."""
        part = data[: self._missing]
        self._missing -= len(part)
        self._size += len(part)
        if self._size > self._most_body:
            self._parts = []
        else:
            self._parts.append(part)
        return data[len(part) :]


def _until(data: bytes, mark: bytes) -> "tuple[bytes | None, bytes]":
    """(what stands before the mark, what comes after it), or (None, nothing) without a mark yet."""
    at = data.find(mark)
    if at > MOST_HEAD or (at < 0 and len(data) > MOST_HEAD):
        raise WireError("a line without an end")
    return (None, b"") if at < 0 else (data[:at], data[at + len(mark) :])


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
