"""The lines on stdout: each one whole, and none of them waited for.

Whoever reads stdout may be slow or stopped, and the function must not wait for that. What there is
no room for is kept, so much of it, and tried again later; lines beyond that are dropped and
counted.
"""

from . import interpreter

STDOUT = 1
MAX_KEPT = 64 * 1024
"""Bytes of lines that wait for a reader: what a pipe holds, once more."""


class Output:
    """Lines on their way to stdout."""

    def __init__(self) -> None:
        self._kept: "list[bytes]" = []
        self._size = 0
        self.dropped = 0
        """Lines that were given up since somebody has last set this to 0."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits to be written."""
        return not self._kept

    @property
    def has_room(self) -> bool:
        """Whether the next lines will be kept at least, so that they may say what was dropped."""
        return self._size <= MAX_KEPT // 2

    def write(self, line: str) -> None:
        """Write a line, or keep it until there is room."""
        data = (line + "\n").encode()
        self.flush()
        if self._size + len(data) > MAX_KEPT:
            self.dropped += 1
            return
        self._kept.append(data)
        self._size += len(data)
        self.flush()

    def flush(self) -> None:
        """Write as much of what was kept as there is room for."""
        while self._kept:
            data = self._kept[0]
            written = interpreter.write_if_room(STDOUT, data)
            if 0 <= written < len(data):
                # Nothing, or a part: another writer was quicker. The rest comes first, next time.
                self._kept[0] = data[written:]
                self._size -= written
                return
            self._kept.pop(0)
            self._size -= len(data)
            if written == interpreter.NEVER:
                self.dropped += 1
