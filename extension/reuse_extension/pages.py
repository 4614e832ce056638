"""Reads the helper's pages: one file a process of the function, in a folder in /tmp.

A function may fork on every invocation, and anybody may write into the folder, so no call reads
more than a part of it. A record looks at the pages of processes that lived when they were looked at
last, and at some new ones; `has_more` says that there are others, and the next calls read on from
there. The page of a process that has ended does not change any more: it is read once, and then
goes.
"""

from lambda_reuse import page_format

from . import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

MAX_NEW = 32
"""Pages not seen before that are read at a time: some milliseconds."""
MAX_NAMES = 512
"""Names that are looked at at a time."""
MAX_LIVE = 256
"""Pages of living processes that are read for a record; more than that take turns. Lambda Managed
Instances run one process for each concurrent request."""
MAX_TRACKED = 1024
"""Pages of living processes that are remembered. The others are read when their processes end."""
MAX_STEPS = 64
"""Calls that one record is worth; what is left then is left to the next one."""
HEAD_SIZE = page_format.slot_at(4)
"""Read at once; with more slots in use, the rest of the page is read, too."""
MAX_PID = 10**9


class Pages:
    """The folder of pages."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._names: "Iterator[str] | None" = None  # the folder, where it is being read
        self._new: "list[str]" = []  # names found there, and not read yet, oldest first
        self._live: "list[str]" = []
        self._tracked: "set[str]" = set()  # the names in _live, and those that cannot be removed
        self._ended: "list[str]" = []  # read for the last time
        self._steps = 0
        self._can_see_processes = _can_see_processes()

    @property
    def has_more(self) -> bool:
        """Whether `read_more` would read something."""
        return (self._names is not None or bool(self._new)) and self._steps < MAX_STEPS

    def read(self) -> "list[tuple[str, Any]]":
        """(name, page) of the pages that a record is about; None for one that is gone."""
        self._steps = 0
        if self._names is None and not self._new:
            self._names = files.names_in(self._folder)
        turn, self._live = self._live[:MAX_LIVE], self._live[MAX_LIVE:]
        return [self._read(name) for name in turn] + self.read_more()

    def read_more(self) -> "list[tuple[str, Any]]":
        """(name, page) of some pages that no earlier call has read."""
        self._steps += 1
        if not self._new:
            self._find_new()
        turn, self._new = self._new[:MAX_NEW], self._new[MAX_NEW:]
        return [self._read(name) for name in turn]

    def remove_ended(self) -> "list[str]":
        """Remove the pages that were read for the last time; the names of those that are gone.

        Call it when all that they hold is counted, and that fact is safe.
        """
        ended, self._ended = self._ended, []
        gone = []
        for name in ended:
            if files.remove(self._folder + "/" + name):
                gone.append(name)
            elif len(self._tracked) < 2 * MAX_TRACKED:
                self._tracked.add(name)  # not to be read again and again
        return gone

    @property
    def ended_count(self) -> int:
        """How many pages `remove_ended` would remove."""
        return len(self._ended)

    def _find_new(self) -> None:
        if self._names is None:
            return
        for _ in range(MAX_NAMES):
            name = next(self._names, None)
            if name is None:
                self._names = None
                break
            if _is_page(name) and name not in self._tracked:
                self._new.append(name)
        self._new.sort(key=_age_order)

    def _read(self, name: str) -> "tuple[str, Any]":
        # Whether it lives is asked before: what it counts after that must not be taken for read.
        is_alive = not self._can_see_processes or _is_alive(name.partition("-")[0])
        path = self._folder + "/" + name
        data = files.read_file(path, HEAD_SIZE, False)
        if data is not None and page_format.size_in_use(data) > len(data):
            data = files.read_file(path, page_format.PAGE_SIZE, False)
        page = None if data is None else page_format.read(data)
        is_gone = data is None and name in self._tracked and not files.exists(path)
        if is_gone or (data is not None and not is_alive):
            self._ended.append(name)
        if is_alive and page is not None and self._has_room_for(name):
            self._live.append(name)
            self._tracked.add(name)
        else:
            self._tracked.discard(name)
        return name, page

    def _has_room_for(self, name: str) -> bool:
        return name in self._tracked or len(self._tracked) < MAX_TRACKED


def _is_page(name: str) -> bool:
    """Whether a name is <pid>-<start>.page, in ASCII digits."""
    if not name.endswith(page_format.SUFFIX) or len(name) > 48:
        return False
    pid, _, start = name[: -len(page_format.SUFFIX)].partition("-")
    return _is_number(pid) and _is_number(start) and int(pid) < MAX_PID


def _is_number(digits: str) -> bool:
    for character in digits:
        if character not in "0123456789":
            return False
    return bool(digits)


def _age_order(name: str) -> "tuple[int, str]":
    """A page's name by its start."""
    return (int(name[: -len(page_format.SUFFIX)].partition("-")[2]), name)


def _is_alive(pid: str) -> bool:
    """Whether a process is there, and more than a child that nobody has waited for."""
    return _status(pid)[:1] not in (b"", b"Z", b"X")


def _status(pid: str) -> bytes:
    """proc(5): what follows the name in /proc/PID/stat, which begins with the state."""
    return (files.read_file("/proc/" + pid + "/stat", 512, True) or b"").rpartition(b") ")[2]


def _can_see_processes() -> bool:
    """Whether /proc shows the function's processes.

    Not where there is no /proc, nor where this process was put into a namespace of its own: then it
    has no parent there.
    """
    words = _status("self").split()
    return len(words) > 1 and words[1] != b"0"
