"""Records as files of JSON lines, and the DuckDB expression that reads them as a table."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from reuse_cli.sources.catalogue import COLUMNS, KINDS
from reuse_cli.sources.copies import Copies
from reuse_cli.sources.notes import Notes

MAX_RECORD = 1 << 20
"""Bytes of one line; a record has less than 32 KiB."""

Copy = Callable[[list[Path], Copies, Notes, bool], None]
"""Copies what is in files: (files, copies, notes, careful)."""


class RecordFiles:
    """What a source has found, until it is closed."""

    def __init__(self, copy: Copy, *, is_careful: bool = False) -> None:
        self.notes = Notes()
        self.direct: list[str] = []
        self.others: list[Path] = []
        self._copied = copy
        self._folder = tempfile.TemporaryDirectory(prefix="lambda-reuse-")
        self._is_careful = is_careful
        self._refused = 0
        self.paths: list[str] = []
        self.platform: str | None = None
        """The file of what the platform's own lines said, if there were any."""

    def copy(self) -> None:
        """Copy what is not read directly."""
        with Copies(Path(self._folder.name)) as copies:
            if self.others:
                self._copied(self.others, copies, self.notes, self._is_careful)
        self.paths = self.direct + ([str(copies.records)] if copies.has_records else [])
        self.platform = str(copies.platform) if copies.has_platform else None

    @property
    def spill(self) -> Path:
        """A folder for what does not fit into memory; it need not be there."""
        return Path(self._folder.name, "spill")

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not self.paths and self.platform is None

    def be_careful(self) -> bool:
        """Read everything once more, each line decoded; False where that was done already."""
        if self._is_careful:
            return False
        self._is_careful = True
        problems = len(self.notes.problems)
        self.others = [*map(Path, self.direct), *self.others]
        self.direct = []
        self.notes.unreadable, self.notes.files = 0, 0
        self.notes.newer.clear()
        self.copy()
        del self.notes.problems[problems:]
        return True

    def count_broken(self, lines: int) -> None:
        """Note lines that DuckDB refused; each table sees the same ones, so the most counts."""
        self.notes.unreadable += max(0, lines - self._refused)
        self._refused = max(self._refused, lines)

    def table(self, name: str, columns: Sequence[str]) -> str:
        """SQL that reads the columns of one kind of record, and rows of NULL for what is broken."""
        types = {"record": "VARCHAR", **{column: COLUMNS[name][column] for column in columns}}
        if not self.paths:
            nothing = ", ".join(f'null::{types[column]} as "{column}"' for column in types)
            return f"(select {nothing} where false)"
        spec = ", ".join(f"'{column}': '{types[column]}'" for column in types)
        files = ", ".join("'" + path.replace("'", "''") + "'" for path in self.paths)
        return (
            f"(select * from read_json([{files}], format = 'newline_delimited',"
            f" ignore_errors = true, maximum_object_size = {MAX_RECORD}, columns = {{{spec}}})"
            f" where record is null or record = '{KINDS[name]}')"
        )

    def close(self) -> None:
        """Remove what was copied."""
        self._folder.cleanup()
