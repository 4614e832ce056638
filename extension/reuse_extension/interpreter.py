"""What CPython and MicroPython do differently: sockets, streams and clocks.

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
    from typing import Any, Callable

IS_MICROPYTHON = sys.implementation.name == "micropython"

NOT_TEXT = "\ufffd"
"""Stands for an environment variable that is not UTF-8: no setting takes it."""

_WOULD_BLOCK = (11, 35)
"""EAGAIN on Linux and on macOS."""
received = bytearray(16384)
"""What `receive_size` has read last. It stays: MicroPython's `recv` would take room for all that
might come, and collect garbage for it, every time."""
_view = memoryview(received)
BROKEN = -1
"""In place of a size: what was received is done, and could not be answered."""


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


_TOO_MANY = (23, 24, 12, 105)
"""ENFILE, EMFILE, ENOMEM, ENOBUFS."""


def accept(listener: "Any") -> "Any | None":
    """The next connection, which does not block, or None.

    Raises OSError where one is waiting and there are no file descriptors for it.
    """
    try:
        connection = listener.accept()[0]
    except OSError as error:
        if error.args[0] in _TOO_MANY:
            raise
        return None
    connection.setblocking(False)
    return connection


def receive_size(connection: "Any") -> "int | None":
    """How many bytes have come into `received`: 0 at the end or a failure, None where none have."""
    try:
        if IS_MICROPYTHON:
            return connection.readinto(received)  # type: ignore[no-any-return]
        return connection.recv_into(received)  # type: ignore[no-any-return]
    except OSError as error:
        return None if error.args[0] in _WOULD_BLOCK else 0


def receive(connection: "Any") -> "bytes | None":
    """What has arrived, b"" after the end or a failure; None where nothing has."""
    size = receive_size(connection)
    return None if size is None else bytes(_view[:size])


def received_bytes(size: int) -> bytes:
    """The first bytes of `received`."""
    return bytes(_view[:size])


def send(connection: "Any", data: bytes) -> bool:
    """Send a message that the kernel's buffer has room for; whether it went out whole."""
    try:
        return bool(connection.send(data) == len(data))
    except OSError:
        return False


NOBODY = -1
"""What `write_if_room` answers where nobody reads any more."""
NEVER = -2
"""And where there will never be room for so much."""

if IS_MICROPYTHON:
    import native  # its files, runtime/modules/native, say how and why

    reader: "Any" = native
    write_if_room = native.write_if_room
else:
    reader = None
    """The module with hold, read_batch, read_invoke, read_message, find_piece, if it is there."""
    import fcntl
    import stat

    _PIPE_BUF = 4096
    _F_GETPIPE_SZ = 1032
    _FIONREAD = 0x541B if sys.platform == "linux" else 0x4004667F

    def write_if_room(file: int, data: bytes) -> int:
        """Write to stdout or stderr without waiting; as runtime/modules/native/output.c."""
        try:
            mode = os.fstat(file).st_mode
            if stat.S_ISFIFO(mode):
                return _write_to_pipe(file, data)
            if not _is_writable(file):
                return 0
            if stat.S_ISSOCK(mode):
                with socket.socket(fileno=os.dup(file)) as own:
                    return own.send(data, socket.MSG_DONTWAIT)
            return os.write(file, data)
        except BlockingIOError:
            return 0
        except OSError:
            return NOBODY

    def _is_writable(file: int) -> bool:
        waiting = select.poll()
        waiting.register(file, select.POLLOUT)
        return bool(waiting.poll(0))

    def _write_to_pipe(pipe: int, data: bytes) -> int:
        room = int(_is_writable(pipe)) if len(data) <= _PIPE_BUF else _room_in(pipe, len(data))
        if room != 1:
            return room
        try:
            own = os.open("/proc/self/fd/" + str(pipe), os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            if error.args[0] == 6:  # ENXIO
                return NOBODY
            return os.write(pipe, data)
        try:
            return os.write(own, data)
        finally:
            os.close(own)

    def _room_in(pipe: int, size: int) -> int:
        pages = fcntl.fcntl(pipe, _F_GETPIPE_SZ) // _PIPE_BUF
        unread = int.from_bytes(fcntl.ioctl(pipe, _FIONREAD, bytes(4)), sys.byteorder)
        used = 2 * (unread // _PIPE_BUF) + 3 if unread else 0
        needed = (size + _PIPE_BUF - 1) // _PIPE_BUF
        return NEVER if needed > pages else int(used + needed <= pages)


def write_error(line: str) -> None:
    """One line to stderr, if there is room for it."""
    try:
        data = line.encode()
    except UnicodeError:
        data = line.encode("ascii", "backslashreplace")  # CPython: half a surrogate pair
    write_if_room(2, data + b"\n")


def ignore_signals() -> None:
    """Live on where the function's processes are asked to end: only SHUTDOWN ends this one."""
    if not IS_MICROPYTHON:  # whose main.c does it
        import _signal  # `signal` alone takes longer to import than all the rest

        for number in (_signal.SIGTERM, _signal.SIGHUP):
            _signal.signal(number, _signal.SIG_IGN)


def executable() -> str:
    """The path by which Lambda started this process; its name is the extension's."""
    arguments = sys.argv if IS_MICROPYTHON else sys.argv[1:]
    return arguments[0] if arguments else "lambda-reuse"


def _wall_clock() -> int:
    return time.time_ns() // 1000000


def _monotonic_clock() -> int:
    return time.monotonic_ns() // 1000000


now_ms: "Callable[[], int]" = native.now_ms if IS_MICROPYTHON else _wall_clock
"""The wall clock, epoch milliseconds."""

ticks_ms: "Callable[[], int]" = time.ticks_ms if IS_MICROPYTHON else _monotonic_clock  # type: ignore[attr-defined]
"""A clock that nobody sets, in milliseconds from any beginning."""


def sleep_ms(milliseconds: int) -> None:
    """Do nothing for so long."""
    time.sleep(milliseconds / 1000)


def getenv(name: str) -> "str | None":
    """The value of an environment variable; NOT_TEXT where it is not UTF-8."""
    try:
        value = os.getenv(name)
        # MicroPython takes any bytes for a text, CPython hides them in one: both show it here.
        return None if value is None else value.encode().decode()
    except UnicodeError:
        return NOT_TEXT


def random_hex(size: int) -> str:
    """Random bytes as hexadecimal digits; the time's where the machine has no source of them."""
    try:
        return "".join(["%02x" % byte for byte in os.urandom(size)])
    except OSError:  # there is no /dev/urandom
        digits = "%x" % time.time_ns()
        return "0" * (2 * size - len(digits)) + digits
