"""Records from somewhere else than files: documents that come one after another, each read once."""

import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from reuse_cli.errors import CliError, NoRecordsError
from reuse_cli.sources.lines import LineReader
from reuse_cli.sources.notes import Notes
from reuse_cli.sources.record_files import RecordFiles
from reuse_cli.sources.span import Span
from reuse_cli.sources.tables import fill as tables_of_records

if TYPE_CHECKING:
    import duckdb

Documents = Callable[[Notes, Span], Iterator[Iterable[bytes]]]
"""The documents of a time, each as chunks of bytes."""


class Streamed:
    """A source of documents, whose records are kept in a temporary file while they are asked."""

    def __init__(self, name: str, documents: Documents) -> None:
        self._name = name
        self._documents = documents
        self._span = Span()
        self._found = RecordFiles(self._copy, is_careful=True)

    @property
    def notes(self) -> Notes:
        """What could not be read."""
        return self._found.notes

    def fill(
        self, connection: "duckdb.DuckDBPyConnection", tables: Collection[str], span: Span
    ) -> None:
        """Make the tables; see `Source`."""
        if not self._found.paths:
            self._span = span
            self._found.others = [Path(self._name)]
            self._found.copy()
        if not self._found.paths:
            sentence = f"there are no records of lambda-reuse in {self._name}"
            raise NoRecordsError("; ".join([sentence, *self.notes.sentences()]))
        tables_of_records.fill(connection, self._found, tables, span)

    def close(self) -> None:
        """Remove the temporary file."""
        self._found.close()

    def _copy(self, _files: list[Path], target: Path, notes: Notes, is_careful: bool) -> int:
        size = 0
        with target.open("wb") as output:

            def keep(record: bytes) -> None:
                nonlocal size
                try:
                    size += output.write(record) + output.write(b"\n")
                except OSError as error:
                    place = tempfile.gettempdir()
                    raise CliError(
                        f"no room for temporary files in {place}: {error.strerror}"
                    ) from None

            reader = LineReader(keep, notes, is_careful=is_careful)
            for chunks in self._documents(notes, self._span):
                reader.read(chunks)
        return size
