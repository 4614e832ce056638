"""What must survive a reset: the state of a container, kept in /tmp.

Lambda kills and restarts the extension when an invocation times out or a process crashes, and /tmp
stays. Without this file one container would look like many. It is written before the lines that it
accounts for: when the process is killed between the two a line is missing, which its number shows,
but nothing is ever reported twice.

The file is a little larger than needed, so that it can be written over in place, where /tmp is
full too. Where the whole is no more than a page of memory it always is: such a write is not cut off
when the process is killed, and a file that takes another's place costs far more CPU, for ext4 then
writes to the disk at once. Where there was never room for the file, the name of an empty one says
what must not come twice: which numbers were used, and up to when. What helper pages held by then is
taken for reported.
"""

import json

from . import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NAME = "container.json"
MAX_BYTES = 4 * 1024 * 1024
MARK = "reported-"
MARKED = ("is_reset", "sequence", "told_to_ms", "started_ms")
MAX_NAMES = 4096
"""Names in the folder among which a mark is looked for."""
UNIT = 4096
"""The file's size is a multiple of it: what a disk gives out at a time."""
SPARE = 1024
HEAD = '{"check":"%08x","state":'
HEAD_SIZE = len(HEAD % 0)


class StateFile:
    """The file that one process leaves for the next."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._path = folder + "/" + NAME
        self._mark: "str | None" = None
        self._size = 0
        """Of the file that this process has written last."""

    def load(self) -> "dict[str, Any] | None":
        """What the process before this one left; None where there is nothing, or it is damaged."""
        data = (files.read_file(self._path, MAX_BYTES, False) or b"").rstrip(b" \n")
        state = data[HEAD_SIZE:-1]
        if data[:HEAD_SIZE] != (HEAD % files.crc32(state)).encode() or data[-1:] != b"}":
            return None
        try:
            value = json.loads(state.decode())
        except Exception:
            return None
        return value if isinstance(value, dict) else None

    def load_mark(self) -> "dict[str, Any] | None":
        """The part of a state that a process left which could write no file; None without one."""
        names = files.names_in(self._folder)
        for number, name in enumerate(names):
            if name.startswith(MARK):
                self._mark = self._mark or name
            if number >= MAX_NAMES:
                break
        return None if self._mark is None else _read_mark(self._mark)

    @property
    def is_damaged(self) -> bool:
        """Whether there is something in the file's place."""
        return files.exists(self._path)

    def save(self, snapshot: "dict[str, Any]") -> bool:
        """Leave this for the next process; whether it could be written."""
        pieces, size = _document(snapshot)
        is_saved = (
            (size == self._size == UNIT and bool(files.write_over(self._path, pieces, size)))
            or files.replace_file(self._path, pieces, size)
            or self._make_folder_and_try(pieces, size)
            or bool(files.write_over(self._path, pieces, size))
        )
        if not is_saved:
            # What is left of an older state would be gone on from: its numbers would come twice.
            files.remove(self._path)
            is_saved = files.replace_file(self._path, pieces, size)
        self._size = size if is_saved else 0
        self._set_mark(None if is_saved else _mark_of(snapshot))
        return is_saved

    def _make_folder_and_try(self, pieces: "tuple[bytes, ...]", size: int) -> bool:
        if files.exists(self._folder):
            return False
        files.make_folder(self._folder)
        return files.replace_file(self._path, pieces, size)

    def _set_mark(self, mark: "str | None") -> None:
        old, self._mark = self._mark, mark
        if mark == old:
            return
        if mark is None:
            files.remove(self._folder + "/" + str(old))
        elif old is None or not files.rename(self._folder + "/" + old, self._folder + "/" + mark):
            files.write_new(self._folder + "/" + mark, (), 0)


def _document(snapshot: "dict[str, Any]") -> "tuple[tuple[bytes, ...], int]":
    """What the file holds, in pieces, and its size."""
    state = json.dumps(snapshot).encode()
    size = (HEAD_SIZE + len(state) + 1 + SPARE + UNIT - 1) // UNIT * UNIT
    return ((HEAD % files.crc32(state)).encode(), state, b"}"), size


def _mark_of(snapshot: "dict[str, Any]") -> str:
    marked = dict(snapshot, is_reset=int(snapshot["state"] == "reset"))
    values = [marked[name] for name in MARKED] + list(snapshot["totals"])
    return MARK + "-".join(["" if value is None else "%x" % value for value in values])


def _read_mark(name: str) -> "dict[str, Any] | None":
    try:
        values = [int(word, 16) if word else None for word in name[len(MARK) :].split("-")]
        is_reset, sequence, told_to_ms, started_ms = values[: len(MARKED)]
    except ValueError:
        return None
    return {
        "state": "reset" if is_reset else "idle",
        "has_told_first": bool(sequence),
        "sequence": sequence or 0,
        "told_to_ms": told_to_ms or 0,
        "started_ms": started_ms,
        "totals": values[len(MARKED) :],
    }
