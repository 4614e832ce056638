"""Small parts of the helper's tests."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from lambda_reuse import page, page_format

ROOT = Path(__file__).parents[2]
HELPER = ROOT / "python_helper"

VERSIONS = ("3.9", "3.10", "3.11", "3.12", "3.13")


class Clock:
    """A clock that is set."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class DownError(Exception):
    """What a factory raises that cannot build."""


class Factory:
    """Builds numbered values, and fails when told to."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.error: BaseException | None = None

    def __call__(self, *key: Any) -> str:
        self.calls.append(key)
        if self.error is not None:
            raise self.error
        return f"value {len(self.calls)}"

    def build(self) -> str:
        """Without a key."""
        return self()

    def build_for(self, key: Any) -> str:
        """With one."""
        return self(key)


class Value:
    """Something that may break and can be closed."""

    def __init__(self) -> None:
        self.is_healthy = True
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def page_on_disk() -> Any:
    """The page of this process, as the extension reads it."""
    assert page.path is not None
    found = page_format.read(Path(page.path).read_bytes())
    assert found is not None
    return found


def counted(name: str) -> dict[str, int]:
    """What the page says of a resource, zeros left out."""
    for slot in page_on_disk().slots:
        if slot.name == name:
            counters = zip(page_format.COUNTERS, slot.counters, strict=True)
            return {name: count for name, count in counters if count}
    raise AssertionError(f"{name} is not on the page")


def numbers(name: str) -> dict[str, int]:
    """The same without times, which no test can foresee."""
    return {name: count for name, count in counted(name).items() if not name.endswith("_us")}


def interpreter(version: str) -> str | None:
    """A Python of this version, if this machine has one."""
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        return sys.executable
    for path in sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python")):
        return str(path)
    return None


def run(
    program: str,
    tmp_path: Path,
    python: str = sys.executable,
    stderr: str = "",
    **variables: str,
) -> str:
    """What a program that imports the helper prints; fails with it."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(HELPER),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(tmp_path),
        **variables,
    }
    done = subprocess.run(
        [python, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert stderr in done.stderr if stderr else done.stderr == ""
    return done.stdout
