"""Pages as the helper's processes leave them, of any process and with any number of hits."""

import struct
import subprocess
import sys
from pathlib import Path

from lambda_reuse import page_format


def ended_pid() -> int:
    """The number of a process that is not there any more."""
    process = subprocess.Popen([sys.executable, "-S", "-c", ""])
    process.wait()
    return process.pid


def page_of(hits: int, started_ms: int = 1, name: str = "client") -> bytes:
    """One resource with so many hits and one build."""
    data = bytearray(page_format.PAGE_SIZE)
    header = page_format.pack_header(7, started_ms)
    data[: len(header)] = header
    at = page_format.slot_at(0)
    texts = page_format.pack_slot_texts(name, "resource", "app.py:1")
    data[at : at + len(texts)] = texts
    struct.pack_into("2Q", data, at + page_format.COUNTERS_AT, hits, 1)
    data[page_format.SLOTS_USED_AT] = 1
    return bytes(data)


def leave(folder: Path, pid: int, started_ms: int, hits: int) -> Path:
    """Write a page, in TMPDIR `folder`, as a process does: whole before it has its name."""
    path = folder / page_format.FOLDER / f"{pid}-{started_ms}{page_format.SUFFIX}"
    path.parent.mkdir(exist_ok=True)
    unfinished = path.with_suffix(".new")
    unfinished.write_bytes(page_of(hits, started_ms))
    unfinished.rename(path)
    return path


def names(folder: Path) -> list[str]:
    """The names of the pages that are there."""
    return sorted(path.name for path in (folder / page_format.FOLDER).glob("*.page"))
