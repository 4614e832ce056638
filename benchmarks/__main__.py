"""Runs the benchmarks, prints what they found, and writes all of it to docs/overhead.md.

`python -m benchmarks [NAME...]`: those in the folders of these names, and only prints; else all.
"""

import importlib
import sys
from pathlib import Path

from benchmarks.machine import described

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "overhead.md"
HEAD = """# What it costs

Measured by `make bench`, which wrote this page. {machine}

Candidates take turns within one run and each figure is a median, so compare within a table: another
machine has other figures and nearly the same ratios.
"""


def names() -> list[str]:
    """The benchmarks there are: every folder with a `bench.py`."""
    order = ["extension", "invocation", "helper", "observers", "sandbox"]
    found = [path.parent.name for path in HERE.glob("*/bench.py")]
    return sorted(found, key=lambda name: (order.index(name) if name in order else 99, name))


def main(wanted: list[str]) -> int:
    unknown = set(wanted) - set(names())
    if unknown:
        print(
            f"There is no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(names())}."
        )
        return 252
    page = HEAD.format(machine=described())
    for name in wanted or names():
        section = importlib.import_module(f"benchmarks.{name}.bench").run()
        print(section, flush=True)
        page += "\n" + section.strip() + "\n"
    if not wanted:
        PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
