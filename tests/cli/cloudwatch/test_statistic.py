"""Statistics of counted values, against what CloudWatch's definitions give by hand."""

import pytest
from reuse_cli.cloudwatch.statistic import Counted, is_statistic
from reuse_cli.errors import UsageError

ONE_TO_TEN = [float(value) for value in range(1, 11)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Sum", 55),
        ("samplecount", 10),
        ("p50", 5.5),
        ("p90", 9.1),
        ("tm90", 5),  # 1 to 9
        ("TM(10%:90%)", 5.5),  # 2 to 9
        ("TM(2:5)", 4),  # 3, 4, 5: the lower bound is outside
        ("TM(:5)", 3),
        ("IQM", 5.5),  # 4 to 7
        ("wm90", (45 + 9.1) / 10),
        ("WM(3:8)", (3 * 3 + 4 + 5 + 6 + 7 + 8 * 3) / 10),
        ("tc90", 9),
        ("TC(2:5)", 3),
        ("ts90", 45),
        ("TS(80%:)", 19),
        ("PR(:3)", 30),
        ("PR(2:5)", 30),
        ("pr(8:)", 20),
    ],
)
def test_every_statistic(name: str, value: float) -> None:
    """The same whether values come one by one or with counts."""
    single, counted = Counted(), Counted()
    single.add(ONE_TO_TEN)
    for one in ONE_TO_TEN:
        assert counted.add_object({"Values": [one, 99], "Counts": [1, 0]})

    assert is_statistic(name)
    assert single.statistic(name) == pytest.approx(value)
    assert counted.statistic(name) == pytest.approx(value)


def test_counts_weigh() -> None:
    """Three times 1 and once 5."""
    counted = Counted()
    counted.add_object({"Values": [5, 1], "Counts": [1, 3], "Max": 5})

    assert counted.statistic("Average") == 2
    assert counted.statistic("p50") == 1
    assert counted.statistic("p100") == 5


def test_a_summary_has_no_percentiles() -> None:
    """Minimum, maximum, sum and count are known, what lies between is not."""
    counted = Counted()
    counted.add([7])
    assert counted.add_object({"Min": 1, "Max": 5, "Sum": 8, "Count": 3})

    assert [counted.statistic(name) for name in ("Sum", "Minimum", "Maximum")] == [15, 1, 7]
    assert counted.statistic("Average") == 15 / 4
    with pytest.raises(UsageError, match="cannot be computed from Min, Max, Sum and Count"):
        counted.statistic("p90")


@pytest.mark.parametrize("value", [{}, {"Values": [1], "Counts": []}, {"Min": 1, "Max": "2"}])
def test_other_objects_are_no_values(value: dict[str, object]) -> None:
    counted = Counted()

    assert not counted.add_object(value)
    assert counted.statistic("Sum") is None


@pytest.mark.parametrize(
    "name", ["p101", "P(1:2)", "TM(:)", "PR(5%:10%)", "TM(5%:10)", "median", ""]
)
def test_what_is_no_statistic(name: str) -> None:
    """Names that CloudWatch refuses, and near misses."""
    assert not is_statistic(name)
