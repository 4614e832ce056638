"""The dashboards: what is committed is what the code gives, and CloudWatch can draw it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from reuse_dashboards import overview, template, widgets
from reuse_dashboards.__main__ import DASHBOARDS, rendered
from reuse_extension.core import records

ROOT = Path(__file__).parents[2]
METRICS = {field.name: field.unit for field in records.METRICS}
BODY = overview.dashboard()


@pytest.mark.parametrize("name", DASHBOARDS)
def test_the_committed_json_is_what_the_code_gives(name):
    """`make dashboards` writes it."""
    assert (ROOT / "dashboards" / f"{name}.json").read_text() == rendered(DASHBOARDS[name]())


def test_the_template_holds_the_overview():
    """As text, for the region it is deployed to."""
    text = (ROOT / "template.yaml").read_text()

    assert template.with_body(text, BODY) == text


def test_a_template_without_a_dashboard_is_refused():
    with pytest.raises(ValueError, match="one dashboard"):
        template.with_body("Resources: {}", BODY)


def test_widgets_fill_the_grid_and_do_not_overlap():
    """24 columns, no cell twice."""
    cells = [
        (x, y)
        for widget in BODY["widgets"]
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]

    assert len(cells) == len(set(cells))
    assert {x for x, _ in cells} == set(range(24))


def test_every_metric_is_in_the_catalogue():
    """With the dimensions under which the extension publishes it."""
    rows = [
        row
        for widget in BODY["widgets"]
        for row in widget["properties"].get("metrics", ())
        if isinstance(row[0], str) and row[0] == "LambdaReuse"
    ]

    assert len(rows) > 20
    for row in rows:
        assert row[1] in METRICS
        assert row[2:4] == ["FunctionName", "FUNCTION"]


def test_a_metric_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="CacheHitz"):
        widgets.series("CacheHitz", "Sum")


def test_expressions_use_ids_of_their_own_widget():
    for widget in BODY["widgets"]:
        rows = widget["properties"].get("metrics", [])
        ids = {row[-1]["id"] for row in rows if isinstance(row[-1], dict) and "id" in row[-1]}
        for row in rows:
            if isinstance(row[0], dict):
                words = row[0]["expression"].replace("(", " ").replace(")", " ").split()
                names = {word.strip(",") for word in words if word.strip(",").islower()}
                assert names <= ids


def test_the_body_is_within_cloudwatchs_limits():
    """500 widgets, 500 metrics a widget, and a body that is JSON."""
    assert len(BODY["widgets"]) <= 500
    assert json.loads(json.dumps(BODY)) == BODY


@pytest.mark.slow
def test_the_template_is_sound():
    """By cfn-lint, offline."""
    linter = shutil.which("cfn-lint", path=str(Path(sys.executable).parent)) or "cfn-lint"
    done = subprocess.run(
        [linter, str(ROOT / "template.yaml")], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, "")
