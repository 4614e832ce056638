"""What the platform says is understood, and what it does not say is not invented."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reuse_extension.core import events

from tests import platform_events as pe

NOW_MS = 1795219461886


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2262, 1, 1)))
def test_times_are_read_as_datetime_reads_them(moment):
    """To the millisecond, cut and not rounded, over all dates."""
    moment = moment.replace(tzinfo=UTC)
    text = moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond:06d}Z"

    expected = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // (datetime.resolution * 1000)
    assert events.parse_time(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-21T00:04:21.886Z", NOW_MS),
        ("2026-11-21T00:04:21Z", NOW_MS - 886),
        ("2026-11-21T00:04:21.8Z", NOW_MS - 86),
        ("2026-11-21T02:04:21.886+02:00", NOW_MS),
        ("2026-11-20T19:04:21.886-05:00", NOW_MS),
        ("2026-11-21T00:04:21", None),
        ("2026-11-21 00:04:21.886Z", None),
        ("2026-13-21T00:04:21.886Z", None),
        ("1969-12-31T23:59:59.000Z", None),
        ("2026-11-21T00:04:21,886Z", None),
        ("2026-11-21T00:04:21.8_6Z", None),
        ("2026-11-21T00:04:21.886 02:00", None),
        ("2026-11-21T00:04:21.886+0200", None),
        ("2026-11-\u0662\u0661T00:04:21.886Z", None),
        ("+026-11-21T00:04:21.886Z", None),
        ("", None),
        (None, None),
        (1795219461886, None),
    ],
)
def test_times_that_are_none_are_none(text, expected):
    """A time is ISO 8601 with a zone, or there is none."""
    assert events.parse_time(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0),
        (463.512, 463512),
        (1e-9, 0),
        (10**30, None),
        (-0.5, None),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        (False, None),
        ("12", None),
        (None, None),
    ],
)
def test_durations_are_finite_and_not_negative(value, expected):
    """Milliseconds become whole microseconds; what is no duration is none."""
    assert events.microseconds(value) == expected
    assert events.count(True) is None
    assert events.count(float("nan")) is None
    assert events.count(2**60) is None


def test_a_report_is_read_whole():
    """All that a report can say."""
    item = pe.report(NOW_MS, "r", 1.5, "error", 40, 463.512, 12.25, errorType="X", tenantId="t")

    assert events.parse(item) == events.Report(
        NOW_MS, "r", "error", "X", 1500, 466, 128, 40, 463512, 12250, "t"
    )


@pytest.mark.parametrize(
    "item",
    [
        None,
        17,
        [],
        {},
        {"type": 5},
        {"type": "platform.start"},
        {"type": "platform.start", "record": "text"},
        {"type": "platform.start", "record": {}},
        {"type": "platform.start", "record": {"requestId": ""}},
        {"type": "platform.runtimeDone", "record": {"requestId": 5}},
        {"type": "platform.report", "record": {"requestId": "x" * 2000}},
    ],
)
def test_what_is_malformed_is_unknown(item):
    """It is counted as dropped, and nothing is raised."""
    assert isinstance(events.parse(item), events.Unknown)


@pytest.mark.parametrize(
    ("phase", "expected"),
    [("init", "init"), ("snap-start", "snap-start"), ("party", None), (5, None)],
)
def test_phases_are_those_that_the_platform_has(phase, expected):
    """A text that is none of them says nothing."""
    item = {"type": "platform.initStart", "record": {"phase": phase}}

    assert events.parse(item).phase == expected


@pytest.mark.parametrize("kind", ["platform.extension", "platform.newThing", "function", ""])
def test_types_that_do_not_concern_us_are_ignored(kind):
    """New types will appear, and are no damage."""
    assert events.parse({"type": kind, "record": "anything"}) == events.Ignored(kind)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ("type", "time", "record", "requestId", "metrics", "durationMs", "spans")
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ),
    st.sampled_from(sorted(events.READERS)),
)
def test_nothing_is_raised_whatever_a_record_holds(record, kind):
    """Any JSON value in any known type."""
    events.parse(record)
    events.parse({"type": kind, "time": record, "record": record})
    events.parse({"type": kind, "time": None, "record": {"requestId": "r", "metrics": record}})
    events.parse_next(record, NOW_MS)


def test_next_brings_invoke_or_shutdown():
    """Reasons are read in either case: the documentation and the platform differ."""
    invoke = json.loads('{"eventType":"INVOKE","requestId":"r","deadlineMs":1760000003000}')
    shutdown = {"eventType": "SHUTDOWN", "shutdownReason": "SPINDOWN", "deadlineMs": 5}

    assert events.parse_next(invoke, NOW_MS) == events.Invoke(NOW_MS, "r")
    assert events.parse_next(shutdown, NOW_MS) == events.Shutdown(NOW_MS, "spindown", 5)
    assert isinstance(events.parse_next({"eventType": "INVOKE"}, NOW_MS), events.Unknown)
    assert isinstance(events.parse_next({"requestId": "r"}, NOW_MS), events.Unknown)
