"""`--fail-on` and times: what holds, and mistakes that are pointed at."""

from datetime import UTC, datetime

import pytest
from reuse_cli.analysis import times
from reuse_cli.analysis.expression import Expression
from reuse_cli.errors import UsageError

ROW = {"cold_rate": 0.06, "invocations": 100, "name": "orders", "none": None, "reasons": {"a": 3}}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("cold_rate > 0.05", True),
        ("cold_rate > 0.06", False),
        ("0.01 <= cold_rate < 0.1", True),
        ("cold_rate > 0.05 and invocations >= 1000", False),
        ("cold_rate > 0.5 or invocations == 100", True),
        ("not (cold_rate > 0.05)", False),
        ("invocations * cold_rate / 2 + 1 - 1 == 3", True),
        ("reasons.a > 2", True),
        ("reasons.b > 2", False),
        ("none > 0", False),
        ("none == 0", False),
        ("none != 0", False),
        ("-none > -1", False),
        ("invocations / 0 > 1", False),
        ("name == 'orders'", True),
        ("-invocations < 0", True),
    ],
)
def test_conditions(text, holds):
    """What is not known is neither more nor less than anything."""
    assert Expression(text, list(ROW)).holds(ROW) is holds


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("name > 3", 7, "a text is compared with a number"),
        ("invocations == '3'", 15, "a number is compared with a text"),
        ("1 < reasons", 4, "a number is compared with a list or an object"),
    ],
)
def test_different_kinds_are_not_compared(text, place, why):
    """A condition that can never hold is a mistake: no build passes because of it."""
    with pytest.raises(UsageError) as raised:
        Expression(text, list(ROW)).holds(ROW)

    sentence, _, pointer = str(raised.value).split("\n")
    assert why in sentence
    assert pointer.index("^") == place + 2


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("cold_rat > 0.05", 0, "there is no field cold_rat; there are cold_rate, invocations"),
        ("invocations > 1 and x > 2", 20, "there is no field x"),
        ("cold_rate > ", 11, "compare fields and numbers"),
        ("invocations > 1 && x", 16, "compare fields and numbers"),
        ("", 0, "compare fields and numbers"),
        ("__import__('os').system('true')", 0, "compare fields and numbers"),
        ("cold_rate > [1]", 12, "compare fields and numbers"),
        ("cold_rate in (1,)", 0, "compare fields and numbers"),
        ("(lambda: 1) > 0", 1, "compare fields and numbers"),
        ("invocations ** 99999 > 1", 0, "compare fields and numbers"),
    ],
)
def test_mistakes_are_pointed_at(text, place, why):
    """And nothing is executed."""
    with pytest.raises(UsageError) as raised:
        Expression(text, list(ROW))

    sentence, shown, pointer = str(raised.value).split("\n")
    assert why in sentence
    assert shown == f"  {text.strip()}"
    assert abs(pointer.index("^") - 2 - place) <= 1


NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3h", "2026-11-26T09:00:00Z"),
        ("1h30m", "2026-11-26T10:30:00Z"),
        ("90min", "2026-11-26T10:30:00Z"),
        ("7d", "2026-11-19T12:00:00Z"),
        ("1w1d", "2026-11-18T12:00:00Z"),
        ("45s ago", "2026-11-26T11:59:15Z"),
        ("now", "2026-11-26T12:00:00Z"),
        ("2026-11-26T10:00:00Z", "2026-11-26T10:00:00Z"),
        ("2026-11-26T10:00:00.5+01:00", "2026-11-26T09:00:00.5Z"),
        ("2026-11-26 10:00", "2026-11-26T10:00:00Z"),
        ("2026-11-26", "2026-11-26T00:00:00Z"),
    ],
)
def test_times_as_people_write_them(text, expected):
    """Spans before now, and points in time."""
    found = times.parse(text, "--since", NOW, is_utc=True)

    assert found == datetime.fromisoformat(expected).timestamp() * 1000


@pytest.mark.parametrize(
    "text", ["", "yesterday", "3", "h", "3x", "-3h", "2026-13-01", "9" * 30 + "d"]
)
def test_what_is_no_time_is_said(text):
    with pytest.raises(UsageError, match="is not a time: write 30m"):
        times.parse(text, "--since", NOW)
