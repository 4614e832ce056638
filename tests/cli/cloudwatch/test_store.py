"""Metrics of EMF lines: periods, statistics, dimensions, and what CloudWatch refuses."""

import json
from collections.abc import Callable

import pytest
from reuse_cli.cloudwatch.emf import Metric
from reuse_cli.cloudwatch.evaluate import Data
from reuse_cli.cloudwatch.series import TimeRange
from reuse_cli.errors import UsageError

from .conftest import BEGIN_MS, MINUTE_MS, line

SPAN = TimeRange(BEGIN_MS, BEGIN_MS + 10 * MINUTE_MS)
LATENCY = Metric("Shop", "Latency", ("Function",))


def test_periods_are_aligned_to_the_epoch(data_of: Callable[..., Data]) -> None:
    """A value belongs to the period that it lies in, whatever the range begins with."""
    data = data_of(
        line(BEGIN_MS + 59_999, {"Function": "a"}, Latency=1),
        line(BEGIN_MS + 60_000, {"Function": "a"}, Latency=2),
        line(BEGIN_MS + 299_999, {"Function": "a"}, Latency=4),
    )
    late = TimeRange(BEGIN_MS + 30_000, SPAN.end_ms)

    assert data.store.statistic(LATENCY, "Sum", 60, late) == {
        ("a",): {BEGIN_MS: 1, BEGIN_MS + MINUTE_MS: 2, BEGIN_MS + 4 * MINUTE_MS: 4}
    }
    assert data.store.statistic(LATENCY, "Sum", 300, SPAN) == {("a",): {BEGIN_MS: 7}}


@pytest.mark.parametrize(
    ("statistic", "value"),
    [
        ("Sum", 15),
        ("Average", 3),
        ("Minimum", 1),
        ("Maximum", 5),
        ("SampleCount", 5),
        ("p50", 3),
        ("p90", 4.6),
        ("p0", 1),
        ("p100", 5),
        ("p99.9", 4.996),
        ("tm80", 2.5),
    ],
)
def test_statistics_are_of_all_values(
    data_of: Callable[..., Data], statistic: str, value: float
) -> None:
    """Arrays count value by value, over all lines of a period."""
    data = data_of(
        line(BEGIN_MS, {"Function": "a"}, Latency=[1, 2, 3]),
        line(BEGIN_MS + 1, {"Function": "a"}, Latency=[4, 5]),
    )
    found = data.store.statistic(LATENCY, statistic, 60, SPAN)

    assert found[("a",)] == {BEGIN_MS: pytest.approx(value)}


@pytest.mark.parametrize(
    ("array", "total"),
    [
        ([1, 2.5, -3], 0.5),
        ([1, None, 2], 3),
        ([1e30, 5], 1e30),
        ([12345678901234567890123, 0], 12345678901234567890123),
        ([], None),
        ([1, "2"], None),
        ([1, True], None),
        ([1, False], None),
        ([[1]], None),
        ([None], None),
    ],
)
def test_an_array_holds_numbers(
    data_of: Callable[..., Data], array: list[object], total: float | None
) -> None:
    """Anything else makes the whole value none, but for null, which is left out."""
    data = data_of(line(BEGIN_MS, {"Function": "a"}, Latency=array))
    found = data.store.statistic(LATENCY, "Sum", 60, SPAN)

    assert found == ({} if total is None else {("a",): {BEGIN_MS: pytest.approx(total)}})


def test_an_unknown_statistic_is_refused(data_of: Callable[..., Data]) -> None:
    with pytest.raises(UsageError, match="'p101' is not supported"):
        data_of(line(BEGIN_MS, {"Function": "a"}, Latency=1)).store.statistic(
            LATENCY, "p101", 60, SPAN
        )


def test_each_dimension_set_is_a_metric_of_its_own(data_of: Callable[..., Data]) -> None:
    """Lines with other dimensions do not count, nor do other namespaces."""
    both = line(BEGIN_MS, {"Function": "a", "Kind": "x"}, Latency=3)
    both["_aws"]["CloudWatchMetrics"][0]["Dimensions"] = [["Kind", "Function"], ["Function"], []]
    other = line(BEGIN_MS, {"Function": "a"}, Latency=100)
    other["_aws"]["CloudWatchMetrics"][0]["Namespace"] = "Other"
    data = data_of(both, other, line(BEGIN_MS, {"Function": "a"}, Latency=5))

    assert data.store.statistic(LATENCY, "Sum", 60, SPAN) == {("a",): {BEGIN_MS: 8}}
    of_both = Metric("Shop", "Latency", ("Function", "Kind"))
    assert data.store.statistic(of_both, "Sum", 60, SPAN) == {("a", "x"): {BEGIN_MS: 3}}
    assert data.store.statistic(Metric("Shop", "Latency", ()), "Sum", 60, SPAN) == {
        (): {BEGIN_MS: 3}
    }
    assert len(data.store.metrics) == 4


def test_odd_values_and_names(data_of: Callable[..., Data]) -> None:
    """Texts, blanks, nothing, and names with dots, quotes and slashes."""
    name = "a.b/c~'\"d"
    odd = line(BEGIN_MS, {"Function": "a"}, **{name: 7})
    data = data_of(
        odd,
        line(BEGIN_MS, {"Function": "a"}, Latency="3"),
        line(BEGIN_MS, {"Function": "a"}, Latency=None),
        line(BEGIN_MS, {"Function": "a"}, Latency=[1, "x"]),
        line(BEGIN_MS, {"Function": " "}, Latency=5),
        line(BEGIN_MS, {"Function": "a"}, Latency=True),
        line(BEGIN_MS, {"Function": "a"}, Latency=2),
        '{"_aws": {"Timestamp": 1, "CloudWatchMetrics": [',
    )

    assert data.store.statistic(Metric("Shop", name, ("Function",)), "Sum", 60, SPAN) == {
        ("a",): {BEGIN_MS: 7}
    }
    assert data.store.statistic(LATENCY, "SampleCount", 60, SPAN) == {("a",): {BEGIN_MS: 1}}


@pytest.mark.parametrize(
    "change",
    [
        {"Namespace": ""},
        {"Namespace": 5},
        {"Dimensions": []},
        {"Dimensions": "Function"},
        {"Dimensions": [["Function"] * 31]},
        {"Dimensions": [["Function", "Function"]]},
        {"Metrics": [{"Unit": "Count"}]},
        {"Metrics": [{"Name": "Latency"}] * 101},
        {"Metrics": "Latency"},
        {"Metrics": [{"Name": "Latency", "Unit": "Bananas"}]},
        {"Metrics": [{"Name": "Latency", "StorageResolution": 30}]},
    ],
)
def test_what_cloudwatch_refuses_gives_no_metric(
    data_of: Callable[..., Data], change: dict[str, object]
) -> None:
    """A directive that is not as specified counts as a validation error, and costs no other."""
    refused = line(BEGIN_MS, {"Function": "a"}, Latency=100)
    refused["_aws"]["CloudWatchMetrics"][0] |= change
    data = data_of(refused, line(BEGIN_MS, {"Function": "a"}, Latency=1))

    assert data.store.statistic(LATENCY, "Sum", 60, SPAN) == {("a",): {BEGIN_MS: 1}}
    assert data.store.refused.validation_errors == 1


def test_nothing_gives_nothing(data_of: Callable[..., Data]) -> None:
    """Without EMF lines there are no metrics, no time and no error."""
    data = data_of("{}", "not JSON")

    assert (data.store.metrics, data.store.span) == ([], None)
    assert data.store.statistic(LATENCY, "Sum", 60, SPAN) == {}


def test_only_what_is_wanted_is_read(data_of: Callable[..., Data]) -> None:
    """Metrics that no widget asks for are left out."""
    data = data_of(
        line(BEGIN_MS, {"Function": "a"}, Latency=1, Other=2), wanted={"Latency", "Missing"}
    )

    assert [metric.name for metric, _ in data.store.metrics] == ["Latency"]


def test_values_with_counts(data_of: Callable[..., Data]) -> None:
    """As OpenTelemetry's exporter writes them, beside plain values."""
    counted = {"Values": [1, 4], "Counts": [3, 1], "Max": 4, "Min": 1, "Count": 4, "Sum": 7}
    data = data_of(
        line(BEGIN_MS, {"Function": "a"}, Latency=counted),
        line(BEGIN_MS + 1, {"Function": "a"}, Latency=[10]),
    )

    for statistic, value in {
        "Sum": 17,
        "SampleCount": 5,
        "p50": 1,
        "Maximum": 10,
        "tc50": 3,
    }.items():
        found = data.store.statistic(LATENCY, statistic, 60, SPAN)
        assert found == {("a",): {BEGIN_MS: value}}, statistic
    assert len(data.store.metrics) == 1


def test_values_that_are_no_numbers_do_not_count(data_of: Callable[..., Data]) -> None:
    """Beyond what a float holds, in an array and beside values with counts."""
    beyond = json.dumps(line(BEGIN_MS, {"Function": "a"}, Latency=[2, 9])).replace(
        "9]", "1e999, 1e200]"
    )
    data = data_of(
        line(BEGIN_MS, {"Function": "a"}, Latency={"Values": [1, 3], "Counts": [1, 1]}), beyond
    )

    for statistic, value in {"SampleCount": 3, "p50": 2, "Maximum": 3}.items():
        found = data.store.statistic(LATENCY, statistic, 60, SPAN)
        assert found == {("a",): {BEGIN_MS: value}}, statistic


def test_too_many_values_are_refused(data_of: Callable[..., Data]) -> None:
    """An array holds 100 values at most; a longer one counts as an error, and nothing of it."""
    data = data_of(
        line(BEGIN_MS, {"Function": "a"}, Latency=[1] * 100),
        line(BEGIN_MS, {"Function": "a"}, Latency=[1] * 101),
    )

    assert data.store.statistic(LATENCY, "Sum", 60, SPAN) == {("a",): {BEGIN_MS: 100}}
    assert data.store.refused.validation_errors == 1


def test_standard_metrics_are_kept_by_the_minute(data_of: Callable[..., Data]) -> None:
    """Shorter periods need a storage resolution of one second."""
    high = line(BEGIN_MS + 12_000, {"Function": "a"}, Fast=1)
    high["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["StorageResolution"] = 1
    data = data_of(line(BEGIN_MS + 12_000, {"Function": "a"}, Latency=1), high)
    fast = Metric("Shop", "Fast", ("Function",))

    assert data.store.statistic(LATENCY, "Sum", 10, SPAN) == {("a",): {BEGIN_MS: 1}}
    assert data.store.statistic(fast, "Sum", 10, SPAN) == {("a",): {BEGIN_MS + 10_000: 1}}


def test_directives_that_come_late(
    data_of: Callable[..., Data], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the first lines are looked at before all are read; others may declare other things."""
    monkeypatch.setattr("reuse_cli.cloudwatch.line_table.SAMPLE", 1)
    same = line(BEGIN_MS, {"Function": "a"}, Latency=2)
    same["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Unit"] = "Count"
    data = data_of(
        line(BEGIN_MS, {"Function": "a"}, Latency=1),
        same,
        line(BEGIN_MS, {"Zone": "z"}, Latency=4),
        line(BEGIN_MS, {"Zone": "z"}, Other=8),
    )

    assert data.store.statistic(LATENCY, "Sum", 60, SPAN) == {("a",): {BEGIN_MS: 3}}
    assert data.store.statistic(Metric("Shop", "Latency", ("Zone",)), "Sum", 60, SPAN) == {
        ("z",): {BEGIN_MS: 4}
    }
    assert [metric.name for metric, _ in data.store.metrics] == ["Latency", "Latency", "Other"]
