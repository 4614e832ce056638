"""Keeps what was made of log files as Parquet files, so that the next question is answered at once.

A file of the cache is one table, of all records of all time, of the files that were named. Its name
says what it was made of:

    3f1c…-9a40….lives.parquet
      |     |     a table of `analysis/tables.py`
      |     each file's path, size, time of change and inode, and the program that read them
      what was named

What is no longer true is not found, and removed when its successor is written. A cache that is
damaged, or cannot be written, is as good as none.
"""

import functools
import hashlib
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reuse_cli.analysis.tables import IDLE, IN_LIVES, LIVES
from reuse_cli.errors import UsageError
from reuse_cli.sources.files import Files
from reuse_cli.sources.notes import Notes
from reuse_cli.sources.span import ALL, Span
from reuse_cli.sources.tables.lives import NO_IDLE

if TYPE_CHECKING:
    import duckdb

NOTES = b"lambda_reuse_notes"
"""Where a Parquet file has what its lines gave reason to say."""
KEPT_S = 30 * 86_400
"""How long a table is kept that nobody has asked for."""


class Cached:
    """A source of files, of which a cache may know the tables."""

    def __init__(self, files: Files, folder: Path) -> None:
        """Raises UsageError where the folder is none."""
        self._files = files
        self._folder = folder
        self._notes: Notes | None = None
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"--cache {folder} is not a folder")

    @property
    def notes(self) -> Notes:
        """What could not be read, when it was."""
        return self._notes or self._files.notes

    def fill(
        self, connection: "duckdb.DuckDBPyConnection", tables: Collection[str], span: Span
    ) -> None:
        """Make the tables; see `Source`."""
        state = self._files.state() if span == ALL else None
        if state is None:  # a part of the time, or a pipe
            self._files.fill(connection, tables, span)
            return
        names = [name for name in tables if name not in IN_LIVES]
        entries = {name: self._entry(state, name) for name in names}
        self._notes = _load(connection, entries, has_idle=IDLE in tables)
        if self._notes is not None:
            return
        self._files.fill(connection, {*tables, *IN_LIVES} if LIVES in tables else tables, span)
        if self._files.state() == state:  # else there are lines that nobody has read
            self._keep(connection, entries)

    def close(self) -> None:
        """Remove the temporary files."""
        self._files.close()

    def _entry(self, state: str, table: str) -> Path:
        known = hashlib.sha256(f"{state}\n{reader()}".encode()).hexdigest()[:32]
        return self._folder / f"{self._named()}-{known}.{table}.parquet"

    def _named(self) -> str:
        return hashlib.sha256(os.path.abspath(self._files.name).encode()).hexdigest()[:16]

    def _keep(self, connection: "duckdb.DuckDBPyConnection", entries: dict[str, Path]) -> None:
        import duckdb

        notes = json.dumps(vars(self._files.notes))
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for table, entry in entries.items():
                _write(connection, table, entry, notes)
                for other in self._folder.glob(f"*-*.{table}.parquet"):
                    is_old = time.time() - other.stat().st_mtime > KEPT_S
                    if other != entry and (is_old or other.name.startswith(self._named())):
                        other.unlink(missing_ok=True)
        except (OSError, duckdb.Error) as error:  # the answer is there without it
            reason = error.strerror if isinstance(error, OSError) else str(error)
            self._files.notes.remarks.append(
                f"the cache {self._folder} could not be written: {reason}"
            )


def _write(connection: "duckdb.DuckDBPyConnection", table: str, entry: Path, notes: str) -> None:
    """Write it beside its place, and move it there whole: others may read or write it too."""
    with tempfile.TemporaryDirectory(dir=entry.parent, prefix="writing-") as folder:
        made = Path(folder, "table.parquet")
        connection.execute(
            f"copy {table} to {_text(str(made))} (format parquet, compression zstd,"
            f" kv_metadata {{{NOTES.decode()}: {_text(notes)}}})"
        )
        made.replace(entry)


def _load(
    connection: "duckdb.DuckDBPyConnection", entries: dict[str, Path], *, has_idle: bool
) -> Notes | None:
    """Make the tables of what is kept; None where something is missing, or damaged."""
    import duckdb

    if not all(entry.is_file() for entry in entries.values()):
        return None
    found = []
    try:
        connection.execute("set preserve_insertion_order = false")
        for table, entry in entries.items():
            path = _text(str(entry))
            columns = "*" if table != LIVES or has_idle else f"* replace ({NO_IDLE} as idle_list)"
            query = f"select {columns} from read_parquet({path})"
            connection.execute(f"create or replace temp table {table} as {query}")
            (kept,) = connection.execute(
                f"select value from parquet_kv_metadata({path}) where key = ?", [NOTES]
            ).fetchall()
            found.append(_notes(json.loads(kept[0])))
            os.utime(entry)
    except (duckdb.Error, OSError, ValueError, TypeError, KeyError):
        return None
    return _together(found)


def _notes(kept: dict[str, Any]) -> Notes:
    return Notes(**{**kept, "newer": Counter(kept["newer"])})


def _together(found: list[Notes]) -> Notes:
    """What was said when each of the tables was made: mostly the same."""
    notes = Notes()
    for one in found:
        notes.unreadable = max(notes.unreadable, one.unreadable)
        notes.newer |= one.newer
        notes.files, notes.size = one.files, one.size
        notes.problems = list(dict.fromkeys([*notes.problems, *one.problems]))
        notes.remarks = list(dict.fromkeys([*notes.remarks, *one.remarks]))
    return notes


@functools.cache
def reader() -> str:
    """A key of the version of the program that reads records."""
    import duckdb

    digest = hashlib.sha256(f"{sys.version_info} {duckdb.__version__}".encode())
    for package in ("reuse_cli.sources", "reuse_extension.core"):
        for name, data in _below(resources.files(package)):
            digest.update(name.encode() + data)
    return digest.hexdigest()


def _below(folder: Traversable) -> Iterator[tuple[str, bytes]]:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir() and item.name != "__pycache__":
            yield from _below(item)
        elif item.name.endswith((".py", ".sql")):
            yield item.name, item.read_bytes()


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
