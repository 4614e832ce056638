"""The page of this process: made when something is first counted, and anew after a fork.

The format is described in `page_format`. A page that cannot be made is no failure: the helper
counts in memory then, where nobody but `cache_info` reads it, and says so once.
"""

import os
import sys
import time
from _thread import allocate_lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Union

    Counters = Union[memoryview, list[int]]

_lock = allocate_lock()
_page: "Page | None" = None
_has_complained = False
_on_fork: "list[Callable[[], None]]" = []


class Page:
    """One process's counters, in a mapped file or, where there can be none, in memory."""

    def __init__(self, memory: "memoryview", path: "str | None") -> None:
        from . import page_format

        self.path = path
        self._format = page_format
        self._memory = memory
        self._numbers = memory.cast("Q")
        self._slots_used = 0
        self._phases_used = 0

    def take_slot(self, name: str, kind: str, call_site: str) -> "tuple[Counters, int]":
        """(the counters of all slots, where this resource's begin)."""
        layout = self._format
        with _lock:
            index = self._slots_used
            if index >= layout.SLOTS - 1:
                # One slot is left, for everybody who comes from now on.
                name, kind, call_site, index = layout.OTHER, "", "", layout.SLOTS - 1
            if index == self._slots_used:
                at = layout.slot_at(index)
                texts = layout.pack_slot_texts(name, kind, call_site)
                self._memory[at : at + len(texts)] = texts
                self._slots_used = index + 1
                self._numbers[layout.SLOTS_USED_AT // 8] = self._slots_used
        return self._numbers, (layout.slot_at(index) + layout.COUNTERS_AT) // 8

    def add_phase(self, name: str, start_ms: int, duration_us: int, has_failed: bool) -> None:
        """Write one phase; when all entries are taken, the rest is added up in the last one."""
        layout = self._format
        with _lock:
            index = min(self._phases_used, layout.PHASES - 1)
            at = layout.phase_at(index)
            if index < self._phases_used:
                self._add_to_last_phase(at // 8 + layout.PHASE_NAME_SIZE // 8, duration_us)
                return
            if index == layout.PHASES - 1:
                name = layout.OTHER
            phase = layout.Phase(name, start_ms, duration_us, int(has_failed))
            entry = layout.pack_phase(phase)
            self._memory[at : at + len(entry)] = entry
            self._phases_used += 1
            self._numbers[layout.PHASES_USED_AT // 8] = self._phases_used

    def _add_to_last_phase(self, at: int, duration_us: int) -> None:
        self._numbers[at + 1] += duration_us


def current() -> "Page":
    """The page of this process."""
    global _page
    if _page is None:
        with _lock:
            if _page is None:
                _page = _make()
    return _page


def on_fork(forget: "Callable[[], None]") -> None:
    """Call this in a child process: what it counts from then on belongs in another page."""
    _on_fork.append(forget)


def _after_fork() -> None:
    global _page, _lock
    _page = None
    _lock = allocate_lock()  # another thread of the parent may have held it
    for forget in _on_fork:
        forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def folder() -> str:
    """Where pages lie."""
    from . import page_format

    return os.path.join(os.environ.get("TMPDIR") or "/tmp", page_format.FOLDER)


def _make() -> "Page":
    from . import page_format

    try:
        memory, path = _map(page_format.PAGE_SIZE, page_format.pack_header, page_format.SUFFIX)
    except (OSError, ValueError) as error:
        _complain(error)
        return Page(memoryview(bytearray(page_format.PAGE_SIZE)), None)
    if "AWS_LAMBDA_RUNTIME_API" not in os.environ:
        # Nobody reads it here. On Lambda it stays: the extension reads it after this process.
        import atexit

        atexit.register(_remove, path, os.getpid())
    return Page(memory, path)


def _map(
    size: int, pack_header: "Callable[[int, int], bytes]", suffix: str
) -> "tuple[memoryview, str]":
    """A new page's memory and path; under its name only when it is whole. Raises OSError."""
    import mmap

    started_ms = int(time.time() * 1000)
    place = folder()
    os.makedirs(place, exist_ok=True)
    path = os.path.join(place, f"{os.getpid()}-{started_ms}{suffix}")
    with open(path + ".new", "wb+") as file:
        # Written, not only sized: on a full disk a hole would kill the process when it is touched.
        header = pack_header(os.getpid(), started_ms)
        file.write(header + bytes(size - len(header)))
        file.flush()
        memory = memoryview(mmap.mmap(file.fileno(), size))
    os.rename(path + ".new", path)
    return memory, path


def _complain(error: Exception) -> None:
    global _has_complained
    if not _has_complained:
        _has_complained = True
        sys.stderr.write(f"lambda-reuse: the helper's counts will not be reported: {error}\n")


def _remove(path: str, pid: int) -> None:
    if os.getpid() == pid:
        try:
            os.unlink(path)
        except OSError:
            pass
