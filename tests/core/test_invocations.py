"""The ledger of requests: each is counted once, in whatever order it is reported."""

import json

import pytest
from reuse_extension.core.invocations import MAX_SET_ASIDE, Invocation, InvocationLedger


def complete(ledger: InvocationLedger, name: str, at_ms: int) -> Invocation:
    """Everything but INVOKE."""
    for part, time_ms in (("start_ms", at_ms), ("done_ms", at_ms + 5), ("report_ms", at_ms + 6)):
        invocation = ledger.match_event(name, part, time_ms)
        setattr(invocation, part, time_ms)
    ledger.finish(invocation)
    return invocation


def invoke(ledger: InvocationLedger, name: str, at_ms: int) -> Invocation:
    """INVOKE was read, and the start of it."""
    invocation = ledger.invoked(name)
    invocation.invoked_ms = invocation.start_ms = at_ms
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


def test_what_is_left_to_say_of_a_request_that_is_served_again():
    """Its report comes after the INVOKE of the second time, or all of its telemetry."""
    ledger = InvocationLedger(False)
    first = invoke(ledger, "one", 100)
    second = ledger.invoked("one")
    second.invoked_ms = 5_000
    third = ledger.invoked("one")

    assert ledger.match_event("one", "start_ms", 100) is None
    assert ledger.match_event("one", "done_ms", 105) is first
    first.done_ms = 105
    assert ledger.match_event("one", "start_ms", 5_000) is second
    second.start_ms = 5_000
    assert ledger.match_whole("one", 9_000) is None
    assert ledger.match_event("one", "start_ms", 9_000) is third
    third.start_ms = 9_000
    assert ledger.match_event("one", "report_ms", 9_006) is third
    assert ledger.match_event("one", "report_ms", 5_006) is second
    assert ledger.match_event("one", "report_ms", None) is first
    first.report_ms = 106
    for invocation in (first, first, second):
        ledger.finish(invocation)
    assert ledger.match_event("one", "done_ms", 105) is None
    assert ledger.match_whole("one", 100) is None
    assert ledger.match_event("one", "done_ms", 5_005) is second
    assert ledger.match_event("one", "done_ms", 9_005) is third


def test_what_was_said_of_the_first_time_comes_again():
    """And nothing has come yet of the second and the third."""
    ledger = InvocationLedger(False)
    complete(ledger, "one", 100)
    ledger.invoked("one")
    second = ledger.invoked("one")
    second.invoked_ms = 5_000
    third = ledger.invoked("one")

    assert ledger.match_event("one", "start_ms", 100) is None
    assert ledger.match_event("one", "start_ms", 5_000) is second
    second.start_ms = 5_000
    assert ledger.match_event("one", "start_ms", 9_000) is third


def test_only_so_many_are_set_aside():
    ledger = InvocationLedger(False)
    for number in range(MAX_SET_ASIDE + 2):
        for _ in range(2):
            invoke(ledger, str(number), 100 + number)

    assert len(ledger.snapshot(0, [])["open"]) == 2 * MAX_SET_ASIDE + 2
    assert ledger.match_event("0", "start_ms", 100) is None


def test_an_invoke_after_telemetry_is_the_same_invocation():
    ledger = InvocationLedger(False)
    reported = complete(ledger, "one", 100)

    assert ledger.invoked("one") is reported
    assert ledger.invoked("one") is not reported


def test_those_without_a_report():
    """Invocations whose report is still to come."""
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


def test_another_process_knows_both_times_that_a_request_was_served():
    before, after = InvocationLedger(False), InvocationLedger(False)
    for at_ms in (100, 5_000):
        invoke(before, "one", at_ms)
    after.restore(json.loads(json.dumps(before.snapshot(16, []))))

    assert [invocation.start_ms for invocation in after.past()] == [100, 5_000]
    third = after.invoked("one")
    assert after.match_event("one", "report_ms", 106) is after.past()[0]
    assert after.match_event("one", "report_ms", 5_006) is after.past()[1]
    assert after.match_event("one", "start_ms", 9_000) is third


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
