"""What a source keeps on this machine while it is asked: records, and the platform's own lines."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from reuse_cli.errors import CliError
from reuse_cli.sources.platform_lines import Event

RECORDS, PLATFORM = "records.jsonl", "platform.jsonl"
_ENCODER = json.JSONEncoder(separators=(",", ":"))  # text in ASCII
TELLING = {"report", "init_start", "init_report", "restore_start", "restore_report"}
"""Platform lines that an answer can be made of; others only add to them."""
REPORT = b'{"kind":"report"'


class Copies:
    """Two files of JSON lines in a folder, written from the beginning. A context manager.

    Raises CliError where there is no room for them.
    """

    def __init__(self, folder: Path) -> None:
        self.records = folder / RECORDS
        self.platform = folder / PLATFORM
        self.has_records = False
        self.has_platform = False
        self._files: list[IO[bytes]] = []

    def __enter__(self) -> "Copies":
        try:
            self._files = [self.records.open("wb"), self.platform.open("wb")]
        except OSError as error:
            raise _no_room(error) from None
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files:
            self._write(file.close)

    def record(self, line: bytes) -> None:
        """Keep a record, one line of JSON."""
        self.has_records = True
        self._write(self._files[0].write, line + b"\n")

    def event(self, event: Event) -> None:
        """Keep what a platform line said."""
        self.has_platform = self.has_platform or event["kind"] in TELLING
        self._write(self._files[1].write, _ENCODER.encode(event).encode() + b"\n")

    def event_lines(self, lines: Sequence[bytes]) -> None:
        """Keep some of the usual events, lines of JSON with their ends."""
        data = b"".join(lines)
        self.has_platform = self.has_platform or REPORT in data
        self._write(self._files[1].write, data)

    @staticmethod
    def _write(write: Any, *data: bytes) -> None:
        try:
            write(*data)
        except OSError as error:
            raise _no_room(error) from None


def _no_room(error: OSError) -> CliError:
    return CliError(f"no room for temporary files in {tempfile.gettempdir()}: {error.strerror}")
