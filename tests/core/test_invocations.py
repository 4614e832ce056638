"""The ledger of requests: each is counted once, in whatever order it is reported."""

import json

import pytest
from reuse_extension.core.invocations import Invocation, InvocationLedger


def complete(ledger: InvocationLedger, name: str, at_ms: int) -> Invocation:
    """Everything but INVOKE."""
    for part, time_ms in (("start_ms", at_ms), ("done_ms", at_ms + 5), ("report_ms", at_ms + 6)):
        invocation = ledger.match_event(name, part, time_ms)
        setattr(invocation, part, time_ms)
    ledger.finish(invocation)
    return invocation


def test_the_same_event_again_is_a_duplicate():
    ledger = InvocationLedger(False)
    complete(ledger, "one", 100)

    assert ledger.match_event("one", "start_ms", 100) is None
    assert ledger.match_event("one", "report_ms", 106) is None


def test_a_later_time_is_another_invocation():
    """As Lambda tries asynchronous requests again."""
    ledger = InvocationLedger(False)
    first = complete(ledger, "one", 100)

    assert ledger.match_event("one", "start_ms", 5_000) is not first


def test_an_invoke_after_telemetry_is_the_same_invocation():
    ledger = InvocationLedger(False)
    reported = complete(ledger, "one", 100)

    assert ledger.invoked("one") is reported
    assert ledger.invoked("one") is not reported


def test_those_without_a_report():
    ledger = InvocationLedger(False)
    open_one = ledger.invoked("open")
    complete(ledger, "one", 100)

    assert ledger.unreported() == [open_one]


def test_another_process_knows_them():
    """Open ones with all that is known, closed ones by their last time."""
    before, after = InvocationLedger(False), InvocationLedger(False)
    complete(before, "closed", 100)
    begun = before.invoked("open")
    begun.start_ms, begun.is_failed = 200, True
    after.restore(json.loads(json.dumps(before.snapshot(16, []))))

    (past,) = after.past()
    assert (past.request_id, past.start_ms, past.is_failed, past.is_past) == (
        "open",
        200,
        True,
        True,
    )
    assert after.match_event("closed", "report_ms", 106) is None
    assert after.unreported() == []


@pytest.mark.parametrize(
    ("parts", "end_us"),
    [
        ({"start_ms": 100, "done_us": 5_250}, 105_250),
        ({"start_ms": 100, "done_us": 5_250, "done_ms": 105}, 105_250),
        ({"start_ms": 100, "report_us": 90_000, "report_ms": 110}, 110_000),
        ({"start_ms": 100, "done_us": 5_250, "done_ms": 90}, 105_250),
        ({"done_ms": 105}, 105_000),
        ({"start_ms": 100}, None),
        ({"report_ms": 110, "report_us": 90_000}, None),
    ],
)
def test_when_it_ended(parts, end_us):
    """By its start and duration, and no later than the platform says; None where nothing does."""
    invocation = Invocation("one")
    for name, value in parts.items():
        setattr(invocation, name, value)

    assert invocation.end_us == end_us
