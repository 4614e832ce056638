"""Follows the log files below a folder: what is new in them, at each look."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reuse_cli.live.fleet import Fleet
from reuse_cli.live.log_events import parse

SUFFIX = ".jsonl"
MAX_BYTES = 1 << 18
"""Taken in at one look, so that pages are served meanwhile."""
STREAM = re.compile(r"([0-9a-f]{32})\.jsonl$")


@dataclass
class _File:
    size: int = 0
    rest: bytes = b""


class Follower:
    """Reads log files as they grow, into a fleet."""

    def __init__(self, folders: Callable[[], list[Path]], fleet: Fleet) -> None:
        """`folders`: where to look; asked at each look, since a run may begin later."""
        self._folders = folders
        self._fleet = fleet
        self._files: dict[Path, _File] = {}
        self._waiting: list[Path] = []  # not looked at yet in this round

    def look(self) -> bool:
        """Take in some of what is new; whether there is more to take in at once."""
        left = MAX_BYTES
        if not self._waiting:
            self._waiting = list(self._paths())[::-1]  # the oldest at the end, to be next
        while self._waiting:
            read = self._read(self._waiting[-1], left)
            left -= read
            if left <= 0:
                return True
            self._waiting.pop()
        return False

    def records(self, file: str) -> list[bytes]:
        """The lines of one container's file that hold records; none for a file not followed."""
        if Path(file) not in self._files:
            return []
        with open(file, "rb") as lines:
            return [line for line in lines if b'record\\":\\"' in line]

    def _paths(self) -> Iterator[Path]:
        for folder in self._folders():
            for parent, folders, names in os.walk(folder):
                folders.sort()
                for name in sorted(names):
                    if name.endswith(SUFFIX) and name != "invocations.jsonl":
                        yield Path(parent, name)

    def _read(self, path: Path, most: int) -> int:
        """Take in what a file has gained; how many bytes that was."""
        known = self._files.setdefault(path, _File())
        try:
            if path.stat().st_size <= known.size:
                return 0
            with path.open("rb") as file:
                file.seek(known.size)
                data = file.read(most)
        except OSError:
            return 0  # gone, or not ours to read
        known.size += len(data)
        *lines, known.rest = (known.rest + data).split(b"\n")
        events = (event for event in map(parse, lines) if event is not None)
        self._fleet.take(str(path), path.parent.name, _container_id(path), events)
        return len(data)


def _container_id(path: Path) -> str:
    match = STREAM.search(path.name)
    return match[1] if match else path.stem
