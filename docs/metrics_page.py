"""The page on metrics and fields, made from the extension's catalogue."""

from collections.abc import Iterable

from metrics_guide import GUIDES
from reuse_extension.core import records
from reuse_extension.core.container_fields import TOTAL_FIELDS
from reuse_extension.core.fields import Field

INTRODUCTION = """# Metrics and fields

Made from the extension's catalogue (`extension/reuse_extension/core/records.py`) by `make docs`.

Every line is one JSON object. Names in PascalCase are metrics or dimensions, names in snake_case
are properties, which cost nothing beyond their bytes. Times are epoch milliseconds, durations
milliseconds, ages seconds, memory MB as Lambda reports it (MiB). A metric without a value in a
period is omitted, not reported as 0; a count of 0 may be absent.

The schemas are in [schemas/](schemas): `line.schema.json` for our lines, `emf.schema.json` for the
rules of CloudWatch's embedded metric format, `containers.schema.json` and `resources.schema.json`
for the command line's answers.
"""

NAMES = """## What the metrics cost, and the names of resources

[cost.md](cost.md) says what metrics and lines cost. The container's id is a property and never a
dimension: as one, each container would be {standard} more metrics.

`LAMBDA_REUSE_RESOURCE_METRICS=1` adds {resource} metrics for each resource. A resource's name is
then a dimension, which CloudWatch takes only in printable ASCII, not blank, of up to 1024
characters: others are written with escapes (`Preisliste \\u20ac`), cut, or as `(blank)`.
"""


def metrics_page() -> str:
    """The whole page."""
    names = NAMES.format(standard=len(records.METRICS), resource=len(records.RESOURCE_METRICS))
    return "\n".join([INTRODUCTION, *_metrics(), *_properties(), *_other_records(), names])


def _metrics() -> Iterable[str]:
    yield "## Metrics of a container record (`container/1`)\n"
    rows = [
        (f"`{f.name}`", f.unit, f.meaning, f.absent, f"`{f.metric_set}`") for f in records.METRICS
    ]
    yield table(("metric", "unit", "meaning", "absent", "set"), rows)
    yield "`minimal` metrics are in both sets.\n"
    yield "### How to read them\n"
    rows = [
        (f"`{f.name}`", guide.good, guide.hint, guide.do)
        for f in records.METRICS
        for guide in [GUIDES[f.name]]
    ]
    yield table(("metric", "good", "a bad value hints at", "what to do"), rows)


def _properties() -> Iterable[str]:
    yield "## Properties of a container record\n"
    yield _fields([field for field in records.CONTAINER_FIELDS if field.metric_set is None])
    yield "### `total`\n"
    yield _fields(TOTAL_FIELDS)


def _other_records() -> Iterable[str]:
    common = len(records.COMMON_FIELDS)
    yield "## Resource records (`resource/1`)\n"
    yield (
        "One line for each resource that was used or built in a period. It begins with the fields\n"
        "of a container record, up to `extension_version`. These follow:\n"
    )
    yield _fields(records.RESOURCE_FIELDS[common:])
    yield "### `reasons`\n"
    yield _fields(records.REASON_FIELDS)
    yield "## Init records (`init/1`)\n"
    yield "One line for each init. It begins with the same fields. These follow:\n"
    yield _fields(records.INIT_FIELDS[common:])
    yield "### `phases`\n"
    yield _fields(records.PHASE_FIELDS)
    yield "### `imports`\n"
    yield _fields(records.IMPORT_FIELDS)


def _fields(fields: Iterable[Field]) -> str:
    rows = [(f"`{f.name}`", f.unit, f.meaning, f.absent) for f in fields]
    return table(("field", "unit", "meaning", "absent"), rows)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)
