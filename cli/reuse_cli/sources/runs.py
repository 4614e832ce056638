"""The runs of the sandbox: each has a folder of its own below the data folder.

    .lambda-reuse/
        .gitignore                          so that no run is committed by mistake
        2026-11-26T01-00-07.123Z-orders/    the time at which it began, and the function's name
            logs/orders/….jsonl             one file a container

The newest run is what questions are about by default. A data folder that has no runs in it, such
as one that was named with `local run --data`, is one itself.
"""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

DATA = ".lambda-reuse"
"""The data folder of `local run`, and where questions look by default."""

_IGNORED = ".gitignore"
_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z-.+")


def new_run(data: Path, function: str, began: datetime | None = None) -> Path:
    """Make the folder of a run that begins now, below `data`; raises OSError."""
    data.mkdir(parents=True, exist_ok=True)
    ignored = data / _IGNORED
    if not ignored.exists():
        ignored.write_text("*\n")
    time = (began or datetime.now(UTC)).astimezone(UTC)
    while True:
        stamp = time.strftime("%Y-%m-%dT%H-%M-%S.") + f"{time.microsecond // 1000:03}Z"
        folder = data / f"{stamp}-{function}"
        try:
            folder.mkdir()
        except FileExistsError:  # two runs in one millisecond
            time += timedelta(milliseconds=1)
        else:
            return folder


def remove_if_empty(run: Path) -> None:
    """Remove the folder of a run that has recorded nothing: it would hide the one before.

    The data folder goes with it where it has no other run.
    """
    for folder in (*run.glob("logs/*"), run / "logs", run):
        with suppress(OSError):
            folder.rmdir()
    if not run.exists() and [path.name for path in run.parent.iterdir()] == [_IGNORED]:
        (run.parent / _IGNORED).unlink()
        run.parent.rmdir()


def runs(data: Path) -> list[Path]:
    """The folders of the runs below `data`, the oldest first; `data` itself where it has none."""
    if not data.is_dir():
        return [data]
    found = sorted(path for path in data.iterdir() if _NAME.fullmatch(path.name) and path.is_dir())
    return found or [data]


def default_sources(data: Path | None = None, *, is_all: bool = False) -> list[Path]:
    """Where questions look when no source was named: the newest run, or with `is_all` all runs.

    The paths need not exist; whoever reads them says so.
    """
    found = runs(data or Path(DATA))
    return found if is_all else found[-1:]
