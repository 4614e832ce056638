"""The file of a page: loaded when the first page is made, not at import.

It is complete before it gets its name, so a reader never meets half a header. Its bytes are
reserved before they are mapped: writing to a mapped hole of a full disk would end the process with
SIGBUS.
"""

import os

from .invocation import TMP
from .page_format import FOLDER, SUFFIX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from mmap import mmap


def create(data: bytes, started_ms: int) -> "tuple[mmap, str]":
    """A new file that holds `data`, mapped into memory, and its name. Raises OSError."""
    from mmap import mmap

    own = folder()
    os.makedirs(own, exist_ok=True)
    unfinished = os.path.join(own, f"{os.getpid()}-{started_ms}.new")
    flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
    file = os.open(unfinished, flags, 0o600)
    try:
        _write_all(file, data)
        mapped = mmap(file, len(data))
        return mapped, _named(unfinished, own, started_ms)
    except BaseException:
        os.unlink(unfinished)
        raise
    finally:
        os.close(file)


def at_exit(remove: "Callable[[int], None]") -> None:
    """Have `remove` called with this process's id when it ends."""
    import atexit

    atexit.register(remove, os.getpid())


def folder() -> str:
    """Where the pages of this machine lie."""
    return os.path.join(TMP or os.environ.get("TMPDIR") or "/tmp", FOLDER)


def _write_all(file: int, data: bytes) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, len(data))
    if os.write(file, data) != len(data):
        raise OSError(28, "there is no room left")  # ENOSPC


def _named(unfinished: str, own: str, started_ms: int) -> str:
    """Give the file its name; the next millisecond's where this process has had that one."""
    while True:
        name = os.path.join(own, f"{os.getpid()}-{started_ms}{SUFFIX}")
        if not os.path.lexists(name):
            os.rename(unfinished, name)
            return name
        started_ms += 1
