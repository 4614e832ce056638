"""What `import lambda_reuse` adds to a cold start: time and memory, in fresh interpreters.

Measured with compiled files, as a layer has them, and without. The two kinds of start take turns.
"""

import statistics
import subprocess
from pathlib import Path

HELPER = Path(__file__).parents[2] / "python_helper"
STARTS = 25
LIMIT_MS, LIMIT_KIB = 3.0, 1024

PROGRAM = """
import os, sys, time
sys.path.insert(0, sys.argv[1])

def resident_kib():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024

before, start = resident_kib(), time.perf_counter()
if sys.argv[2] == "import":
    import lambda_reuse
print((time.perf_counter() - start) * 1000, resident_kib() - before)
"""


def start(python: str, what: str, environment: dict[str, str]) -> tuple[float, float]:
    """Milliseconds and KiB of one start."""
    answer = subprocess.run(
        [python, "-S", "-c", PROGRAM, str(HELPER), what],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    return float(answer[0]), float(answer[1])


def measured(python: str, environment: dict[str, str]) -> tuple[float, float]:
    """Median milliseconds and KiB that the import adds."""
    start(python, "import", environment)
    pairs = [
        (start(python, "import", environment), start(python, "nothing", environment))
        for _ in range(STARTS)
    ]
    return (
        statistics.median([with_it[0] - without[0] for with_it, without in pairs]),
        statistics.median([with_it[1] - without[1] for with_it, without in pairs]),
    )
