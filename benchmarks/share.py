"""The processor's share that Lambda gives a function by its memory, as a cgroup's quota."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

FULL_MB = 1769
"""Memory at which a function has one whole processor (Lambda developer guide, "Memory")."""
PERIOD_US = 20_000


@contextlib.contextmanager
def share_of(memory_mb: int) -> Iterator[Path]:
    """A cgroup with the share of a function of this size. Raises OSError where there is none."""
    quota_us = PERIOD_US * memory_mb // FULL_MB
    version_1, version_2 = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")
    group = (version_1 if version_1.is_dir() else version_2) / f"lambda-reuse-bench-{os.getpid()}"
    group.mkdir()
    try:
        if version_1.is_dir():
            (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
            (group / "cpu.cfs_quota_us").write_text(str(quota_us))
        else:
            (group / "cpu.max").write_text(f"{quota_us} {PERIOD_US}")
        yield group
    finally:
        group.rmdir()
