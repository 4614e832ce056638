"""What a source of records has to offer: the tables that questions are asked of.

A source fills tables in a DuckDB connection. Their names and what a row of each stands for
are in `analysis/tables.py`.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol

from reuse_cli.sources.notes import Notes
from reuse_cli.sources.span import Span

if TYPE_CHECKING:
    import duckdb


class Source(Protocol):
    """Where records come from."""

    @property
    def notes(self) -> Notes:
        """What could not be read; complete after `fill`."""
        ...

    def fill(
        self, connection: "duckdb.DuckDBPyConnection", tables: Collection[str], span: Span
    ) -> None:
        """Make the tables that are named, of the records of a time.

        Raises NoRecordsError where there is nothing, UsageError for what is not there,
        ConfigurationError and ServiceError as AWS gives reason for.
        """
        ...

    def close(self) -> None:
        """Give back what was taken on this machine."""
        ...
