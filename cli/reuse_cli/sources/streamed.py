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
        self.found = RecordFiles(self._copy, is_careful=True)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return self.found.is_empty

    @property
    def notes(self) -> Notes:
        """What could not be read."""
        return self.found.notes

    def fill(
        self, connection: "duckdb.DuckDBPyConnection", tables: Collection[str], span: Span
    ) -> None:
        """Make the tables; see `Source`."""
        self.load(span)
        if self.is_empty:
            sentence = f"there are no records of lambda-reuse in {self._name}"
            raise NoRecordsError("; ".join([sentence, *self.notes.sentences()]))
        tables_of_records.fill(connection, self.found, tables, span)

    def load(self, span: Span) -> None:
        """Read the documents of a time, unless that was done."""
        if self.is_empty:
            self._span = span
            self.found.others = [Path(self._name)]
            self.found.copy()

    def close(self) -> None:
        """Remove the temporary file."""
        self.found.close()

    def _copy(self, _files: list[Path], copies: Copies, notes: Notes, is_careful: bool) -> None:
        reader = LogReader(copies, notes, is_careful=is_careful)
        for place, chunks in self._documents(notes, self._span):
            reader.read(chunks, place)
