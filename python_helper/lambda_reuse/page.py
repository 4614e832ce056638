"""The page in use: where this process counts, and the names that the counters belong to.

The file (`page_file`) is made when something is counted for the first time, not at import. Where it
cannot be made, the same bytes are kept in memory: everything counts as before, nobody reads it.

A forked child makes a page of its own at its first count. So does the process of a container that
was restored from a SnapStart snapshot: /tmp is part of the snapshot, and what stands on the page in
it was counted while the snapshot was made. The new page says that it is the container's own.

On Lambda a page outlives its process, for the extension to read it; elsewhere it is removed at
exit.
"""

import os
import time
from _thread import RLock

from .invocation import ON_LAMBDA, TMP
from .notice import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    from .page_format import Phase

# As in `page_format` (a test compares), which is loaded with the page and not at import.
OTHER = 63  # the last slot, for all the resources that there is no slot for
OTHER_NAME = "(other)"
WIDTH = 17
NAME_SIZE = 112

path: "Optional[str]" = None
"""The page's file; None where it is not made yet, or kept in memory."""

counting = RLock()
"""Held while something is added to counters, but for hits that are atomic without it."""
_lock = RLock()
_slots: "list[tuple[str, str, str]]" = []  # name, kind, call site of the slots taken, in order
_phases: "list[Phase]" = []
things: "dict[tuple[str, str, str], set[int]]" = {}
"""Name, kind, call site -> hashes of what was built there in this process."""
_duplicate_counts: "dict[int, list[int]]" = {}
"""Slot -> what those who share it have counted, but its first."""
_buffer: "Optional[memoryview]" = None
_kept_in_memory: "dict[int, memoryview]" = {}  # slot -> counters, where there can be no page at all
_is_restored = False
_warned: "set[str]" = set()


def claim_slot(name: str, kind: str, call_site: str) -> "tuple[int, bool]":
    """The slot for a resource, and whether it is the first to have it.

    The same name of the same kind at the same place is the same thing, however often it is defined.
    Another thing of that name gets a number, `name#2`.
    """
    with _lock:
        texts = (_cut(name), kind, call_site)
        number = 1
        while True:
            if texts in _slots:
                return _slots.index(texts), False
            if texts[0] != OTHER_NAME and all(texts[0] != slot[0] for slot in _slots):
                break
            number += 1
            texts = (_cut(name, f"#{number}"), kind, call_site)
        if number > 1:
            _say_once(
                f"several resources are named {name}: they are counted as {_cut(name, '#2')}"
                " and so on (name= gives them other names)"
            )
        return _append(texts)


def _append(texts: "tuple[str, str, str]") -> "tuple[int, bool]":
    index = len(_slots)
    if index >= OTHER:
        texts = (OTHER_NAME, "other", "")
        if index > OTHER:
            return OTHER, False
    _slots.append(texts)
    if _buffer is not None:
        _write_slot(_buffer, index)
    return index, index != OTHER


def view(index: int) -> memoryview:
    """The counters of a slot, in the order of COUNTERS; makes the page where there is none."""
    with _lock:
        try:
            from . import page_format

            at = page_format.slot_at(index) + page_format.COUNTERS_AT
            return _page()[at : at + 8 * WIDTH].cast("Q")
        except (OSError, ImportError) as error:  # no descriptor is left to import anything with
            _pass_timeouts(error)
            return _in_memory(index, error)


def duplicate_counts(index: int) -> "list[int]":
    """What those who share a slot have counted there, all but the first."""
    return _duplicate_counts.setdefault(index, [0] * WIDTH)


def add_phase(name: str, start_ms: int, duration_us: int, has_failed: bool) -> None:
    """Write a phase entry. The last one is "(other)": what comes after it is added up there."""
    with _lock:
        try:
            _add_phase(name, start_ms, duration_us, has_failed)
        except (OSError, ImportError) as error:  # as in `view`
            _pass_timeouts(error)
            _say_that_nothing_is_recorded(error)


def _add_phase(name: str, start_ms: int, duration_us: int, has_failed: bool) -> None:
    from . import page_format

    index = len(_phases)
    phase = page_format.Phase(name, start_ms, duration_us, int(has_failed))
    if index >= page_format.PHASES - 1:
        phase = phase._replace(name=OTHER_NAME)
        if index == page_format.PHASES:
            index -= 1
            last = _phases.pop()
            phase = last._replace(
                duration_us=last.duration_us + duration_us,
                failed=int(has_failed or bool(last.failed)),
            )
    buffer = _page()
    _phases.append(phase)
    _write_phase(buffer, index)


def forget() -> None:
    """Start again: this page goes, and all slots are free again."""
    global _is_restored
    _remove_own()
    leave()
    with _lock:
        _is_restored = False
        _slots.clear()


def leave(*, is_restored: bool = False) -> None:
    """Leave this page as it is, and make a new one at the next count.

    From `is_restored` on, pages say that they were begun after the restore from a snapshot.
    """
    global _buffer, _is_restored, path
    with _lock:
        _is_restored = _is_restored or is_restored
        _buffer = None
        path = None
        _duplicate_counts.clear()
        _kept_in_memory.clear()
        things.clear()
        _phases.clear()


def renew_locks() -> None:
    """In a forked child: threads that are not there any more may have held them."""
    global counting, _lock
    counting = RLock()
    _lock = RLock()


def _page() -> memoryview:
    global _buffer, path
    if _buffer is None:
        started_ms = int(time.time() * 1000)
        try:
            from . import page_file

            mapped, path = page_file.create(_empty_page(started_ms), started_ms)
            _buffer = memoryview(mapped)
            if not ON_LAMBDA and "AWS_LAMBDA_RUNTIME_API" not in os.environ:
                page_file.at_exit(_remove_at_exit)
        except (OSError, ValueError, ImportError) as error:
            _pass_timeouts(error)
            _say_that_nothing_is_recorded(error)
            _buffer = memoryview(bytearray(_empty_page(started_ms)))
        for index in range(len(_slots)):
            _write_slot(_buffer, index)
    return _buffer


def _pass_timeouts(error: Exception) -> None:
    """Raise what a signal handler of the function has raised: the system's errors have a number."""
    if isinstance(error, OSError) and error.errno is None:
        raise error


def _in_memory(index: int, error: Exception) -> memoryview:
    _say_that_nothing_is_recorded(error)
    if index not in _kept_in_memory:
        _kept_in_memory[index] = memoryview(bytearray(8 * WIDTH)).cast("Q")
    return _kept_in_memory[index]


def _say_that_nothing_is_recorded(error: Exception) -> None:
    folder = os.path.join(TMP or os.environ.get("TMPDIR") or "/tmp", ".lambda-reuse")
    _say_once(f"nothing will be recorded, {folder} cannot hold a page: {error}")


def _empty_page(started_ms: int) -> bytes:
    from . import page_format

    header = page_format.pack_header(os.getpid(), started_ms, _is_restored)
    return header + bytes(page_format.PAGE_SIZE - len(header))


def _write_slot(buffer: memoryview, index: int) -> None:
    from . import page_format

    at = page_format.slot_at(index)
    buffer[at : at + page_format.COUNTERS_AT] = page_format.pack_slot_texts(*_slots[index])
    buffer[:128].cast("Q")[page_format.SLOTS_USED_AT // 8] = index + 1


def _write_phase(buffer: memoryview, index: int) -> None:
    from . import page_format

    at = page_format.phase_at(index)
    buffer[at : at + page_format.PHASE_SIZE] = page_format.pack_phase(_phases[index])
    buffer[:128].cast("Q")[page_format.PHASES_USED_AT // 8] = len(_phases)


def _remove_own() -> None:
    if path is not None:
        try:
            os.unlink(path)
        except OSError:
            pass


def _remove_at_exit(pid: int) -> None:
    if pid == os.getpid():
        _remove_own()


def _cut(name: str, end: str = "") -> str:
    """`name` as it will stand on the page, with room for `end`."""
    if len(name) + len(end) <= NAME_SIZE and name.isascii() and "\0" not in name:
        return name + end
    from .page_format import pack_text

    data = pack_text(name, NAME_SIZE - len(end))
    return data.rstrip(b"\0").decode("utf-8") + end


def _say_once(text: str) -> None:
    if text not in _warned:
        _warned.add(text)
        say(text)
