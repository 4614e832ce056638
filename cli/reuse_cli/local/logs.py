"""What the containers of a run have printed, in the order of time.

One log file a container, one line an event: {"timestamp": <ms since the epoch>, "message": <text>}.
Lines are appended whole; the last one may be under way.
"""

import heapq
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from reuse_cli.errors import NoRecordsError, UsageError

POLL_S = 0.2
RECORD = re.compile(r'"record": ?"(?:container|resource|init)/\d')
"""What tells a record of the extension from what the function prints."""
OWN = re.compile(r'(?:\{"level":"\w+","message":")?lambda-reuse (?:DEBUG|INFO|WARN|ERROR) ')
"""How the extension's own lines begin, in the text and in the JSON log format."""


class Line(NamedTuple):
    """One log event."""

    timestamp: int
    container: str
    message: str

    @property
    def is_record(self) -> bool:
        """Whether it is a record of the extension, which the questions read."""
        return self.message.startswith("{") and RECORD.search(self.message) is not None

    @property
    def is_own(self) -> bool:
        """Whether the extension says something of itself."""
        return OWN.match(self.message) is not None

    def __str__(self) -> str:
        """Time of day, container and message; further lines of a message are indented."""
        moment = datetime.fromtimestamp(self.timestamp / 1000).astimezone()
        head = f"{moment:%H:%M:%S}.{self.timestamp % 1000:03}  {self.container}  "
        lines = self.message.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")
        return head + ("\n" + " " * len(head)).join(lines)


class LogFile:
    """One container's log, read from where it was left."""

    def __init__(self, path: Path) -> None:
        self.container = container_of(path)
        self._path = path
        self._offset = 0

    def new_lines(self) -> Iterator[Line]:
        """The events that have come since; a line that is not whole yet is left for the next time.

        What is not a log event is left out.
        """
        with self._path.open("rb") as file:
            file.seek(self._offset)
            for text in file:
                if not text.endswith(b"\n"):
                    return
                self._offset += len(text)
                line = _line(text, self.container)
                if line is not None:
                    yield line


def container_of(path: Path) -> str:
    """The beginning of the container's id, as the tables show it; the file's name elsewhere."""
    digits = path.stem.rpartition("-")[2]
    return digits[:8] if len(digits) == 32 else path.stem


def read(folders: Sequence[Path], wanted: Sequence[str]) -> Iterator[Line]:
    """All events of these runs, the oldest first. Raises NoRecordsError where there are no logs."""
    files = _chosen(folders, wanted)
    return heapq.merge(*(file.new_lines() for file in files), key=lambda line: line.timestamp)


def follow(newest: Callable[[], Sequence[Path]], wanted: Sequence[str]) -> Iterator[Line]:
    """The events of a run as they come, without end; of the next run, when it begins."""
    files: dict[Path, LogFile] = {}
    while True:
        for path in _paths(newest()):
            if path not in files and _is_wanted(container_of(path), wanted):
                files[path] = LogFile(path)
        lines = [line for file in files.values() for line in file.new_lines()]
        yield from sorted(lines, key=lambda line: line.timestamp)
        time.sleep(POLL_S)


def _chosen(folders: Sequence[Path], wanted: Sequence[str]) -> list[LogFile]:
    files = [LogFile(path) for path in _paths(folders)]
    if not files:
        raise NoRecordsError(f"there are no logs in {', '.join(map(str, folders))}")
    there = sorted({file.container for file in files})
    for name in wanted:
        if not any(_is_wanted(container, [name]) for container in there):
            raise UsageError(f"there is no container {name}: there are {', '.join(there)}")
    return [file for file in files if _is_wanted(file.container, wanted)]


def _paths(folders: Iterable[Path]) -> list[Path]:
    return sorted(path for folder in folders for path in folder.glob("**/*.jsonl"))


def _is_wanted(container: str, wanted: Sequence[str]) -> bool:
    """Whether one of the names is the container's: its first digits, or its id in full."""
    names = [name.rpartition("]")[2] for name in wanted]
    return not names or any(
        name and (container.startswith(name) or name.startswith(container)) for name in names
    )


def _line(text: bytes, container: str) -> Line | None:
    try:
        event = json.loads(text)
        return Line(int(event["timestamp"]), container, str(event["message"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
