"""The bytes of one log file, whatever it is: compressed, cut off, UTF-16, a pipe.

Content decides, not the name: a `.gz` may be plain text, and S3 objects have no suffix at all.
"""

import bz2
import codecs
import io
import itertools
import lzma
import os
import stat
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from reuse_cli.sources.notes import Notes

CHUNK = 1 << 20
PIECE = 1 << 14
GZIP, BZIP2, XZ, ZSTANDARD = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"(\xb5/\xfd"
SKIPPABLE = tuple(bytes([number]) + b"*M\x18" for number in range(0x50, 0x60))
"""How a frame begins that holds no data (RFC 8878, 3.1.2): pzstd writes one before each other."""


def zstandard() -> ModuleType:
    """The module for Zstandard, imported for the few logs that need it: it takes 7 ms."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


Magic = tuple[bytes, ...]
"""How data may begin."""
DECOMPRESSORS: tuple[tuple[Magic, Callable[[], Any], str], ...] = (
    ((GZIP,), lambda: zlib.decompressobj(wbits=31), "gzip"),
    ((BZIP2,), bz2.BZ2Decompressor, "bzip2"),
    ((XZ,), lzma.LZMADecompressor, "xz"),
    ((ZSTANDARD, *SKIPPABLE), lambda: zstandard().ZstdDecompressor(), "Zstandard"),
)
COMPRESSED: Magic = tuple(itertools.chain(*(magic for magic, _, _ in DECOMPRESSORS)))
MAX_PACKED = 3
"""How many times a file may have been compressed."""
HEAD = 16
"""Bytes that say what a file is."""
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
UNREAD = {
    b"PK\x03\x04": "a zip archive; unpack it first",
    b"PK\x05\x06": "an empty zip archive",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "a database",
    b"\x89PNG": "a picture",
    b"\x7fELF": "a program",
}
"""What is known, and not read."""
YAML = (b"events:\n- ", b"events:\r\n- ", b"- events:\n", b"- events:\r\n")
"""How the AWS CLI begins with `--output yaml` and `yaml-stream`; it folds long lines."""


class UnreadableError(Exception):
    """Why a file, or the rest of it, cannot be read."""


def is_binary(head: bytes) -> bool:
    """Whether a file that begins like this is neither text nor compressed."""
    return b"\x00" in head and not head.startswith((*COMPRESSED, *UTF_16))


def chunks(path: Path, notes: Notes) -> Iterator[bytes]:
    """The text of a file in chunks, UTF-8 as far as it is text; what goes wrong is noted."""
    try:
        with open_file(path) as file:
            notes.files += 1
            for chunk in text_of(file):
                notes.size += len(chunk)
                yield chunk
    except UnreadableError as error:
        notes.problems.append(f"{path}: {error}")
    except OSError as error:
        notes.problems.append(f"{path}: {error.strerror or error}")


def open_file(path: Path) -> IO[bytes]:
    """Open a file or a pipe, without waiting for one that nobody writes to.

    Raises OSError, and UnreadableError for what is neither.
    """
    if str(path) == "-":
        return os.fdopen(os.dup(0), "rb", buffering=0)
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    mode = os.fstat(descriptor).st_mode
    file = os.fdopen(descriptor, "rb", buffering=0)
    if stat.S_ISREG(mode):
        return file
    if not stat.S_ISFIFO(mode) and not stat.S_ISCHR(mode):
        file.close()
        raise UnreadableError("not a regular file")
    os.set_blocking(descriptor, True)  # without a writer the first read is the end
    return file


def text_of(file: IO[bytes]) -> Iterator[bytes]:
    """The text of an open file in chunks. Raises UnreadableError after what could be read."""
    yield from _utf_8(_unpacked(_raw(file, _read_full(file, HEAD)), MAX_PACKED))


class Text(io.RawIOBase):
    """The text of an open file as a file of its own, for readers that take no chunks."""

    def __init__(self, file: IO[bytes]) -> None:
        self._chunks = text_of(file)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Some bytes, 0 at the end. Raises UnreadableError."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def _unpacked(data: Iterator[bytes], layers: int) -> Iterator[bytes]:
    """What was compressed, up to so many times: Firehose compresses what CloudWatch Logs has."""
    head = _beginning(data)
    for magic, name in UNREAD.items():
        if head.startswith(magic):
            raise UnreadableError(name)
    data = itertools.chain([head], data)
    for begin, new, name in DECOMPRESSORS:
        if head.startswith(begin) and layers:
            yield from _unpacked(_decompressed(data, new, name), layers - 1)
            return
    yield from data
    if head.startswith(YAML):
        raise UnreadableError("YAML, of which what is on one line was read; use --output json")


def _beginning(data: Iterator[bytes]) -> bytes:
    """The first bytes, HEAD of them at least where there are so many."""
    found = b""
    for chunk in data:
        found += chunk
        if len(found) >= HEAD:
            break
    return found


def _read_full(file: IO[bytes], size: int) -> bytes:
    """`size` bytes, less only at the end: pipes give them in pieces."""
    found = io.BytesIO()
    while found.tell() < size and (piece := file.read(size - found.tell())):
        found.write(piece)
    return found.getvalue()


def _raw(file: IO[bytes], head: bytes) -> Iterator[bytes]:
    if head:
        yield head
    while chunk := file.read(CHUNK):
        yield chunk


def _decompressed(data: Iterator[bytes], new: Callable[[], Any], name: str) -> Iterator[bytes]:
    """All members of a compressed file; what is whole of a file that is cut off or damaged."""
    decompressor = new()
    for piece in _pieces(data):
        rest = piece
        while rest:
            if decompressor.eof:
                rest = rest.lstrip(b"\x00")  # archives on tape are padded
                decompressor = new() if rest else decompressor
            try:
                yield from _grown(decompressor, rest) if rest else ()
            except (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError) as error:
                raise UnreadableError(f"damaged {name} data: {error}") from None
            except zstandard().ZstdError as error:
                # Perhaps not damaged: a window above 128 MB, or a dictionary.
                reason = str(error).rpartition(": ")[2]
                raise UnreadableError(f"{name} data that cannot be read: {reason}") from None
            rest = decompressor.unused_data if rest and decompressor.eof else b""
    if not decompressor.eof:
        raise UnreadableError(f"the {name} data is cut off; what is whole was read")


def _grown(decompressor: Any, packed: bytes) -> Iterator[bytes]:
    """What a piece becomes, at most CHUNK bytes at a time: Zstandard makes 128 kB of four bytes."""
    if not hasattr(decompressor, "needs_input"):  # zlib's, which makes a thousand of one at most
        yield decompressor.decompress(packed)
        return
    yield decompressor.decompress(packed, CHUNK)
    while not (decompressor.eof or decompressor.needs_input):
        yield decompressor.decompress(b"", CHUNK)


def _pieces(data: Iterator[bytes]) -> Iterator[bytes]:
    """Small pieces, because each may grow a thousandfold."""
    for chunk in data:
        for i in range(0, len(chunk), PIECE):
            yield chunk[i : i + PIECE]


def _utf_8(data: Iterator[bytes]) -> Iterator[bytes]:
    """The same text without a byte order mark, from UTF-16 where it is that."""
    first = next((chunk for chunk in data if chunk), b"")
    if first[:2] in UTF_16:
        decoder = codecs.getincrementaldecoder("utf-16")("replace")
        yield decoder.decode(first).encode("utf-8", "replace")
        for chunk in data:
            yield decoder.decode(chunk).encode("utf-8", "replace")
        return
    yield first.removeprefix(codecs.BOM_UTF8)
    yield from data
