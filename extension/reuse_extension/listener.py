"""Receives telemetry: a small HTTP server in the main loop.

Lambda posts batches to it and posts a batch again until it is answered with 200, whatever the
reason for another answer was; so every whole POST gets 200. Each connection is read when it has
something and never waited for: a slow or silent one delays nobody. What connections may hold is
limited, and the one that has been silent the longest goes first.
"""

from . import files, interpreter, wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_BODY = 1100000
"""Bytes of a batch. Lambda sends up to twice the `maxBytes` asked for, 512 KiB, and some more."""
MAX_CONNECTIONS = 16
"""Lambda uses one."""
MAX_HELD = 4 * 1024 * 1024
"""Bytes of unfinished batches over all connections."""
MAX_HOSTS = 65536
PAUSE_MS = 500
"""How long no connection is taken where there are no file descriptors for one: until then the
listening socket would say that one is waiting, again and again. Lambda tries again."""

HOSTS_FILE = "/etc/hosts"
HOST = "sandbox.localdomain"


class Listener:
    """The listening socket and the connections made to it."""

    def __init__(self, poller: "interpreter.Poller", native: "Any") -> None:
        """Listen on a free port. Raises OSError. `native`: `interpreter.reader`, or None."""
        self._poller = poller
        self._native = native
        self._listener, self.port = _listen()
        self._readers: "dict[int, wire.Reader]" = {}
        self._connections: "list[Any]" = []  # the one that spoke last at the end
        self._resume_ticks: "int | None" = None
        poller.add(self._listener)

    @property
    def calm_sockets(self) -> "list[Any]":
        """The connection that spoke last, and all others; none where that one is in a message."""
        if self.is_paused or not self._connections:
            return []
        last = self._connections[-1]
        if not self._readers[id(last)].is_between:
            return []
        return [last, self._listener] + self._connections[:-1]

    def handle(self, ready: "Any", size: "int | None" = None) -> "list[bytes | None]":
        """Serve a socket that is ready; the batches that became whole, None for a too large one.

        `size`: bytes that have been received from it already, BROKEN where they were a batch that
        could not be answered; None to receive.
        """
        if ready is self._listener:
            self._accept()
            return []
        if ready not in self._connections:
            return []  # closed a moment ago, to make room
        if size == interpreter.BROKEN:
            self._close(ready)
            return []
        try:
            if size is None:
                size = interpreter.receive_size(ready)
            if size is None:
                return []
            body = self._usual(ready, size)
            return self._read(ready, interpreter.received_bytes(size)) if body is None else [body]
        except Exception:
            if ready in self._connections:  # too little memory: this one has to go
                self._close(ready)
            return [None]

    @property
    def is_paused(self) -> bool:
        """Whether no connections are taken for now."""
        return self._resume_ticks is not None

    def wait_ms(self) -> "int | None":
        """How long until `tick` is to be called; None where nothing waits for a time."""
        if self._resume_ticks is None:
            return None
        return max(0, self._resume_ticks - interpreter.ticks_ms())

    def tick(self) -> None:
        """Take connections again after a pause, if it is over."""
        if self.wait_ms() == 0:
            self._resume_ticks = None
            self._poller.add(self._listener)

    def _accept(self) -> None:
        try:
            connection = interpreter.accept(self._listener)
        except OSError:
            self._make_room_or_pause()
            return
        if connection is None:
            return
        if len(self._connections) >= MAX_CONNECTIONS:
            self._close(self._connections[0])
        self._connections.append(connection)
        self._readers[id(connection)] = wire.Reader(MAX_BODY, reads_responses=False)
        self._poller.add(connection)

    def _make_room_or_pause(self) -> None:
        """There are no more file descriptors: the connection that is silent the longest has one."""
        if self._connections:
            self._close(self._connections[0])
        else:
            self._poller.remove(self._listener)
            self._resume_ticks = interpreter.ticks_ms() + PAUSE_MS

    def _usual(self, connection: "Any", size: int) -> "bytes | None":
        """Read and answer a whole batch that came in one piece; None where it is not that."""
        if self._native is None or not self._readers[id(connection)].is_between:
            return None
        body: "bytes | None" = self._native.read_message(interpreter.received, size, False)
        if body is None:
            return None
        if self._connections[-1] is not connection:
            self._connections.remove(connection)
            self._connections.append(connection)
        if not interpreter.send(connection, wire.OK):
            self._close(connection)
        return body

    def _read(self, connection: "Any", data: bytes) -> "list[bytes | None]":
        reader = self._readers[id(connection)]
        self._connections.remove(connection)
        self._connections.append(connection)
        is_open = bool(data)
        messages: "list[wire.Message]" = []
        try:
            messages = reader.feed(data)
        except wire.WireError:
            pass  # `is_broken` says so too
        if reader.wants_continue:
            reader.wants_continue = False
            is_open = is_open and interpreter.send(connection, wire.CONTINUE)
        for message in messages:
            is_open = is_open and interpreter.send(connection, wire.OK) and message.keeps_open
        if reader.is_broken and is_open:
            interpreter.send(connection, wire.BAD_REQUEST)
            is_open = False
        if not is_open:
            self._close(connection)
        self._make_room()
        return [message.body for message in messages]

    def _make_room(self) -> None:
        while sum([reader.buffered for reader in self._readers.values()]) > MAX_HELD:
            holding = [
                connection
                for connection in self._connections
                if self._readers[id(connection)].buffered > 0
            ]
            self._close(holding[0])

    def _close(self, connection: "Any") -> None:
        self._poller.remove(connection)
        self._connections.remove(connection)
        del self._readers[id(connection)]
        connection.close()


def _listen() -> "tuple[Any, int]":
    """Listen where Lambda posts to: the address of sandbox.localdomain, else on every one."""
    for line in (files.read_file(HOSTS_FILE, MAX_HOSTS, True) or b"").split(b"\n"):
        words = line.split(b"#", 1)[0].split()
        if HOST.encode() in words[1:]:
            try:
                return interpreter.listen(words[0].decode())
            except (OSError, UnicodeError):
                break
    return interpreter.listen("0.0.0.0")
