"""What `import lambda_reuse` adds to a cold start: time and memory, in fresh interpreters.

From the layer's zip, in a folder that cannot be written to, as /opt is; the Pythons of this machine
take turns.
"""

import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

STARTS = 40
LIMITS_MS = {"3.9": 7, "3.10": 7, "3.11": 3, "3.12": 3, "3.13": 3, "3.14": 3}
LIMIT_KIB = 1024

PROGRAM = """
import os, sys, time
sys.path.insert(0, sys.argv[1])

def resident_kib():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024

before, start = resident_kib(), time.perf_counter()
import lambda_reuse
print((time.perf_counter() - start) * 1000, resident_kib() - before)
"""


def unpacked(archive: Path, folder: Path) -> Path:
    """The layer's `python/` folder, where nothing can be written."""
    shutil.unpack_archive(archive, folder)
    python = folder / "python"
    for path in [*python.rglob("*"), python]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    return python


def interpreters() -> dict[str, str]:
    """The Pythons of this machine by their versions."""
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = {}
    for version in LIMITS_MS:
        own = sorted(str(path) for path in versions.glob(f"{version}.*/bin/python3"))
        path = next(iter(own), None) or shutil.which(f"python{version}")
        if sys.version_info[:2] == tuple(map(int, version.split("."))):
            path = sys.executable
        if path:
            found[version] = path
    return found


def measured(folder: Path) -> dict[str, tuple[float, float]]:
    """Median milliseconds and KiB that the import adds, by the version of Python."""
    pythons = interpreters()
    starts: dict[str, list[tuple[float, float]]] = {version: [] for version in pythons}
    for turn in range(STARTS + 1):
        for version, python in pythons.items():
            one = _start(python, folder)
            if turn:  # the first one reads the files
                starts[version].append(one)
    return {
        version: (
            statistics.median(ms for ms, _ in each),
            statistics.median(kib for _, kib in each),
        )
        for version, each in starts.items()
    }


def _start(python: str, folder: Path) -> tuple[float, float]:
    # -B: who may write everywhere would write compiled files beside the sources.
    command = [python, "-B", "-S", "-c", PROGRAM, str(folder)]
    plain = {"PATH": os.environ["PATH"], "TMPDIR": os.environ.get("TMPDIR", "/tmp")}
    done = subprocess.run(command, env=plain, capture_output=True, text=True, check=True)
    ms, kib = done.stdout.split()
    return float(ms), float(kib)
