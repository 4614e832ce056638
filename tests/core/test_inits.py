"""The ledger of inits: each is counted once, its duration from one source."""

import json

import pytest
from reuse_extension.core.inits import InitLedger


def known(phase: str = "init", status: str | None = None) -> InitLedger:
    ledger = InitLedger()
    init = ledger.match_event(phase, "start_ms", 100)
    init.start_ms = 100
    init = ledger.match_event(phase, "report_ms", 190)
    init.report_ms, init.duration_us, init.status = 190, 90_000, status
    return ledger


def test_the_same_event_again_is_a_duplicate():
    ledger = known()

    assert ledger.match_event("init", "report_ms", 190) is None
    assert len(ledger.all) == 1


def test_a_duration_comes_from_one_source():
    """initReport's, where it came."""
    ledger = known()
    ledger.add_report(91_000, is_restore=False)

    assert [init.known_us for init in ledger.unreported(False)] == [90_000]


@pytest.mark.parametrize(
    ("parts", "interval_us"),
    [
        ({"start_ms": 100, "report_ms": 190}, (100_000, 190_000)),
        ({"report_ms": 190, "duration_us": 90_500}, (99_500, 190_000)),
        ({"runtime_done_ms": 180}, (None, 180_000)),
        ({"start_ms": 100, "reported_us": 90_000}, (100_000, 190_000)),
        ({"start_ms": 100}, (100_000, None)),
    ],
)
def test_when_it_ran(parts, interval_us):
    """As far as events say."""
    init = InitLedger().match_event("invoke", "start_ms", 1)
    init.start_ms = None
    for name, value in parts.items():
        setattr(init, name, value)

    assert init.interval_us == interval_us


def test_repeated_ones_are_known_to_later_processes():
    """The first is not among them."""
    ledger, later = known("invoke"), InitLedger()
    ledger.match_event("init", "report_ms", 50).report_ms = 50
    later.restore(json.loads(json.dumps(ledger.snapshot())))

    assert ledger.repeated() == later.repeated() == [(100_000, 190_000)]


def test_an_init_that_ended_before_the_process_began_is_not_its_own():
    """Its telemetry came late; of the process's own none has come."""
    ledger = known("invoke", status="success")

    assert ledger.fail_unless_ready("invoke", "failure", 10_000)
    assert [init.status for init in ledger.all] == ["success", "failure"]


def test_an_init_does_not_end_before_it_starts():
    """Two inits whose halves come mixed up: the end of the one, the start and end of the other."""
    ledger = InitLedger()
    first = ledger.match_event("invoke", "report_ms", 100)
    first.report_ms = 100
    second = ledger.match_event("invoke", "start_ms", 200)
    second.start_ms = 200

    assert second is not first
    assert ledger.match_event("invoke", "runtime_done_ms", 90) is first
    assert ledger.match_event("invoke", "start_ms", 50) is first


@pytest.mark.parametrize(
    ("ledger", "failed", "statuses"),
    [
        (InitLedger(), True, ["failure"]),
        (known(status="success"), False, ["success"]),
        (known(status="error"), True, ["error"]),
    ],
)
def test_a_process_that_is_ended_before_it_served(ledger, failed, statuses):
    """Its init had failed, unless the platform has reported otherwise."""
    assert ledger.fail_unless_ready("init", "failure", 100) is failed
    assert [init.status for init in ledger.all] == statuses


def test_an_init_that_was_reported_is_not_reported_again():
    ledger, later = known(), InitLedger()
    ledger.all[0].is_reported = True
    later.restore(json.loads(json.dumps(ledger.snapshot())))

    assert ledger.unreported(True) == []
    assert later.match_event("init", "report_ms", 190) is None
    later.add_report(90_000, is_restore=False)
    assert later.unreported(True) == []


def test_an_event_without_a_legible_time_may_be_of_any_init():
    ledger = InitLedger()
    init = ledger.match_event("init", "start_ms", 100)
    init.start_ms = 100

    assert ledger.match_event("init", "report_ms", None) is init
