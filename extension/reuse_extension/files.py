"""Files and folders, as a process may touch them that runs in other people's /tmp.

Nothing waits (for a FIFO's writer), nothing but regular files is read and written, no link is
followed to write, and no folder is read all at once. What fails is an answer, not an error.
MicroPython has the functions in C (runtime/modules/native).
"""

import os
import sys

from .interpreter import IS_MICROPYTHON

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

if IS_MICROPYTHON:
    import native

    crc32 = native.crc32
    read_file = native.read_file
    write_new = native.write_new
    write_over = native.write_over
else:
    import binascii
    import stat

    crc32 = binascii.crc32

    _FLAGS = os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC

    def _open_regular(path: str, flags: int) -> "int | None":
        """The file number of a regular file, or None."""
        file = os.open(path, flags | _FLAGS, 0o600)
        if stat.S_ISREG(os.fstat(file).st_mode):
            return file
        os.close(file)
        return None

    def read_file(path: str, most: int, follows_links: bool) -> "bytes | None":
        """The first `most` bytes of a regular file, or None where it cannot be read."""
        try:
            file = _open_regular(path, os.O_RDONLY | (0 if follows_links else os.O_NOFOLLOW))
            if file is None:
                return None
            try:
                data = b""
                while len(data) < most:
                    piece = os.read(file, most - len(data))
                    if not piece:
                        break
                    data += piece
                return data
            finally:
                os.close(file)
        except (OSError, ValueError):
            return None

    def write_new(path: str, pieces: "tuple[bytes, ...]", size: int) -> bool:
        """Write a new file in place of what is at this path; whether it is there whole.

        All pieces, and blanks after them up to this size, at once.
        """
        remove(path)
        is_whole = _write(path, os.O_CREAT | os.O_EXCL, b"".join(pieces).ljust(size))
        if not is_whole:
            remove(path)
        return is_whole

    def write_over(path: str, pieces: "tuple[bytes, ...]", size: int) -> bool:
        """Write them over a file's beginning, which needs no room; False where it is smaller."""
        return _write(path, 0, b"".join(pieces).ljust(size))

    def _write(path: str, flags: int, data: bytes) -> bool:
        try:
            file = _open_regular(path, os.O_WRONLY | os.O_NOFOLLOW | flags)
            if file is None:
                return False
            try:
                if not flags and os.fstat(file).st_size < len(data):
                    return False
                while data:
                    data = data[os.write(file, data) :]
                return True
            finally:
                os.close(file)
        except (OSError, ValueError):
            return False


_MACHINES = {0x3E: "x86_64", 0xB7: "arm64"}
"""The ELF header's machine numbers of the architectures that Lambda has."""


def replace_file(path: str, pieces: "tuple[bytes, ...]", size: int) -> bool:
    """Write a file that is seen whole or not at all; whether it could be written."""
    return bool(write_new(path + ".new", pieces, size)) and rename(path + ".new", path)


def rename(path: str, other: str) -> bool:
    """Give a file another name, in place of what has it; whether it could be done."""
    try:
        os.rename(path, other)
        return True
    except OSError:
        return False


def exists(path: str) -> bool:
    """Whether there is something at this path."""
    try:
        os.stat(path)
        return True
    except OSError as error:
        return bool(error.args[0] != 2)  # ENOENT


def make_folder(path: str) -> None:
    """Make a folder if it is not there and can be made."""
    try:
        os.mkdir(path)
    except OSError:
        pass


def remove(path: str) -> bool:
    """Remove a file; whether there is none at this path now."""
    try:
        os.remove(path)
        return True
    except OSError as error:
        return bool(error.args[0] == 2)  # ENOENT


def names_in(folder: str) -> "Iterator[str]":
    """The names in a folder, as the folder has them; none where it cannot be read.

    Read it to its end: MicroPython closes the folder only there.
    """
    try:
        entries: "Any" = os.ilistdir(folder) if IS_MICROPYTHON else os.scandir(folder)  # type: ignore[attr-defined]
    except OSError:
        return
    while True:
        try:
            entry = next(entries)
        except StopIteration:
            return
        except OSError:
            return
        except UnicodeError:
            continue  # MicroPython: a name that is not text, which is none of ours
        yield entry[0] if IS_MICROPYTHON else entry.name


def architecture() -> "str | None":
    """The machine's architecture in Lambda's words, read from the running program itself."""
    head = read_file("/proc/self/exe", 20, True) or read_file(sys.executable or "", 20, True) or b""
    return _MACHINES.get(head[18]) if head.startswith(b"\x7fELF") and len(head) == 20 else None
