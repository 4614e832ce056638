"""Writes the pages that are made from the code: `python docs/generate.py [FOLDER]`.

`metrics.md` is the extension's catalogue, `container-life.md` its table of transitions, `helper.md`
the helper's examples with words around them. A test
compares what is committed with what this gives.
"""

import sys
from pathlib import Path

from reuse_extension.core import records
from reuse_extension.core.container import STARTING, TRANSITIONS

sys.path.insert(0, str(Path(__file__).parent))
from helper_page import helper_page

HERE = Path(__file__).parent
METRIC_PRICE = 0.30
"""US dollars a month for one metric with one set of dimensions, the first 10 000 in us-east-1
(CloudWatch's price list, read in 2026)."""
LOGS_PRICE = 0.50
"""US dollars for a GB of log lines, standard class, us-east-1 (the same)."""

METRICS_INTRODUCTION = """# What the lines say

Made from the extension's catalogue (`extension/reuse_extension/core/records.py`) by `make docs`.

Every line is one JSON object. Names in PascalCase are metrics or dimensions, names in snake_case
are properties, which cost nothing beyond their bytes. Times are epoch milliseconds, durations
milliseconds, ages seconds, memory MB as Lambda reports it (MiB). A metric without a value in a
period is absent, never 0 in disguise; a count of 0 may be absent.

The schemas are in [schemas/](schemas): `line.schema.json` for our lines, `emf.schema.json` for the
rules of CloudWatch's embedded metric format, `containers.schema.json` and `resources.schema.json`
for the command line's answers.
"""

COST = """## What they cost

CloudWatch bills a metric for every distinct set of dimension values, by the month, and log lines by
the GB. With the default dimensions, one function costs, in us-east-1:

| `LAMBDA_REUSE_METRICS` | metrics | US dollars a month |
|---|---|---|
| `standard` | {standard} | {standard_price:.2f} |
| `minimal` | {minimal} | {minimal_price:.2f} |

Each metric is {price:.2f} dollars. Some are absent for most functions (`RestoreDuration` without
SnapStart, `UnusedInits` without unused inits, the cache metrics without the helper) and then cost
nothing. Every further set in
`LAMBDA_REUSE_DIMENSIONS` costs as much again for each of its values. The container's id is a
property and never a dimension: as one, each container would be {standard} more metrics.
`LAMBDA_REUSE_RESOURCE_METRICS=1` adds {resource} metrics for each resource. A resource's name is
then a dimension, which CloudWatch takes only in printable ASCII, not blank, of up to 1024
characters: others are written with escapes (`Preisliste \\u20ac`), cut, or as `(blank)`.

A record has about 1 kB. A quiet function writes one for each minute with an invocation: a thousand
of them are 1 MB, {quiet:.4f} dollars. A busy container writes its values as arrays, up to 100 in a
record.
"""


def metrics_page() -> str:
    """The catalogue as tables."""
    standard = len(records.METRICS)
    minimal = sum(field.set == records.MINIMAL for field in records.METRICS)
    parts = [
        METRICS_INTRODUCTION,
        "## Metrics of a container record (`container/1`)\n",
        _table(
            ("metric", "unit", "meaning", "absent", "set"),
            [(f"`{f.name}`", f.unit, f.meaning, f.absent, f"`{f.set}`") for f in records.METRICS],
        ),
        "`minimal` metrics are in both sets.\n",
        "## Properties of a container record\n",
        _table(
            ("property", "unit", "meaning", "absent"),
            [
                (f"`{f.name}`", f.unit, f.meaning, f.absent)
                for f in records.CONTAINER_FIELDS
                if f.set is None
            ],
        ),
        "`total` holds: " + ", ".join(f"`{name}`" for name, _ in records.TOTAL_FIELDS) + ".\n",
        "## Resource and init records\n",
        "`resource/1`, one line for each resource that changed in a period: "
        + ", ".join(f"`{name}`" for name, _ in records.RESOURCE_FIELDS)
        + ". `total` repeats the counts over the container's life.\n",
        "`init/1`, once for each init: "
        + ", ".join(f"`{name}`" for name, _ in records.INIT_FIELDS)
        + "; each of `phases` has "
        + ", ".join(f"`{name}`" for name, _ in records.PHASE_FIELDS)
        + ".\n",
        COST.format(
            price=METRIC_PRICE,
            standard=standard,
            minimal=minimal,
            standard_price=standard * METRIC_PRICE,
            minimal_price=minimal * METRIC_PRICE,
            resource=len(records.RESOURCE_METRICS),
            quiet=LOGS_PRICE / 1000,
        ),
    ]
    return "\n".join(parts)


LIFE_INTRODUCTION = """# The life of a container

Made from the table of transitions in `extension/reuse_extension/core/container.py` by `make docs`.

What the table does not list moves nothing: telemetry comes late, twice or out of order, and such an
event is an ordinary one. A process of the extension begins in `starting`, or in `restarting` where
an earlier process of the same container left its account.
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
    table = _table(("in", "when", "comes"), [(f"`{s}`", step, f"`{t}`") for s, step, t in steps])
    return "\n".join([LIFE_INTRODUCTION, *lines, table])


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


PAGES = {"metrics.md": metrics_page, "container-life.md": life_page, "helper.md": helper_page}


def write(folder: Path) -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
