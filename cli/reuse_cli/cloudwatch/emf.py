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


@dataclass(frozen=True)
class Metric:
    """A metric as a directive declares it: a name under one set of dimensions."""

    namespace: str
    name: str
    dimensions: tuple[str, ...]
    """Names of the dimensions, sorted."""
    unit: str = field(default="None", compare=False)


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
    if not all(isinstance(one, dict) and _is_name(one.get("Name")) for one in definitions):
        return None
    keys = dict.fromkeys(tuple(sorted(names)) for names in sets)
    return [
        Metric(namespace, one["Name"], names, str(one.get("Unit", "None")))
        for one in definitions
        for names in keys
    ]


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_NAME and bool(value.strip())


def _is_dimension_set(names: Any) -> bool:
    return (
        isinstance(names, list)
        and len(names) <= MAX_DIMENSIONS
        and all(_is_name(name) for name in names)
        and len(set(names)) == len(names)
    )
