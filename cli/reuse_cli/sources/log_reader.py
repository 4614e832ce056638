"""Reads log files once, for the records in them and for the platform's own lines."""

from collections.abc import Iterable, Iterator

from reuse_cli.sources.copies import Copies
from reuse_cli.sources.lines import LineReader
from reuse_cli.sources.notes import Notes
from reuse_cli.sources.places import Place
from reuse_cli.sources.platform_reader import PlatformReader


class LogReader:
    """Reads one file after another into a source's copies."""

    def __init__(self, copies: Copies, notes: Notes, *, is_careful: bool = False) -> None:
        self._copies = copies
        self._lines = LineReader(self._keep, notes, is_careful=is_careful)
        self._platform = PlatformReader(copies.event, copies.event_lines)
        self._has_records = False

    def read(self, chunks: Iterable[bytes], place: Place) -> None:
        """Read one file."""
        self._has_records = False
        self._platform.begin(place)
        self._lines.read(self._seen(chunks))
        self._platform.end()

    def _seen(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self._platform.feed(chunk)
            yield chunk

    def _keep(self, record: bytes) -> None:
        self._copies.record(record)
        if not self._has_records:
            self._has_records = True
            self._platform.mark_records()
