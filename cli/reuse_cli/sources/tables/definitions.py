"""What is known of one container: each value's definition, for DuckDB and for Logs Insights.

A container's records carry running totals that only grow, so that the greatest is the last one's,
whatever was lost, repeated or out of order. With `--since`, what the totals were before the first
record of the time asked about is taken off: a record's total less the record's own count.
"""

from typing import NamedTuple


class Total(NamedTuple):
    """A running total: its name in an answer and in a record, and what one record adds to it."""

    name: str
    field: str
    added: str | None = None
    """The metric or property of the period, which is absent where it is 0."""
    is_list: bool = False
    """Whether the values of a list are added."""
    is_count: bool = True
    """Whether it is a whole number."""


TOTALS = (
    Total("invocations", "invocations", "Invocations"),
    Total("cold_starts", "cold_starts", "ColdStarts"),
    Total("errors", "errors", "errors"),
    Total("timeouts", "timeouts", "timeouts"),
    Total("out_of_memory", "out_of_memory", "out_of_memory"),
    Total("resets", "resets", "resets"),
    Total("function_errors", "function_errors", "function_errors"),
    Total("init_sum_ms", "init_ms", "InitDuration", is_count=False),
    Total("busy_ms", "duration_ms", "Duration", is_list=True, is_count=False),
    Total("billed_ms", "billed_ms", "Duration", is_list=True, is_count=False),
    Total("hits", "hits", "CacheHits"),
    Total("misses", "misses", "CacheMisses"),
    Total("saved_ms", "saved_ms", "TimeSaved", is_count=False),
    Total("recreated_ms", "recreated_ms", "TimeRecreated", is_count=False),
)


def lives_columns(has_idle: bool) -> list[str]:
    """The columns of container records that are read."""
    found = [
        "FunctionName", "container_id", "sequence", "from_ms", "to_ms", "container_started_ms",
        "function_version", "init_type", "runtime", "architecture", "memory_mb", "init_kind",
        "cold_start_kind", "ColdStarts", "InitDuration", "RestoreDuration", "MemoryUsed", "end",
        "telemetry", "total",
    ]  # fmt: skip
    return found + (["IdleTime"] if has_idle else [])


def added_columns() -> list[str]:
    """The further columns that are read where a time is asked about."""
    return list(dict.fromkeys(total.added for total in TOTALS if total.added))
