"""The dashboards for Grafana ask what those for CloudWatch ask, in the same places."""

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from reuse_dashboards import DASHBOARDS, FOR_GRAFANA, fleet, function, grafana, rendered

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=FOR_GRAFANA)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def made(name: str) -> dict[str, Any]:
    return grafana.dashboard(name, DASHBOARDS[name]())


def test_the_committed_json_is_what_the_code_gives(name: str, made: dict[str, Any]) -> None:
    """`make dashboards` writes it."""
    assert (ROOT / "dashboards" / "grafana" / f"{name}.json").read_text() == rendered(made)


def test_every_widget_is_there(name: str, made: dict[str, Any]) -> None:
    """But the table over log groups that are named by their prefix."""
    titles = [widget["properties"].get("title", "") for widget in DASHBOARDS[name]()["widgets"]]
    left_out = ["Functions by cold start rate"] if name == fleet.NAME else []

    assert [panel["title"] for panel in made["panels"]] == [
        title for title in titles if title not in left_out
    ]


def test_panels_do_not_overlap(made: dict[str, Any]) -> None:
    """In Grafana's grid of 24 columns."""
    places = [panel["gridPos"] for panel in made["panels"]]

    assert all(0 <= p["x"] and p["x"] + p["w"] <= 24 and p["h"] > 0 for p in places)
    for a, b in combinations(places, 2):
        is_beside = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
        assert is_beside or a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]


def test_every_row_is_a_query(name: str, made: dict[str, Any]) -> None:
    """With its own id where an expression refers to it; no place holder of CloudWatch is left."""
    rows = [
        row
        for widget in DASHBOARDS[name]()["widgets"]
        for row in widget["properties"].get("metrics", ())
    ]
    targets = [
        target
        for panel in made["panels"]
        for target in panel.get("targets", ())
        if target["queryMode"] == "Metrics"
    ]

    assert len(targets) == len(rows)
    for target, row in zip(targets, rows, strict=True):
        options = row[-1] if isinstance(row[-1], dict) else {}
        asked = target.get("sqlExpression") or target.get("expression") or target.get("metricName")
        assert asked in (options.get("expression"), row[1] if len(row) > 1 else None)
        assert target["hide"] == (options.get("visible") is False)
        assert target["id"] == options.get("id", "")
    for panel in made["panels"]:
        letters = [target["refId"] for target in panel.get("targets", ())]
        assert len(set(letters)) == len(letters)
    text = json.dumps(made)
    assert '"FUNCTION"' not in text
    assert "REGION" not in text


def test_a_function_is_chosen_by_a_variable() -> None:
    """Of those that have the metric; the log widgets follow it."""
    made = grafana.dashboard(function.NAME, function.dashboard())
    variables = {one["name"]: one for one in made["templating"]["list"]}
    logs = [
        target
        for panel in made["panels"]
        for target in panel.get("targets", ())
        if target["queryMode"] == "Logs"
    ]

    assert variables["function"]["query"]["dimensionKey"] == "FunctionName"
    assert [target["logGroupNames"] for target in logs] == [["/aws/lambda/$function"]] * 3
    assert all('FunctionName = "$function"' in target["expression"] for target in logs)
    assert not any("SOURCE" in target["expression"] for target in logs)


def test_a_rate_is_a_mean_and_a_count_a_sum() -> None:
    made = grafana.dashboard(function.NAME, function.dashboard())
    calculated = {
        panel["title"]: panel["options"]["reduceOptions"]["calcs"]
        for panel in made["panels"]
        if panel["type"] == "stat"
    }

    assert calculated["Invocations"] == calculated["Time wasted"] == ["sum"]
    assert calculated["Warm share"] == calculated["Invocations a container"] == ["mean"]
