"""Records from somewhere else than files: documents that come one after another, each read once."""

from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from reuse_cli.errors import NoRecordsError
from reuse_cli.sources.copies import Copies
from reuse_cli.sources.log_reader import LogReader
from reuse_cli.sources.notes import Notes
from reuse_cli.sources.places import Place
from reuse_cli.sources.record_files import RecordFiles
from reuse_cli.sources.span import Span
from reuse_cli.sources.tables import fill as tables_of_records

if TYPE_CHECKING:
    import duckdb

Documents = Callable[[Notes, Span], Iterator[tuple[Place, Iterable[bytes]]]]
"""The documents of a time, each with what its name says and as chunks of bytes."""


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
        if self._found.is_empty:
            self._span = span
            self._found.others = [Path(self._name)]
            self._found.copy()
        if self._found.is_empty:
            sentence = f"there are no records of lambda-reuse in {self._name}"
            raise NoRecordsError("; ".join([sentence, *self.notes.sentences()]))
        tables_of_records.fill(connection, self._found, tables, span)

    def close(self) -> None:
        """Remove the temporary file."""
        self._found.close()

    def _copy(self, _files: list[Path], copies: Copies, notes: Notes, is_careful: bool) -> None:
        reader = LogReader(copies, notes, is_careful=is_careful)
        for place, chunks in self._documents(notes, self._span):
            reader.read(chunks, place)
