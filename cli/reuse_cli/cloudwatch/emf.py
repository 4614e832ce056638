"""Which metrics a log line in the embedded metric format holds, by CloudWatch's specification.

Lines of one kind have the same directives (`_aws.CloudWatchMetrics`), so a directive text is parsed
once however many lines carry it. A directive that CloudWatch refuses gives no metric; how many
lines were refused is counted, as CloudWatch does in `EMFValidationErrors`.
"""

import json
from dataclasses import dataclass, field
from typing import Any

MAX_NAME = 1024
MAX_DIMENSIONS = 30
MAX_METRICS = 100
MAX_VALUES = 100
_SIZES = [
    f"{scale}{what}" for what in ("bytes", "bits") for scale in ("Kilo", "Mega", "Giga", "Tera")
]
_SIZES += ["Bytes", "Bits"]
UNITS = {"Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "Count/Second", "None"}
UNITS |= {*_SIZES, *(f"{size}/Second" for size in _SIZES)}
STANDARD, HIGH = 60, 1
"""Storage resolutions, in seconds."""


@dataclass(frozen=True)
class Metric:
    """A metric as a directive declares it: a name under one set of dimensions."""

    namespace: str
    name: str
    dimensions: tuple[str, ...]
    """Names of the dimensions, sorted."""
    unit: str = field(default="None", compare=False)
    resolution_s: int = field(default=STANDARD, compare=False)
    """CloudWatch keeps values of a standard metric by the minute."""


def parse(directives: str) -> list[Metric] | None:
    """The metrics that `_aws.CloudWatchMetrics` declares; None where CloudWatch refuses it."""
    try:
        value = json.loads(directives)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, list) or not value:
        return None
    metrics: list[Metric] = []
    for directive in value:
        found = _directive(directive)
        if found is None:
            return None
        metrics += found
    return metrics


def _directive(directive: Any) -> list[Metric] | None:
    if not isinstance(directive, dict):
        return None
    namespace, sets = directive.get("Namespace"), directive.get("Dimensions")
    definitions = directive.get("Metrics")
    if (
        not isinstance(namespace, str)
        or not _is_name(namespace)
        or not isinstance(sets, list)
        or not sets
    ):
        return None
    if not isinstance(definitions, list) or len(definitions) > MAX_METRICS:
        return None
    if not all(_is_dimension_set(names) for names in sets):
        return None
    if not all(map(_is_definition, definitions)):
        return None
    keys = dict.fromkeys(tuple(sorted(names)) for names in sets)
    return [
        Metric(
            namespace,
            one["Name"],
            names,
            one.get("Unit", "None"),
            one.get("StorageResolution", STANDARD),
        )
        for one in definitions
        for names in keys
    ]


def _is_definition(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and _is_name(value.get("Name"))
        and value.get("Unit", "None") in UNITS
        and value.get("StorageResolution", STANDARD) in (HIGH, STANDARD)
    )


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_NAME and bool(value.strip())


def _is_dimension_set(names: Any) -> bool:
    return (
        isinstance(names, list)
        and len(names) <= MAX_DIMENSIONS
        and all(_is_name(name) for name in names)
        and len(set(names)) == len(names)
    )
