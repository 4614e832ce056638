"""Dashboard bodies: what CloudWatch would refuse is named with its place."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from reuse_cli.cloudwatch import check

ROOT = Path(__file__).parents[3]
METRIC = {
    "metrics": [
        ["Shop", "Calls", "Function", "a", {"id": "calls", "stat": "p99.9", "period": 60}],
        ["...", "b"],
        [".", "Failures", ".", "."],
        [{"expression": "SUM(METRICS()) / calls", "id": "e1", "color": "#1f77b4"}],
    ],
    "region": "us-east-1",
    "view": "timeSeries",
    "yAxis": {"left": {"min": 0, "max": 5}},
    "annotations": {"horizontal": [{"value": 1}, [{"value": 1}, {"value": 2}]]},
    "legend": {"position": "right"},
}
BODY: dict[str, Any] = {
    "start": "-PT3H",
    "periodOverride": "inherit",
    "widgets": [
        {"type": "metric", "x": 0, "y": 0, "width": 12, "height": 6, "properties": METRIC},
        {
            "type": "log", "x": 12, "y": 0, "width": 12, "height": 6,
            "properties": {"query": "SOURCE 'x' | limit 5", "region": "eu-west-1", "view": "table"},
        },
        {"type": "text", "x": 0, "y": 6, "width": 24, "height": 1, "properties": {"markdown": "x"}},
        {"type": "custom", "properties": {"endpoint": "arn:aws:lambda:us-east-1:1:function:f"}},
        {"type": "alarm", "properties": {"alarms": []}},
        {"type": "explorer", "properties": {"anything": 1}},
    ],
    "variables": [
        {
            "type": "property", "property": "Function", "inputType": "select", "id": "function",
            "search": "{Shop,Function} MetricName=\"Calls\"", "populateFrom": "Function",
            "defaultValue": "__FIRST", "label": "Function", "visible": True,
        }
    ],
}  # fmt: skip


def changed(path: str, value: Any) -> dict[str, Any]:
    """The body with another value at a path such as `widgets.0.x`; `del` takes it away."""
    body = copy.deepcopy(BODY)
    *way, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
    place: Any = body
    for step in way:
        place = place[step]
    if value == "del":
        del place[last]
    elif isinstance(place, list) and last == len(place):
        place.append(value)
    else:
        place[last] = value
    return body


def errors(body: Any) -> list[str]:
    return [str(problem) for problem in check.problems(body) if problem.is_error]


def test_a_sound_body_has_no_problem() -> None:
    assert check.problems(BODY) == []


@pytest.mark.parametrize("path", sorted((ROOT / "dashboards").glob("*.json")), ids=lambda p: p.name)
def test_the_projects_own_bodies_have_none(path: Path) -> None:
    body = json.loads(path.read_text())
    if "widgets" in body:
        assert check.problems(body) == []


FIRST = "widgets.0.properties"
FIRST_PLACE = "widgets[0].properties"
ANNOTATIONS = "widgets[0].properties.annotations"


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("widgets", "del", "body"),
        ("widgets", {}, "body.widgets"),
        ("start", "3h", "body.start"),
        ("start", "-P", "body.start"),
        ("periodOverride", "never", "body.periodOverride"),
        ("widgets.0.type", "graph", "widgets[0].type"),
        ("widgets.0.type", ["metric"], "widgets[0].type"),
        ("widgets.0.x", 24, "widgets[0].x"),
        ("widgets.0.x", -1, "widgets[0].x"),
        ("widgets.0.x", 1.5, "widgets[0].x"),
        ("widgets.0.x", True, "widgets[0].x"),
        ("widgets.0.x", 13, "widgets[0]"),
        ("widgets.0.width", 0, "widgets[0].width"),
        ("widgets.0.width", 25, "widgets[0].width"),
        ("widgets.0.height", 1001, "widgets[0].height"),
        ("widgets.0.width", 13, "widgets[1]"),
        ("widgets.0.properties", "del", "widgets[0]"),
        ("widgets.0", 5, "widgets[0]"),
        (f"{FIRST}.region", "del", "widgets[0].properties"),
        (FIRST, {"region": "x"}, "widgets[0].properties"),
        (f"{FIRST}.metrics", "x", "widgets[0].properties.metrics"),
        (f"{FIRST}.metrics.0", [], "widgets[0].properties.metrics[0]"),
        (f"{FIRST}.metrics.0", ["..."], "widgets[0].properties.metrics[0]"),
        (f"{FIRST}.metrics.0", ["N", ".", "D", "v"], "widgets[0].properties.metrics[0]"),
        (f"{FIRST}.metrics.0.3", 5, "widgets[0].properties.metrics[0]"),
        (f"{FIRST}.metrics.0.3", "", "widgets[0].properties.metrics[0]"),
        (f"{FIRST}.metrics.0.0", ":N", "widgets[0].properties.metrics[0]"),
        (f"{FIRST}.metrics.0", ["N", "M", "D"], "widgets[0].properties.metrics[0]"),
        (f"{FIRST}.metrics.0", ["N"], "widgets[0].properties.metrics[0]"),
        (f"{FIRST}.metrics.0", ["N", "M"] + ["D", "v"] * 31, "widgets[0].properties.metrics[0]"),
        (f"{FIRST}.metrics.0.4.id", "Calls", "widgets[0].properties.metrics[0].id"),
        (f"{FIRST}.metrics.0.4.id", "e1", "widgets[0].properties.metrics[3]"),
        (f"{FIRST}.metrics.0.4.stat", "p101", "widgets[0].properties.metrics[0].stat"),
        (f"{FIRST}.metrics.0.4.stat", 5, "widgets[0].properties.metrics[0].stat"),
        (f"{FIRST}.metrics.0.4.period", 61, "widgets[0].properties.metrics[0].period"),
        (f"{FIRST}.metrics.0.4.period", 0, "widgets[0].properties.metrics[0].period"),
        (f"{FIRST}.metrics.0.4.period", "60", "widgets[0].properties.metrics[0].period"),
        (f"{FIRST}.metrics.0.4.yAxis", "top", "widgets[0].properties.metrics[0].yAxis"),
        (f"{FIRST}.metrics.0.4.visible", "no", "widgets[0].properties.metrics[0].visible"),
        (f"{FIRST}.metrics.3.0.color", "red", "widgets[0].properties.metrics[3].color"),
        (f"{FIRST}.metrics.3.0.expression", "x + 1", "widgets[0].properties.metrics[3]"),
        (f"{FIRST}.metrics.3.0.expression", "SUM(", "widgets[0].properties.metrics[3]"),
        (f"{FIRST}.metrics.3.0.expression", "SELECT x", "widgets[0].properties.metrics[3]"),
        (
            f"{FIRST}.metrics.3.0.expression",
            "SEARCH('{Shop', 'Sum', 60)",
            "widgets[0].properties.metrics[3]",
        ),
        (
            f"{FIRST}.metrics.3.0.expression",
            f"SEARCH('{{Shop}} {'x' * 1024}', 'Sum', 60)",
            "widgets[0].properties.metrics[3]",
        ),
        (f"{FIRST}.view", "pie chart", "widgets[0].properties.view"),
        (f"{FIRST}.stacked", "yes", "widgets[0].properties.stacked"),
        (f"{FIRST}.yAxis", {"left": {"min": 5, "max": 5}}, "widgets[0].properties.yAxis"),
        (f"{FIRST}.yAxis", {"left": {"min": "0"}}, "widgets[0].properties.yAxis"),
        (f"{FIRST}.yAxis", {"top": {}}, "widgets[0].properties.yAxis"),
        (f"{FIRST}.yAxis", 5, "widgets[0].properties.yAxis"),
        (f"{FIRST}.annotations", {"horizontal": [{"label": "x"}]}, ANNOTATIONS),
        (f"{FIRST}.annotations", {"vertical": [{"value": "x"}]}, ANNOTATIONS),
        (f"{FIRST}.annotations", {"diagonal": []}, "widgets[0].properties.annotations"),
        (f"{FIRST}.annotations", {"horizontal": 5}, "widgets[0].properties.annotations"),
        (f"{FIRST}.legend", {"position": "top"}, "widgets[0].properties.legend"),
        ("widgets.1.properties.query", "limit 5", "widgets[1].properties.query"),
        ("widgets.1.properties.query", "", "widgets[1].properties.query"),
        ("widgets.1.properties.view", "timeSeries", "widgets[1].properties.query"),
        ("widgets.1.properties.region", "del", "widgets[1].properties"),
        ("widgets.2.properties.background", "blue", "widgets[2].properties.background"),
        ("widgets.2.properties.markdown", 5, "widgets[2].properties.markdown"),
        ("widgets.3.properties.endpoint", "del", "widgets[3].properties"),
        ("widgets.4.properties.alarms", "x", "widgets[4].properties.alarms"),
        ("variables", {}, "body.variables"),
        ("variables.0", 5, "variables[0]"),
        ("variables.0.id", "1", "variables[0].id"),
        ("variables.0.type", "value", "variables[0].type"),
        ("variables.0.type", "pattern", "variables[0]"),
        ("variables.0.pattern", "(", "variables[0].pattern"),
        ("variables.0.pattern", "", "variables[0].pattern"),
        ("variables.0.inputType", "menu", "variables[0].inputType"),
        ("variables.0.search", "del", "variables[0]"),
        ("variables.0.search", "{Shop", "variables[0]"),
        ("variables.0.populateFrom", "del", "variables[0]"),
        ("variables.1", BODY["variables"][0], "variables[1]"),
        ("widgets", [BODY["widgets"][4]] * 501, "widgets"),
        (f"{FIRST}.metrics", [["N", "M"]] * 501, "widgets[0].properties.metrics"),
        ("variables", [BODY["variables"][0]] * 26, "variables"),
        (FIRST, {**METRIC, "view": "gauge", "yAxis": {"left": {"min": 0}}}, FIRST_PLACE),
        (FIRST, {**METRIC, "view": "gauge", "yAxis": {}}, FIRST_PLACE),
    ],
)  # fmt: skip
def test_what_cloudwatch_refuses_has_a_place(path: str, value: Any, place: str) -> None:
    found = errors(changed(path, value))

    assert any(message.startswith(f"{place}: ") for message in found), found


def test_too_many_metrics_in_all() -> None:
    """Each widget within its limit, and all together beyond theirs."""
    properties = {"metrics": [["N", "M"]] * 500, "region": "us-east-1"}

    assert errors({"widgets": [{"type": "metric", "properties": properties}] * 6}) == [
        "widgets: have 3000 metrics; CloudWatch takes 2500"
    ]


@pytest.mark.parametrize("body", [[], "x", None, 5])
def test_what_is_no_object_is_refused(body: Any) -> None:
    assert errors(body) == ["body: is not a JSON object"]


def test_a_part_of_a_longer_row_may_be_that_before() -> None:
    """A row with one dimension more than the one before it, or after a row with three dots."""
    rows = [["N", "M", "D", "v"], ["...", "w"], [".", ".", ".", ".", "E", "x"]]

    assert check.problems(changed(f"{FIRST}.metrics", rows)) == []


def test_what_is_only_unknown_is_a_warning() -> None:
    """A property that is not known, and a query that cannot be evaluated here, may be sound."""
    unknown = check.problems(changed("widgets.0.properties.sparkles", True))
    query = check.problems(changed("widgets.1.properties.query", "SOURCE 'x' | pattern @message"))

    assert [(problem.place, problem.is_error) for problem in unknown + query] == [
        ("widgets[0].properties.sparkles", False),
        ("widgets[1].properties.query", False),
    ]
