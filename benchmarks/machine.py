"""What was measured on, and when."""

import datetime
import os
import platform
from pathlib import Path


def described() -> str:
    """One sentence: processor, cores, kernel, Python and date."""
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    cores = len(os.sched_getaffinity(0))
    date = datetime.datetime.now(datetime.UTC).date()
    return (
        f"{model}, {cores} cores, Linux {platform.release()}, Python {platform.python_version()}, "
        f"{date}."
    )
