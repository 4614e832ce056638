"""`tmp_file`: a file in /tmp, fetched once per container and shared by its processes.

A file gets its name when it is whole and has been verified, so whoever opens it sees all of it, and
a fetch that is broken off leaves nothing that looks like a file. One process fetches, the others
wait: a lock of the operating system, which ends with the process that holds it. So what a process
left unfinished when Lambda ended it is known: nobody holds the lock of its name. The next fetch
removes it.
"""

import os
import time

from . import invocation, lifecycle
from .callables import call_site
from .counters import Counters
from .options import FOREVER, seconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Any, Callable, Optional

    Identity = tuple[int, int, int]

FOLDER = os.path.join(".lambda-reuse", "files")
FETCHING = ".fetching-"
LOCK = ".lock-"
CHUNK = 1024 * 1024


def tmp_file(
    name: str,
    *,
    fetch: "Callable[[str], Any]",
    max_age: "Optional[float]" = None,
    max_bytes: "Optional[int]" = None,
    size: "Optional[int]" = None,
    sha256: "Optional[str]" = None,
    clock: "Callable[[], float]" = time.time,
) -> str:
    """The path of the file, which `fetch(path)` writes if it does not exist yet.

    name: a file name without folders; it is also the name in records.
    max_age: seconds, by wall clock, after which it is fetched again.
    max_bytes: of all the files together, unfinished ones included; the oldest are removed, never
        the one that is asked for.
    size, sha256: what the file must have; any other file is fetched again, and never returned.

    Raises ValueError for an invalid name and for a file of another size or checksum, TypeError
    for other wrong options; what `fetch` raises passes unchanged.
    """
    seconds("max_age", max_age)
    for option, number in (("max_bytes", max_bytes), ("size", size)):
        if number is not None and not (isinstance(number, int) and number >= 0):
            raise TypeError(f"{option} is a number of bytes, not {number!r}")
    if not callable(fetch):
        raise TypeError(f"fetch is a function that writes a file, not {fetch!r}")
    if sha256 is not None and not (isinstance(sha256, str) and len(sha256) == 64):
        raise TypeError("sha256 is 64 hexadecimal digits")
    _refuse_name(name)
    invocation.attach()
    file = _files.get(name)
    if file is None:
        file = _files.setdefault(name, _File(name, fetch))
    wanted = _Wanted(max_age, max_bytes, size, sha256 and sha256.lower(), clock)
    return file.get(fetch, wanted)


class _Wanted:
    """What a file must be."""

    def __init__(
        self,
        max_age: "Optional[float]",
        max_bytes: "Optional[int]",
        size: "Optional[int]",
        sha256: "Optional[str]",
        clock: "Callable[[], float]",
    ) -> None:
        self.max_age = FOREVER if max_age is None else max_age
        self.max_bytes = max_bytes
        self.size = size
        self.sha256 = sha256
        self.clock = clock


class _File(lifecycle.Participant):
    """One name, and what this process knows of the file."""

    def __init__(self, name: str, fetch: "Callable[[str], Any]") -> None:
        super().__init__()
        self._name = name
        self._counters = Counters(name, "file", call_site(fetch))
        self._has_failed = False
        self._seen: "Optional[Identity]" = None
        self._verified: "tuple[Optional[Identity], Optional[str]]" = (None, None)

    def get(self, fetch: "Callable[[str], Any]", wanted: _Wanted) -> str:
        """The path of the file, fetched where it has to be."""
        folder = _folder()
        path = os.path.join(folder, self._name)
        if self._why_not(path, wanted) is None:
            self._counters.hit()
            return path
        os.makedirs(folder, exist_ok=True)
        with _lock_file(folder, self._name) as lock:
            _take(lock)
            reason = self._why_not(path, wanted)  # another one may have fetched it meanwhile
            if reason is None:
                self._counters.hit()
            else:
                self._fetch(path, fetch, wanted, reason)
        return path

    def after_fork(self) -> None:
        """The file stays; the counts go on on the child's own page."""
        self._counters.leave_page()

    def after_restore(self) -> None:
        """The file stays, in the clone's own copy of /tmp."""
        self._counters.leave_page()

    def forget(self) -> None:
        """A new container has an empty /tmp."""
        self._counters.forget()
        _unlink(os.path.join(_folder(), self._name))
        self._seen = None
        self._has_failed = False

    def _why_not(self, path: str, wanted: _Wanted) -> "Optional[str]":
        """Why the file has to be fetched, or None."""
        identity = _identity(path)
        if identity is None:
            return self._or_error("evicted" if self._seen else "first")
        size, _, changed_ns = identity
        if wanted.size not in (None, size) or not self._has_sum(path, identity, wanted.sha256):
            return self._or_error("invalid")
        changed = changed_ns / 1e9
        # A file's time may be a tick of the kernel's clock (4 ms) ahead of time.time().
        if not changed - 1 <= wanted.clock() < changed + wanted.max_age:
            return self._or_error("expired")
        self._seen = identity
        self._has_failed = False
        return None

    def _or_error(self, reason: str) -> str:
        return "error" if self._has_failed else reason

    def _has_sum(self, path: str, identity: "Identity", sha256: "Optional[str]") -> bool:
        """Whether the file has this sum; read once as long as it is the same file."""
        if sha256 is None or self._verified == (identity, sha256):
            return True
        if _sum_of(path) != sha256:
            return False
        self._verified = (identity, sha256)
        return True

    def _fetch(
        self, path: str, fetch: "Callable[[str], Any]", wanted: _Wanted, reason: str
    ) -> None:
        self._counters.miss(reason)
        in_init = invocation.in_init()
        unfinished = os.path.join(os.path.dirname(path), f"{FETCHING}{os.getpid()}-{self._name}")
        start_ns = time.perf_counter_ns()
        try:
            _remove_leftovers(self._name)
            if wanted.size is not None and wanted.max_bytes is not None:
                _make_room(self._name, wanted.max_bytes - wanted.size)
            fetch(unfinished)
            _verify(unfinished, self._name, wanted)
            now = wanted.clock()
            os.utime(unfinished, (now, now))
            os.rename(unfinished, path)
        except BaseException:
            self._has_failed = True
            _unlink(unfinished)
            self._counters.failed((time.perf_counter_ns() - start_ns) // 1000)
            raise
        self._has_failed = False
        self._counters.built((time.perf_counter_ns() - start_ns) // 1000, in_init)
        self._seen = _identity(path)
        if self._seen is not None:
            self._verified = (self._seen, wanted.sha256)
            if wanted.max_bytes is not None:
                _make_room(self._name, wanted.max_bytes - self._seen[0])


_files: "dict[str, _File]" = {}


def _lock_file(folder: str, name: str) -> "IO[bytes]":
    """The file whose lock is this name's; closed, and the lock with it, however its use ends."""
    return open(os.path.join(folder, LOCK + name), "ab", buffering=0, opener=_private)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)


def _take(lock: "IO[bytes]") -> None:
    """Wait until no other thread and no other process of the container holds it."""
    import fcntl

    fcntl.flock(lock, fcntl.LOCK_EX)


def _is_held(name: str) -> bool:
    """Whether a fetch of this name is under way somewhere."""
    import fcntl

    if not os.path.exists(os.path.join(_folder(), LOCK + name)):
        return False
    try:
        with _lock_file(_folder(), name) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    return False


def _remove_leftovers(own: str) -> None:
    """Remove what fetches left that were ended on their way; the lock of `own` is held by us.

    A library may write to `<path>.<something>` first, as boto3's download_file does.
    """
    for entry in _entries():
        if entry.name.startswith(FETCHING):
            name = entry.name[len(FETCHING) :].partition("-")[2]
            names = {name, name.rpartition(".")[0]} - {"", own}
            if not any(_is_held(other) for other in names):
                _unlink(entry.path)


def _entries() -> "list[os.DirEntry[str]]":
    with os.scandir(_folder()) as entries:
        return list(entries)


def _refuse_name(name: "Any") -> None:
    if not isinstance(name, str):
        raise TypeError(f"a file name is a text, not {name!r}")
    if name in ("", ".", "..") or "/" in name or "\0" in name or name.startswith((FETCHING, LOCK)):
        raise ValueError(f"{name!r} is not a file name without folders")


def _verify(path: str, name: str, wanted: _Wanted) -> None:
    try:
        size = os.stat(path).st_size
    except FileNotFoundError:
        raise ValueError(f"fetch of {name} wrote no file") from None
    if wanted.size not in (None, size):
        raise ValueError(f"{name} has {size} bytes, not {wanted.size}")
    if wanted.max_bytes is not None and size > wanted.max_bytes:
        raise ValueError(f"{name} has {size} bytes, more than max_bytes={wanted.max_bytes}")
    if wanted.sha256 is not None and _sum_of(path) != wanted.sha256:
        raise ValueError(f"{name} does not have the sha256 that it must have")


def _sum_of(path: str) -> str:
    from hashlib import sha256

    result = sha256()
    with open(path, "rb") as file:
        while True:
            data = file.read(CHUNK)
            if not data:
                return result.hexdigest()
            result.update(data)


def _make_room(keep: str, room: int) -> None:
    """Remove the oldest files until all but `keep` take at most `room` bytes.

    What others are fetching just now takes room, but is not ours to remove.
    """
    files, total = [], 0
    own = f"{FETCHING}{os.getpid()}-{keep}"
    for entry in _entries():
        identity = None if entry.name in {keep, own} else _identity(entry.path)
        if identity is not None:
            total += identity[0]
            if not entry.name.startswith((FETCHING, LOCK)):
                files.append((identity[2], entry.path, identity[0]))
    for _, path, size in sorted(files):
        if total <= room:
            return
        _unlink(path)
        total -= size


def _identity(path: str) -> "Optional[Identity]":
    """Size, inode and time of change of a file; None where there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_size, status.st_ino, status.st_mtime_ns


def _folder() -> str:
    return os.path.join(os.environ.get("TMPDIR") or "/tmp", FOLDER)


def _unlink(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass
