"""What CPython and MicroPython do differently, and what the extension needs of the machine.

Everything else in the extension runs unchanged under both. The differences, in this order:
MicroPython's poll objects answer with the objects that were registered, CPython's with file
numbers; MicroPython binds and connects to packed addresses; its sockets raise a plain OSError where
they would block; they do not tell their port; `sys.argv` begins with the executable, where
CPython's launcher gives it as an argument; and it has no `os.write`.
"""

import os
import select
import socket
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

IS_MICROPYTHON = sys.implementation.name == "micropython"

_WOULD_BLOCK = (11, 35)
"""EAGAIN on Linux and on macOS."""
_buffer = bytearray(16384)
_received = memoryview(_buffer)
_MACHINES = {0x3E: "x86_64", 0xB7: "arm64"}
"""The ELF header's machine numbers of the architectures that Lambda has."""


class Poller:
    """Waits until one of several sockets has something to read."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self._sockets: "dict[Any, Any]" = {}

    def add(self, connection: "Any") -> None:
        """Watch this socket too."""
        key = connection if IS_MICROPYTHON else connection.fileno()
        self._sockets[id(connection) if IS_MICROPYTHON else key] = connection
        self._poll.register(key, select.POLLIN)

    def remove(self, connection: "Any") -> None:
        """Watch this socket no longer; call it before the socket is closed."""
        key = connection if IS_MICROPYTHON else connection.fileno()
        del self._sockets[id(connection) if IS_MICROPYTHON else key]
        self._poll.unregister(key)

    def wait(self, milliseconds: "int | None") -> "list[Any]":
        """The sockets that have something to say; none after so many milliseconds."""
        timeout = -1 if milliseconds is None else max(0, milliseconds)
        try:
            ready = self._poll.poll(timeout)
        except OSError:
            return []  # interrupted by a signal
        if IS_MICROPYTHON:
            return [item[0] for item in ready]
        return [self._sockets[item[0]] for item in ready]


def _address(host: str, port: int) -> "Any":
    if IS_MICROPYTHON:
        return socket.getaddrinfo(host, port)[0][-1]
    return (host, port)


def connect(host: str, port: int) -> "Any":
    """A connection that does not block. Raises OSError."""
    connection = socket.socket()
    try:
        connection.connect(_address(host, port))
    except OSError:
        connection.close()
        raise
    connection.setblocking(False)
    return connection


def listen(host: str) -> "tuple[Any, int]":
    """(a listening socket that does not block, its port). Raises OSError."""
    listener = socket.socket()
    try:
        listener.bind(_address(host, 0))
        listener.listen(16)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener, _port_of(listener)


def _port_of(listener: "Any") -> int:
    if IS_MICROPYTHON:
        from native import port_of  # runtime/modules/native

        port: int = port_of(listener.fileno())
    else:
        port = listener.getsockname()[1]
    return port


def accept(listener: "Any") -> "Any | None":
    """The next connection, which does not block, or None."""
    try:
        connection = listener.accept()[0]
    except OSError:
        return None
    connection.setblocking(False)
    return connection


def receive(connection: "Any") -> "bytes | None":
    """What has arrived, b"" after the end or a failure; None where nothing has.

    Into a buffer that stays: MicroPython's `recv` would take room for all that might come, and
    collect garbage for it, every time.
    """
    try:
        read = connection.readinto if IS_MICROPYTHON else connection.recv_into
        size = read(_buffer)
        return None if size is None else bytes(_received[:size])
    except OSError as error:
        return None if error.args[0] in _WOULD_BLOCK else b""


def send(connection: "Any", data: bytes) -> bool:
    """Send a message that the kernel's buffer has room for; whether it went out whole."""
    try:
        return bool(connection.send(data) == len(data))
    except OSError:
        return False


def write_line(line: str) -> None:
    """One line to stdout, by one write: what CloudWatch Logs makes one event of."""
    data = (line + "\n").encode()
    try:
        if IS_MICROPYTHON:
            sys.stdout.buffer.write(data)
        else:
            while data:
                data = data[os.write(1, data) :]
    except OSError:
        pass  # nobody reads our lines: nothing can be told, and the function must not suffer


def write_error(line: str) -> None:
    """One line to stderr."""
    try:
        sys.stderr.write(line + "\n")
    except OSError:
        pass


def executable() -> str:
    """The path by which Lambda started this process; its name is the extension's."""
    arguments = sys.argv if IS_MICROPYTHON else sys.argv[1:]
    return arguments[0] if arguments else "lambda-reuse"


def now_ms() -> int:
    """The wall clock, epoch milliseconds."""
    return time.time_ns() // 1000000


def random_hex(size: int) -> str:
    """Random bytes as hexadecimal digits."""
    return "".join(["%02x" % byte for byte in os.urandom(size)])


def read_file(path: str, most: int) -> "bytes | None":
    """The first `most` bytes of a file, or None where it cannot be read."""
    try:
        size = min(os.stat(path)[6], most)  # MicroPython takes room for all that it is asked for
        with open(path, "rb") as file:
            return file.read(size)
    except OSError:
        return None


def replace_file(path: str, data: bytes) -> bool:
    """Write a file that is seen whole or not at all; whether it could be written."""
    try:
        with open(path + ".new", "wb") as file:
            file.write(data)
        os.rename(path + ".new", path)
        return True
    except OSError:
        return False


def make_folder(path: str) -> None:
    """Make a folder if it is not there and can be made."""
    try:
        os.mkdir(path)
    except OSError:
        pass


def exists(path: str) -> bool:
    """Whether there is something at this path."""
    try:
        os.stat(path)
        return True
    except OSError:
        return False


def names_in(folder: str) -> "list[str]":
    """The names in a folder, in order; none where it cannot be read."""
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def remove_file(path: str) -> None:
    """Remove a file if it can be removed."""
    try:
        os.remove(path)
    except OSError:
        pass


def architecture() -> "str | None":
    """The machine's architecture in Lambda's words, read from the running program itself."""
    head = read_file("/proc/self/exe", 20) or read_file(sys.executable or "", 20) or b""
    return _MACHINES.get(head[18]) if head.startswith(b"\x7fELF") and len(head) == 20 else None
