"""What widgets show: rows, expressions, labels, variables, and the whole range as one value."""

from collections.abc import Callable
from typing import Any

import pytest
from reuse_cli.cloudwatch import body as bodies
from reuse_cli.cloudwatch.evaluate import Data, Shown, evaluate
from reuse_cli.cloudwatch.functions import MathError
from reuse_cli.cloudwatch.series import TimeRange

from .conftest import BEGIN_MS, MINUTE_MS, line

SPAN = TimeRange(BEGIN_MS, BEGIN_MS + 15 * MINUTE_MS)
FIVE = 5 * MINUTE_MS


def widget(metrics: list[Any], **properties: Any) -> dict[str, Any]:
    """A metric widget."""
    own = {"metrics": metrics, "region": "us-east-1", **properties}
    return {"type": "metric", "x": 0, "y": 0, "width": 6, "height": 6, "properties": own}


def shown(data: Data, metrics: list[Any], **properties: Any) -> list[tuple[str, str, Any]]:
    """(id, label, points from the range's start) of each series of one widget."""
    (only,) = evaluate({"widgets": [widget(metrics, **properties)]}, data, SPAN)
    assert only.error is None
    return [
        (one.id, one.label, {at - BEGIN_MS: value for at, value in one.points.items()})
        for one in only.series
    ]


@pytest.fixture
def shop(data_of: Callable[..., Data]) -> Data:
    """Two functions: `a` with calls in three periods and a failure in one, `b` with one call."""
    return data_of(
        line(BEGIN_MS, {"Function": "a"}, Calls=10, Latency=[10, 20]),
        line(BEGIN_MS + FIVE, {"Function": "a"}, Calls=20, Latency=[30]),
        line(BEGIN_MS + FIVE + 1, {"Function": "a"}, Failures=5),
        line(BEGIN_MS + 2 * FIVE, {"Function": "a"}, Calls=40),
        line(BEGIN_MS + FIVE, {"Function": "b"}, Calls=3, Latency=[7]),
    )


def test_rows_have_the_widgets_defaults(shop: Data) -> None:
    """Average and five minutes, or what the widget says, or what the row says."""
    row = ["Shop", "Latency", "Function", "a"]

    assert shown(shop, [row]) == [("m1", "Latency", {0: 15, FIVE: 30})]
    assert shown(shop, [row], stat="Sum", period=60) == [("m1", "Latency", {0: 30, FIVE: 30})]
    assert shown(shop, [[*row, {"stat": "Maximum", "id": "top", "label": "Top"}]], stat="Sum") == [
        ("top", "Top", {0: 20, FIVE: 30})
    ]
    assert shown(shop, [["Shop", "Latency", "Function", "nobody"]]) == [("m1", "Latency", {})]


def test_rows_repeat_the_row_before(shop: Data) -> None:
    """ "." stands for a part, "..." for all but the last parts."""
    rows = [
        ["Shop", "Calls", "Function", "a", {"stat": "Sum"}],
        [".", "Failures", ".", ".", {"stat": "Sum"}],
        ["Shop", "Calls", "Function", "a", {"stat": "Sum"}],
        ["...", "b", {"stat": "Sum"}],
        ["...", ".", "a", {"stat": "Sum"}],
    ]

    assert [points for _, _, points in shown(shop, rows)] == [
        {0: 10, FIVE: 20, 2 * FIVE: 40},
        {FIVE: 5},
        {0: 10, FIVE: 20, 2 * FIVE: 40},
        {FIVE: 3},
        {0: 10, FIVE: 20, 2 * FIVE: 40},
    ]


def test_ids_that_are_given_are_not_those_of_other_rows(shop: Data) -> None:
    """A row without an id is not taken for one whose author called it m1."""
    rows = [
        ["Shop", "Calls", "Function", "a"],
        ["Shop", "Failures", "Function", "a", {"id": "m1"}],
        [{"expression": "m1 * 2", "id": "twice"}],
    ]

    assert shown(shop, rows, stat="Sum") == [
        ("m1_", "Calls", {0: 10, FIVE: 20, 2 * FIVE: 40}),
        ("m1", "Failures", {FIVE: 5}),
        ("twice", "twice", {FIVE: 10}),
    ]


def test_expressions_over_hidden_rows(shop: Data) -> None:
    """A rate from sums; the rows that it is made of are not drawn."""
    rows = [
        [{"expression": "100 * FILL(failures, 0) / calls", "label": "% failed", "id": "rate"}],
        ["Shop", "Calls", "Function", "a", {"id": "calls", "stat": "Sum", "visible": False}],
        ["Shop", "Failures", "Function", "a", {"id": "failures", "stat": "Sum", "visible": False}],
    ]

    assert shown(shop, rows) == [("rate", "% failed", {0: 0, FIVE: 25, 2 * FIVE: 0})]
    assert shown(shop, rows, view="singleValue", setPeriodToTimeRange=True) == [
        ("rate", "% failed", {0: pytest.approx(100 * 5 / 70)})
    ]


def test_a_sum_that_never_occurred_is_filled(shop: Data) -> None:
    """FILL makes zeros of a metric without any point, also over the whole range."""
    rows = [
        [{"expression": "FILL(none, 0)", "id": "filled"}],
        ["Shop", "Nothing", "Function", "a", {"id": "none", "stat": "Sum", "visible": False}],
    ]

    assert shown(shop, rows) == [("filled", "filled", {0: 0, FIVE: 0, 2 * FIVE: 0})]
    assert shown(shop, rows, view="singleValue", setPeriodToTimeRange=True) == [
        ("filled", "filled", {0: 0})
    ]


def test_one_value_for_the_whole_range(shop: Data) -> None:
    """Percentiles of the range are not percentiles of periods."""
    row = ["Shop", "Latency", "Function", "a", {"stat": "p50"}]

    assert shown(shop, [row], view="singleValue", setPeriodToTimeRange=True) == [
        ("m1", "Latency", {0: 20})
    ]


def test_a_search_that_finds_nothing_adds_up_to_nothing(shop: Data) -> None:
    """And can be filled, over the whole range or by the period that it was asked for."""

    def sums(period_s: int) -> list[dict[str, str]]:
        calls, colds = (
            f"SUM(SEARCH('{{Shop,Function}} MetricName=\"{name}\"', 'Sum', {period_s}))"
            for name in ("Calls", "ColdStarts")
        )
        return [{"expression": f"100 * FILL({colds}, 0) / {calls}", "label": "cold"}]

    whole = {"view": "singleValue", "setPeriodToTimeRange": True}
    assert shown(shop, [sums(300)], **whole) == [("e1", "cold", {0: 0})]
    assert shown(shop, [sums(60)]) == [("e1", "cold", {0: 0, FIVE: 0, 2 * FIVE: 0})]
    assert shown(shop, [sums(900)], period=60) == [("e1", "cold", {0: 0})]


def test_searches_give_a_series_each(shop: Data) -> None:
    """One series a metric that is found, told apart by its dimension values."""
    text = "SEARCH('{Shop,Function} MetricName=\"Calls\"', 'Sum', 900)"

    assert shown(shop, [[{"expression": text, "id": "s"}]]) == [
        ("s", "a", {0: 70}),
        ("s", "b", {0: 3}),
    ]
    assert shown(shop, [[{"expression": f"SUM({text})", "id": "s", "label": "all"}]]) == [
        ("s", "all", {0: 73})
    ]
    labelled = {"expression": text, "id": "s", "label": "${PROP('Dim.Function')}: ${SUM}"}
    assert [label for _, label, _ in shown(shop, [[labelled]])] == ["a: 70", "b: 3"]
    same = {"expression": text, "id": "s", "label": "Calls"}
    assert [label for _, label, _ in shown(shop, [[same]])] == ["Calls a", "Calls b"]


def test_metrics_insights(shop: Data) -> None:
    """Groups, order and limit."""
    text = 'SELECT SUM(Calls) FROM SCHEMA("Shop", Function) GROUP BY Function ORDER BY SUM() DESC'

    assert shown(shop, [[{"expression": text, "id": "q"}]], period=900) == [
        ("q", "a", {0: 70}),
        ("q", "b", {0: 3}),
    ]
    limited = [[{"expression": text + " LIMIT 1", "id": "q"}]]
    assert [label for _, label, _ in shown(shop, limited, period=900)] == ["a"]
    together = [[{"expression": 'SELECT SUM(Calls) FROM "Shop"', "id": "q"}]]
    assert shown(shop, together, period=900) == [("q", "Calls", {0: 73})]


@pytest.mark.parametrize(
    ("metrics", "says"),
    [
        ([[{"expression": "x + 1", "id": "e"}]], "no row has this id"),
        ([[{"expression": "e + 1", "id": "e"}]], "refers to itself"),
        ([[{"expression": "'a'", "id": "e"}]], "gives a text"),
        ([["Shop"]], "needs a namespace"),
        ([["Shop", "Calls", "Function"]], "needs a namespace"),
        ([5], "not a list"),
        ([["Shop", "Calls", "Function", "a", {"stat": "odd"}]], "'odd' is not supported"),
        ([["Shop", "Calls", "Function", "a", {"period": "x"}]], "not a period"),
    ],
)
def test_a_widget_that_cannot_be_evaluated_says_why(
    shop: Data, metrics: list[Any], says: str
) -> None:
    """The others are evaluated all the same."""
    good = widget([["Shop", "Calls", "Function", "a"]])
    first, second = evaluate({"widgets": [widget(metrics), good]}, shop, SPAN)

    assert says in str(first.error)
    assert (second.error, len(second.series)) == (None, 1)


def test_log_and_other_widgets(shop: Data) -> None:
    """A log widget has a table; what is not in log lines says so."""
    log = {"type": "log", "properties": {"query": "SOURCE 'x' | stats count(*) as n"}}
    broken = {"type": "log", "properties": {"query": "SOURCE 'x' | explode"}}
    text = {"type": "text", "properties": {"markdown": "# Hello"}}
    found = evaluate({"widgets": [log, broken, text, {"type": "custom"}]}, shop, SPAN)

    assert [one.type for one in found] == ["log", "log", "text", "custom"]
    assert found[0].table is not None
    assert found[0].table.rows == [(5,)]
    assert "cannot be read" in str(found[1].error)
    assert found[2] == Shown("", "text", text, span=SPAN)
    assert found[3].error == "what a Lambda function draws cannot be evaluated from log lines"


VARIABLES = [
    {
        "type": "pattern",
        "pattern": "FUNCTION",
        "inputType": "select",
        "id": "function",
        "label": "Function",
        "defaultValue": "__FIRST",
        "search": '{Shop,Function} MetricName="Calls"',
        "populateFrom": "Function",
    },
    {"type": "property", "property": "stat", "inputType": "radio", "id": "stat",
     "values": [{"value": "Sum", "label": "sum"}, {"value": "Maximum"}], "defaultValue": "Sum"},
]  # fmt: skip


def test_variables_are_filled_in(shop: Data) -> None:
    """A pattern everywhere, a property where it stands; the first value, or the chosen one."""
    body = {
        "variables": VARIABLES,
        "widgets": [
            {**widget([["Shop", "Calls", "Function", "FUNCTION"]], stat="Average", period=900)},
            {"type": "log", "properties": {"query": "SOURCE '/aws/lambda/FUNCTION' | limit 1"}},
        ],
    }
    for choice, values in (
        ({}, ("a", "Sum", 70)),
        ({"function": "b", "stat": "Maximum"}, ("b", "Maximum", 3)),
    ):
        found = bodies.variables(body, shop.store, choice)
        filled = bodies.substituted(body, found)
        first, second = evaluate(filled, shop, SPAN)

        assert [one.value for one in found] == [*values[:2]]
        assert list(first.series[0].points.values()) == [values[2]]
        assert second.widget["properties"]["query"].startswith(f"SOURCE '/aws/lambda/{values[0]}'")
    assert body["widgets"][0]["properties"]["metrics"][0][3] == "FUNCTION"
    assert [one.values for one in bodies.variables(body, shop.store, {})] == [
        ("a", "b"),
        ("Sum", "Maximum"),
    ]


def test_a_dimension_is_a_property_too(shop: Data) -> None:
    body = {
        "variables": [
            {"type": "property", "property": "Function", "inputType": "input", "id": "f"}
        ],
        "widgets": [widget([["Shop", "Calls", "Function", "a", {"stat": "Sum"}]], period=900)],
    }
    filled = bodies.substituted(body, bodies.variables(body, shop.store, {"f": "b"}))

    assert filled["widgets"][0]["properties"]["metrics"][0][3] == "b"


def test_an_unknown_variable_is_refused(shop: Data) -> None:
    with pytest.raises(MathError, match="no variable 'x'; it has function, stat"):
        bodies.variables({"variables": VARIABLES, "widgets": []}, shop.store, {"x": "1"})


def test_a_pattern_that_is_none_is_refused(shop: Data) -> None:
    body = {"variables": [{"type": "pattern", "pattern": "(", "id": "p"}], "widgets": []}

    with pytest.raises(MathError, match="the pattern '\\(' of a variable cannot be read"):
        bodies.substituted(body, bodies.variables(body, shop.store, {"p": "b"}))


def test_what_a_body_needs_of_the_data() -> None:
    """Names of rows, searches and queries; anything where a search names no metric."""
    rows = [
        ["Shop", "Calls"],
        [{"expression": "SUM(SEARCH('{Shop} MetricName=\"Latency\"', 'Sum', 60))"}],
        [{"expression": 'SELECT MAX(Failures) FROM "Shop"'}],
    ]
    anything = [[{"expression": "SEARCH('{Shop}', 'Sum', 60)"}]]

    assert bodies.wanted({"widgets": [widget(rows)]}) == {"Calls", "Latency", "Failures"}
    assert bodies.wanted({"widgets": [widget(rows), widget(anything)]}) is None
    assert bodies.wanted({"variables": VARIABLES, "widgets": []}) == {"Calls"}
    assert bodies.wanted({"widgets": [widget([5]), widget([[{"expression": "("}]])]}) == set()


def test_a_widget_with_a_range_of_its_own(shop: Data) -> None:
    """Before the dashboard's; its end is the dashboard's where it names none."""
    row = [["Shop", "Calls", "Function", "a", {"stat": "Sum"}]]

    assert shown(shop, row, start="-PT10M") == [("m1", "Calls", {FIVE: 20, 2 * FIVE: 40})]
    end = "2026-09-21T14:20:00Z"  # five minutes after the dashboard's start
    assert shown(shop, row, end=end, start="-PT5M") == [("m1", "Calls", {0: 10})]


def test_one_row_that_fails_costs_no_other(shop: Data) -> None:
    """The error stands beside what can be drawn."""
    rows = [
        ["Shop", "Calls", "Function", "a", {"id": "calls", "stat": "Sum"}],
        ["Shop", "Calls", "Function", "a", {"id": "fine", "stat": "Sum", "period": 60}],
        [{"expression": "calls / fine", "id": "mixed"}],
        [{"expression": "calls / 2", "id": "half"}],
    ]
    (only,) = evaluate({"widgets": [widget(rows)]}, shop, SPAN)

    assert [line.id for line in only.series] == ["calls", "fine", "half"]
    assert only.error == "series with periods of 60 s and 300 s cannot be combined here"


def test_the_whole_range_is_the_period(shop: Data) -> None:
    """What is divided by PERIOD is a rate over the range; SEARCH has the widget's period."""
    rows = [
        [{"expression": "calls / PERIOD(calls)", "id": "rate"}],
        ["Shop", "Calls", "Function", "a", {"id": "calls", "stat": "Sum", "visible": False}],
    ]
    options = {"view": "singleValue", "setPeriodToTimeRange": True}

    assert shown(shop, rows, **options) == [("rate", "rate", {0: 70 / 900})]
    assert shown(shop, rows, period=60)[0][2] == {0: 10 / 60, FIVE: 20 / 60, 2 * FIVE: 40 / 60}
    found = [[{"expression": "SEARCH('{Shop,Function} MetricName=\"Calls\" b', 'Sum')"}]]
    assert shown(shop, found, period=900)[0][2] == {0: 3}


def test_an_average_over_metrics_is_of_all_values(shop: Data) -> None:
    """Not of the averages: 10, 20, 30 and 7."""
    rows = [[{"expression": 'SELECT AVG(Latency) FROM "Shop"', "id": "q"}]]

    assert shown(shop, rows, period=900) == [("q", "Latency", {0: 67 / 4})]


def test_a_sum_of_nothing_is_nothing(shop: Data) -> None:
    """As in CloudWatch a metric without data gives no point, and no error."""
    rows = [
        [{"expression": "SUM(none) / 2 + calls", "id": "e"}],
        ["Shop", "None", "Function", "a", {"id": "none", "visible": False}],
        ["Shop", "Calls", "Function", "a", {"id": "calls", "stat": "Sum"}],
    ]

    assert [(name, len(points)) for name, _, points in shown(shop, rows)] == [
        ("e", 0),
        ("calls", 3),
    ]
