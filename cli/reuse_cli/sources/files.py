"""Records from files: log streams in any of the shapes in which they leave AWS or the sandbox.

A folder is searched for all files below it. Links to folders are not followed, what is neither a
file nor a link to one is passed over, and what is known not to be a log is not opened. A large file
that holds nothing but records is left to DuckDB; of all others the records are copied, line by
line, to a temporary file.
"""

import os
import re
import stat
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from reuse_cli.analysis.tables import LIVES, PERIODS
from reuse_cli.errors import NoRecordsError, UsageError
from reuse_cli.sources import places
from reuse_cli.sources.copies import Copies
from reuse_cli.sources.log_reader import LogReader
from reuse_cli.sources.marks import count_marks
from reuse_cli.sources.notes import Notes
from reuse_cli.sources.reading import chunks, is_binary, open_file
from reuse_cli.sources.record_files import RecordFiles
from reuse_cli.sources.runs import DATA
from reuse_cli.sources.span import ALL, Span
from reuse_cli.sources.tables import fill as tables_of_records

if TYPE_CHECKING:
    import duckdb

STDIN = "-"
NO_LOGS = (
    ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".pdf", ".html", ".css", ".js", ".ts", ".py",
    ".pyc", ".so", ".whl", ".java", ".class", ".jar", ".go", ".rb", ".cs", ".dll", ".md", ".yaml",
    ".yml", ".toml", ".lock", ".zip", ".tar", ".parquet", ".duckdb",
)  # fmt: skip
"""Files in a folder that are not opened; one that is named is."""
NOT_SEARCHED = {".git", ".venv", "node_modules", "__pycache__"}
LARGE = 8 << 20
"""From this size on it is worth asking whether DuckDB can read a file by itself."""
MAIN = (LIVES, PERIODS)
"""Tables that have a row wherever there is a record of a container."""
NO_RUN = (
    f"there is no local run in {DATA}: `lambda-reuse local run` makes one; for logs give --source"
    " PATH, for CloudWatch the names of functions"
)
CHANGED = "a log file was cut or removed while it was read; what is left of it counts"
_HEAD = 1 << 18
_PLAIN = re.compile(rb'\{"(?:_aws":\{"Timestamp|record":").*\}')


class Files:
    """A source of records: files, folders and `-` for standard input."""

    def __init__(self, paths: Iterable[Path]) -> None:
        """Raises UsageError for a path that is not there."""
        self._paths = list(dict.fromkeys(paths))
        self._found: RecordFiles | None = None
        for path in self._paths:
            if str(path) != STDIN and not os.path.lexists(path):
                raise UsageError(
                    NO_RUN if path == Path(DATA) else f"there is no file or folder {path}"
                )

    @property
    def name(self) -> str:
        """What was named, for messages."""
        return ", ".join(str(path) for path in self._paths)

    @property
    def notes(self) -> Notes:
        """What could not be read."""
        return self._found.notes if self._found else Notes()

    def state(self) -> str | None:
        """The state of the files, to know later whether more has come; None for a pipe."""
        found = []
        for path in self._paths:
            if str(path) == STDIN:
                return None
            found += list(_states(Path(os.path.abspath(path))))  # links stay as they are named
        known = [one for one in found if one is not None]
        return "\n".join(known) if len(known) == len(found) else None

    def fill(
        self, connection: "duckdb.DuckDBPyConnection", tables: Collection[str], span: Span
    ) -> None:
        """Make the tables; see `Source`."""
        import duckdb

        self._found = self._found or self.open()
        try:
            tables_of_records.fill(connection, self._found, tables, span)
        except duckdb.IOException:
            # A file that DuckDB read by itself was cut or removed meanwhile.
            if not self._found.be_careful():
                raise
            self._found.notes.remarks.append(CHANGED)
            tables_of_records.fill(connection, self._found, tables, span)
        if span != ALL and _has_nothing(connection, {*MAIN} & {*tables}):
            self._found.notes.remarks.append(
                f"there are no records of lambda-reuse in {self.name} {span.words};"
                " --since and --until ask about another time"
            )
        elif (
            span == ALL and self.notes.unreadable and _has_nothing(connection, {*MAIN} & {*tables})
        ):
            self._fail(self._found, f"there are no records of lambda-reuse in {self.name}")

    def close(self) -> None:
        """Remove the temporary files."""
        if self._found:
            self._found.close()

    def open(self) -> RecordFiles:
        """Look for records. Raises NoRecordsError where there are none."""
        # A pipe can be read once, so that it is read with care at once.
        found = RecordFiles(self._copy, is_careful=any(map(_is_pipe, self._paths)))
        files = list(dict.fromkeys(self.files(found.notes)))
        if not files:
            self._fail(found, f"there are no log files in {self.name}")
        found.direct = [str(file) for file in files if is_plain(file)]
        found.others = [file for file in files if str(file) not in found.direct]
        found.copy()
        if found.is_empty:
            self._fail(found, f"there are no records of lambda-reuse in {self.name}")
        return found

    def _fail(self, found: RecordFiles, sentence: str) -> None:
        hint = "was the layer added to the function that wrote these logs?"
        if found.notes.files and not found.notes.size:
            hint = "what was read is empty"
        notes = found.notes.sentences()
        found.close()
        raise NoRecordsError("; ".join([sentence, *(notes or [hint])]))

    def files(self, notes: Notes) -> Iterator[Path]:
        """Every file that may be a log; what cannot be looked into is noted."""
        for path in self._paths:
            if str(path) != STDIN and path.is_dir():
                yield from _below(path, notes)
            else:
                yield path

    @staticmethod
    def _copy(files: list[Path], copies: Copies, notes: Notes, is_careful: bool) -> None:
        """Copy what is in the files."""
        reader = LogReader(copies, notes, is_careful=is_careful)
        for file in files:
            reader.read(chunks(file, notes), places.of_path(file))


def _has_nothing(connection: "duckdb.DuckDBPyConnection", tables: Collection[str]) -> bool:
    """Whether there are such tables and none has a row."""
    rows = (connection.execute(f"select 1 from {table} limit 1").fetchone() for table in tables)
    return bool(tables) and all(row is None for row in rows)


def _is_pipe(path: Path) -> bool:
    try:
        return str(path) == STDIN or stat.S_ISFIFO(path.stat().st_mode)
    except OSError:
        return False


def _below(folder: Path, notes: Notes) -> Iterator[Path]:
    def failed(error: OSError) -> None:
        notes.problems.append(f"{error.filename}: {error.strerror}")

    return (path for path in _candidates(folder, failed) if _is_log(path, notes))


def _candidates(folder: Path, failed: Callable[[OSError], object]) -> Iterator[Path]:
    """What may be a log by its name."""
    for parent, folders, names in os.walk(folder, onerror=failed):
        folders[:] = sorted(name for name in folders if name not in NOT_SEARCHED)
        yield from (
            Path(parent, name) for name in sorted(names) if not name.lower().endswith(NO_LOGS)
        )


def _states(path: Path) -> Iterator[str | None]:
    """A key of the state of a file, or of each below a folder; None for a pipe."""
    is_folder = path.is_dir()
    for file in _candidates(path, lambda _: None) if is_folder else [path]:
        try:
            found = file.stat()
        except OSError as error:
            yield f"{file}\t{error.errno}"
            continue
        if stat.S_ISREG(found.st_mode):
            times = f"{found.st_mtime_ns}\t{found.st_ctime_ns}"
            yield f"{file}\t{found.st_size}\t{times}\t{found.st_ino}"
        elif not is_folder:
            yield None


def _is_log(path: Path, notes: Notes) -> bool:
    """Whether it is a file of text, or compressed."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        with open_file(path) as file:
            head = file.read(64)
    except OSError as error:
        notes.problems.append(f"{path}: {error.strerror}")
        return False
    return not is_binary(head)


def is_plain(path: Path) -> bool:
    """Whether a file is large and, as far as its beginning says, nothing but lines of records."""
    lines = first_lines_if_large(path)
    return bool(lines) and all(_PLAIN.fullmatch(line) and count_marks(line) == 1 for line in lines)


def first_lines_if_large(path: Path) -> list[bytes]:
    """The lines at a file's beginning, if DuckDB can be given its name and the file is large."""
    if re.search(r"[*?\[\]{}]", str(path)) or str(path) == STDIN:
        return []  # DuckDB would take the name for a pattern
    try:
        if not path.is_file() or path.stat().st_size < LARGE:
            return []
        with path.open("rb") as file:
            return file.read(_HEAD).split(b"\n")[:-1]
    except OSError:
        return []
