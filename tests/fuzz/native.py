"""The native reader's C code, as CPython can call it: what MicroPython's module `native` is."""

import ctypes
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from reuse_extension.core import batches

ROOT = Path(__file__).parents[2]
MODULE = ROOT / "extension" / "reuse_extension" / "runtime" / "modules" / "native"
SOURCES = (MODULE / "reader.c", MODULE / "message.c")
BUILT = ROOT / "build" / "fuzz"
COMPILER = shutil.which("gcc") or shutil.which("cc")
ABSENT = -1
NUMBERS = ("duration_us", "billed_ms", "memory_size_mb", "memory_used_mb", "init_us", "restore_us")
TEXTS = ("request_id", "status", "error_type", "tenant_id")


class Text(ctypes.Structure):
    """struct text of reader.h."""

    _fields_ = (("at", ctypes.c_void_p), ("size", ctypes.c_size_t))

    @property
    def value(self) -> str | None:
        return ctypes.string_at(self.at, self.size).decode("ascii") if self.size else None


class Record(ctypes.Structure):
    """struct record of reader.h."""

    _fields_ = (
        ("kind", ctypes.c_int),
        ("start", ctypes.c_size_t),
        ("end", ctypes.c_size_t),
        ("time_ms", ctypes.c_int64),
        *[(name, Text) for name in TEXTS],
        *[(name, ctypes.c_int64) for name in NUMBERS],
    )


def build(name: str, *arguments: str, sources: Sequence[Path] = SOURCES) -> Path:
    """Compile the reader with these arguments into build/fuzz. Raises CalledProcessError."""
    BUILT.mkdir(parents=True, exist_ok=True)
    command = [COMPILER, "-std=gnu11", f"-I{MODULE}", *sources, *arguments]
    subprocess.run([*command, "-o", BUILT / name], check=True, capture_output=True)
    return BUILT / name


class NativeReader:
    """The functions of `native` that have to do with reading."""

    find_piece = staticmethod(batches.find_piece)

    def __init__(self) -> None:
        self._library = ctypes.CDLL(str(build("reader.so", "-O1", "-shared", "-fPIC")))
        self._library.read_invoke.restype = Text
        self._library.read_message.restype = ctypes.c_size_t
        self._library.is_served.restype = ctypes.c_bool

    def read_batch(self, body: bytes, makers: tuple) -> list | None:
        record, at, events = Record(), ctypes.c_size_t(0), []
        while True:
            found = self._library.read_record(
                body, ctypes.c_size_t(len(body)), ctypes.byref(at), ctypes.byref(record)
            )
            if found != 1 or len(events) == batches.MAX_EVENTS:
                return self._joined(events) if found == 0 and events else None
            copy = Record.from_buffer_copy(record)
            events.append((copy, _event(record, body, makers)))

    def _joined(self, left: list[tuple[Record, object]]) -> list:
        """As usual.c does, by the C code's decision which three are one."""
        events = []
        while left:
            three = [record for record, _ in left[:3]]
            if [record.kind for record in three] == [1, 2, 3] and self._library.is_served(
                *map(ctypes.byref, three)
            ):
                events.append(batches.joined(*[event for _, event in left[:3]]))
                left = left[3:]
            else:
                events.append(left[0][1])
                left = left[1:]
        return events

    def read_invoke(self, body: bytes) -> str | None:
        return self._library.read_invoke(body, ctypes.c_size_t(len(body))).value

    def read_message(self, data: bytes, size: int, is_response: bool) -> bytes | None:
        at = self._library.read_message(data, ctypes.c_size_t(size), ctypes.c_bool(is_response))
        return data[at:size] if at else None


def _event(record: Record, body: bytes, makers: tuple) -> object:
    if record.kind == 0:
        return makers[0](body[record.start : record.end])
    values = {name: getattr(record, name).value for name in TEXTS}
    for name in ("time_ms", *NUMBERS):
        number = getattr(record, name)
        values[name] = None if number == ABSENT else number
    fields = [values["time_ms" if name == "time" else name] for name in makers[record.kind]._fields]
    return makers[record.kind](*fields)
