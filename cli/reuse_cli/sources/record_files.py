"""Records as files of JSON lines, and the DuckDB expression that reads them as a table."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from reuse_cli.sources.catalogue import COLUMNS, KINDS
from reuse_cli.sources.notes import Notes

MAX_RECORD = 1 << 20
"""Bytes of one line; a record has less than 32 KiB."""

NAME = Path("records.jsonl")
"""The file in the temporary folder."""

Copy = Callable[[list[Path], Path, Notes, bool], int]
"""Copies the records of files to one file: (files, target, notes, careful) -> bytes."""


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

    def copy(self) -> None:
        """Copy what is not read directly."""
        target = Path(self._folder.name, NAME)
        has_some = self.others and self._copied(self.others, target, self.notes, self._is_careful)
        self.paths = self.direct + ([str(target)] if has_some else [])

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
