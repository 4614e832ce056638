"""Runs the benchmarks, prints what they found, and writes all of it to docs/overhead.md.

`python -m benchmarks [NAME...]`: those in the folders of these names, and only prints; else all.
What `answers` finds is on a page of its own, docs/speed.md, which is always written.
"""

import argparse
import importlib
import sys
from pathlib import Path

from benchmarks.machine import described
from benchmarks.table import wrapped

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
PAGE = DOCS / "overhead.md"
OWN_PAGES = {"answers": (DOCS / "speed.md", "How fast answers come")}
HEAD = """# {title}

Measured by `{command}`, which wrote this page. {machine}

Candidates take turns within one run and each figure is a median, so compare within a table: another
machine has other figures and nearly the same ratios.
"""


def names() -> list[str]:
    """The benchmarks there are: every folder with a `bench.py`."""
    order = ["extension", "invocation", "helper", "observers", "sandbox", "live_page", "answers"]
    found = [path.parent.name for path in HERE.glob("*/bench.py")]
    return sorted(found, key=lambda name: (order.index(name) if name in order else 99, name))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names()))
    parser.add_argument("--lines", type=int, help="answers: record lines; 800 000 are 1 GB")
    parser.add_argument("--trace", type=Path, help="answers: counts a minute to replay")
    parser.add_argument("--rounds", type=int, help="answers: runs of each command")
    given = vars(parser.parse_args(arguments))
    wanted = given.pop("names")
    options = {name: value for name, value in given.items() if value is not None}
    unknown = set(wanted) - set(names())
    if unknown:
        print(
            f"There is no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(names())}."
        )
        return 252
    page = _head("What it costs", "make bench")
    for name in wanted or names():
        run = importlib.import_module(f"benchmarks.{name}.bench").run
        section = run(**options) if name in OWN_PAGES else run()
        print(section, flush=True)
        if name in OWN_PAGES:
            path, title = OWN_PAGES[name]
            head = _head(title, f"python -m benchmarks {name}")
            path.write_text(wrapped(f"{head}\n{section.strip()}\n"), encoding="utf-8")
        else:
            page += "\n" + section.strip() + "\n"
    if not wanted:
        PAGE.write_text(wrapped(page), encoding="utf-8")
    return 0


def _head(title: str, command: str) -> str:
    return HEAD.format(title=title, command=command, machine=described())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
