"""The running totals of one container: what its records have reported so far."""

from .container_fields import TOTAL_FIELDS
from .fields import DECIMAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SUMMED = {
    "Invocations": "invocations",
    "ColdStarts": "cold_starts",
    "errors": "errors",
    "timeouts": "timeouts",
    "out_of_memory": "out_of_memory",
    "resets": "resets",
    "InitDuration": "init_us",
    "CacheHits": "hits",
    "CacheMisses": "misses",
    "TimeSaved": "saved_us",
    "TimeRecreated": "recreated_us",
}
"""A record's values that are summed up, and the name of the sum."""
FUNCTION_ERRORS = "function_errors"
NAMES = tuple(
    [
        field.name.replace("_ms", "_us") if field.shape == DECIMAL else field.name
        for field in TOTAL_FIELDS
    ]
)
"""The names of the sums, in the order of TOTAL_FIELDS, with the units that they have here."""


class ContainerTotals:
    """Sums over all records of a container."""

    def __init__(self) -> None:
        self.values: "dict[str, Any]" = dict.fromkeys(NAMES, 0)
        self.values[FUNCTION_ERRORS] = None  # until the helper observes

    def add(self, record: "dict[str, Any]", billed_ms: int) -> None:
        """Count one container record in."""
        values = self.values
        for name, total in SUMMED.items():
            values[total] += record.get(name) or 0
        values["billed_ms"] += billed_ms
        values["duration_us"] += sum(record["Duration"] or ())
        values["records"] = record["sequence"]
        if record[FUNCTION_ERRORS] is not None:
            values[FUNCTION_ERRORS] = (values[FUNCTION_ERRORS] or 0) + record[FUNCTION_ERRORS]

    def as_fields(self) -> "dict[str, Any]":
        """The sums by the names of TOTAL_FIELDS, as a record has them."""
        return {field.name: self.values[name] for field, name in zip(TOTAL_FIELDS, NAMES)}

    def snapshot(self) -> "list[Any]":
        """What must survive a reset, as JSON."""
        return [self.values[name] for name in NAMES]

    def restore(self, snapshot: "list[Any]") -> None:
        """Go on from what a process before this one left."""
        for name, value in zip(NAMES, snapshot):
            self.values[name] = value
