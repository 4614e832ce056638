"""What a process writes: pipes, and the cutting of their bytes into messages.

Two ways lead from a process to the log. Its standard output and error are cut into lines. The
runtime client also gets a pipe of its own (`_LAMBDA_TELEMETRY_LOG_FD`) for framed messages, which
may have several lines each; a frame is, in big-endian order,

    4 bytes   type, 0xa55a00xx (the low bits tell log level and format)
    4 bytes   length of the message in bytes
    8 bytes   time in microseconds since the epoch
    n bytes   the message in UTF-8

as AWS's Python runtime client documents it beside its `FramedTelemetryLogSink`.
"""

import asyncio
import contextlib
import os
import struct
import time
from collections.abc import Callable
from typing import Protocol

Message = tuple[float, str]
"""When (seconds since the epoch) and what."""

CHUNK = 65536  # a pipe's capacity on Linux
MAX_READS = 4  # at a time, so that a process that writes without end does not hold up the others
MAX_MESSAGE = 262_144  # longer lines are cut, as CloudWatch Logs long did with events of 256 KB

FRAME = struct.Struct(">IIQ")
FRAME_TYPE = 0xA55A0000
FRAME_TYPE_MASK = 0xFFFF0000
MAX_FRAME = 16 * 1024 * 1024  # many times what a log event may hold


class Cutter(Protocol):
    """Takes bytes as they come and gives messages as they become whole."""

    def feed(self, data: bytes) -> list[Message]:
        """The messages that `data` completes."""

    def end(self) -> list[Message]:
        """The message that was left unfinished, if any."""


class Lines:
    """Cuts at newlines; empty lines are no messages."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._rest = b""

    def feed(self, data: bytes) -> list[Message]:
        """The lines that `data` completes."""
        *whole, self._rest = (self._rest + data).split(b"\n")
        while len(self._rest) >= MAX_MESSAGE:
            whole.append(self._rest[:MAX_MESSAGE])
            self._rest = self._rest[MAX_MESSAGE:]
        return self._messages(whole)

    def end(self) -> list[Message]:
        """The line without a newline."""
        rest, self._rest = self._rest, b""
        return self._messages([rest])

    def _messages(self, lines: list[bytes]) -> list[Message]:
        wall = self._clock()
        return [(wall, line.decode("utf-8", "replace")) for line in lines if line]


class Frames:
    """Cuts at frames; what is not framed is looked for in the line cutter's way."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._rest = b""
        self._lines = Lines(clock)

    def feed(self, data: bytes) -> list[Message]:
        """The frames that `data` completes."""
        self._rest += data
        messages: list[Message] = []
        while len(self._rest) >= FRAME.size:
            kind, length, micros = FRAME.unpack_from(self._rest)
            if kind & FRAME_TYPE_MASK != FRAME_TYPE or length > MAX_FRAME:
                messages += self._lines.feed(self._rest)
                self._rest = b""
                break
            end = FRAME.size + length
            if len(self._rest) < end:
                break
            text = self._rest[FRAME.size : end].decode("utf-8", "replace")
            messages.append((micros / 1e6, text.removesuffix("\n")))
            self._rest = self._rest[end:]
        return messages

    def end(self) -> list[Message]:
        """Nothing of a frame that was never finished, but the line that was not one."""
        self._rest = b""
        return self._lines.end()


class Pipe:
    """The reading end of one process's pipe; each message is handed to `take` as it comes.

    `drain` reads what has been written so far, at once: this comes before the news that an
    invocation is over, so that the function's lines stand before that.
    """

    def __init__(self, cutter: Cutter, take: Callable[[Message], None]) -> None:
        self.reading, self.writing = os.pipe()
        os.set_blocking(self.reading, False)
        self._cutter = cutter
        self._take = take
        self._loop = asyncio.get_running_loop()
        self._open = True

    def listen(self) -> None:
        """Reads from now on; the writing end now belongs to the process alone."""
        os.close(self.writing)
        self.writing = -1
        self._loop.add_reader(self.reading, self.drain)

    def drain(self) -> None:
        """Reads what there is, which is no more than a pipe holds."""
        for _ in range(MAX_READS):
            data = self._read()
            if data is not None:
                for message in self._cutter.feed(data):
                    self._take(message)
            if data is None or len(data) < CHUNK:
                return

    def _read(self) -> bytes | None:
        if not self._open:
            return None
        try:
            data = os.read(self.reading, CHUNK)
        except BlockingIOError:
            return None
        if not data:
            self.close()
        return data

    def close(self) -> None:
        """Gives the last message and lets go of the pipe; may be called again."""
        if not self._open:
            return
        self._open = False
        self._loop.remove_reader(self.reading)
        for end in (self.reading, self.writing):
            if end >= 0:
                with contextlib.suppress(OSError):
                    os.close(end)
        for message in self._cutter.end():
            self._take(message)
