"""`lambda-reuse dashboard serve` as a process of its own, and what memory it has."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def served(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """(the process, the page's address) until the end of the block."""
    command = [sys.executable, "-m", "reuse_cli", "dashboard", "serve", str(folder), "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        address = next(word for word in process.stderr.readline().split() if "://" in word)
        yield process, address
    finally:
        process.terminate()
        process.communicate()


def memory_mb(pid: int) -> float:
    """Resident memory of a process, in MB (proc(5))."""
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = next(row for row in status.splitlines() if row.startswith("VmRSS:")).split()[1]
    return int(kilobytes) / 1000
