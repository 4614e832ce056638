"""What went wrong with an invocation, by the platform's status and error type."""

from .events import Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .invocations import Invocation

FAILED = {"error": "errors", "failure": "errors", "timeout": "timeouts"}
"""The platform's status of an invocation, or the `end` of a reset, and the count it belongs to."""


def seen_at_the_end(invocation: "Invocation", end: str) -> "str | None":
    """The count that an invocation adds to when SHUTDOWN alone says that it failed, once.

    `end`: one of `lifecycle.RESETS`. What the platform has reported whole did not fail.
    """
    if invocation.is_failed or invocation.report_ms is not None:
        return None
    invocation.is_failed = True
    return FAILED[end]


def counts_of(invocation: "Invocation", event: "Any") -> "list[str]":
    """The counts that this event of an invocation adds to: a failure, and a lack of memory, once.

    `event`: its runtimeDone or its report.
    """
    counts = []
    failure = FAILED.get(event.status)
    if failure and not invocation.is_failed:
        invocation.is_failed = True
        counts.append(failure)
    if invocation.is_failed and not invocation.is_out_of_memory and _is_out_of_memory(event):
        invocation.is_out_of_memory = True
        counts.append("out_of_memory")
    return counts


def _is_out_of_memory(event: "Any") -> bool:
    """By the error's type, or because all there was had been used; at times a little more is."""
    if event.error_type == "Runtime.OutOfMemory":
        return True
    return isinstance(event, Report) and (
        bool(event.memory_size_mb)
        and event.memory_used_mb is not None
        and event.memory_used_mb >= event.memory_size_mb
    )
