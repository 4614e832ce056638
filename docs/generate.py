"""Writes the pages that are made from the code: `python docs/generate.py [FOLDER]`.

`metrics.md`, `schemas/line.schema.json` and some words in two other schemas are the extension's
catalogue, `container-life.md` its table of transitions, `cost.md` the prices and the dashboards,
`helper.md` the helper's examples with words around them, `questions.md` questions with answers. A
test compares what is committed with what this gives.
"""

import sys
from pathlib import Path

from reuse_extension.core.lifecycle import STARTING, TRANSITIONS

sys.path.insert(0, str(Path(__file__).parent))
from cost_page import cost_page
from helper_page import helper_page
from line_schema import containers_schema, line_schema, resources_schema
from metrics_page import metrics_page, table
from questions_page import questions_page

HERE = Path(__file__).parent
LIFE_INTRODUCTION = """# The life of a container

Made from the table of transitions in `extension/reuse_extension/core/lifecycle.py` by `make docs`.

What the table does not list moves nothing: telemetry comes late, twice or out of order, and such an
event is an ordinary one. A process of the extension begins in `starting`, or in `reset` where an
earlier process of the same container left its state.
"""


def life_page() -> str:
    """The table of transitions as a diagram and as a table."""
    steps = [
        (state, step, target)
        for state, moves in TRANSITIONS.items()
        for step, target in moves.items()
    ]
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {STARTING}"]
    lines += [f"    {state} --> {target}: {step}" for state, step, target in steps]
    lines += [f"    {state} --> [*]" for state, moves in TRANSITIONS.items() if not moves]
    lines += ["```", ""]
    steps_table = table(
        ("in", "when", "comes"), [(f"`{s}`", step, f"`{t}`") for s, step, t in steps]
    )
    return "\n".join([LIFE_INTRODUCTION, *lines, steps_table])


PAGES = {
    "metrics.md": metrics_page,
    "cost.md": cost_page,
    "container-life.md": life_page,
    "helper.md": helper_page,
    "questions.md": questions_page,
    "schemas/line.schema.json": line_schema,
    "schemas/containers.schema.json": containers_schema,
    "schemas/resources.schema.json": resources_schema,
}


def write(folder: Path) -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
