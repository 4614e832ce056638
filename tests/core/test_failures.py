"""What went wrong with an invocation, counted once."""

import pytest
from reuse_extension.core import failures
from reuse_extension.core.events import Report, RuntimeDone
from reuse_extension.core.invocations import Invocation


def done(status: str, error_type: str | None = None) -> RuntimeDone:
    return RuntimeDone(0, "one", status, error_type, 5_000, None)


def report(status: str, size_mb: int | None = 128, used_mb: int | None = 40) -> Report:
    return Report(0, "one", status, None, 5_000, 6, size_mb, used_mb, None, None, None)


@pytest.mark.parametrize(
    ("status", "counts"),
    [("success", []), ("error", ["errors"]), ("failure", ["errors"]), ("timeout", ["timeouts"])],
)
def test_a_status_is_a_count(status, counts):
    invocation = Invocation("one")

    assert failures.counts_of(invocation, done(status)) == counts
    assert failures.counts_of(invocation, report(status)) == []


@pytest.mark.parametrize(
    ("size_mb", "used_mb", "counts"),
    [
        (128, 127, ["errors"]),
        (128, 128, ["errors", "out_of_memory"]),
        (128, 129, ["errors", "out_of_memory"]),
        (128, None, ["errors"]),
        (None, 129, ["errors"]),
        (0, 40, ["errors"]),
    ],
)
def test_all_memory_was_used(size_mb, used_mb, counts):
    """Or a little more."""
    assert failures.counts_of(Invocation("one"), report("error", size_mb, used_mb)) == counts


def test_the_errors_type_says_that_memory_ran_out():
    event = done("error", "Runtime.OutOfMemory")

    assert failures.counts_of(Invocation("one"), event) == ["errors", "out_of_memory"]


@pytest.mark.parametrize(("end", "count"), [("timeout", "timeouts"), ("failure", "errors")])
def test_shutdown_alone(end, count):
    """Once; and not for an invocation that was reported."""
    invocation, reported = Invocation("one"), Invocation("two")
    reported.report_ms = 1

    assert failures.seen_at_the_end(invocation, end) == count
    assert failures.seen_at_the_end(invocation, end) is None
    assert failures.seen_at_the_end(reported, end) is None
