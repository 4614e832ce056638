"""The dashboards: what is committed is what the code gives, and CloudWatch can draw it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from reuse_cli.analysis.prices import PRICES, X86_64
from reuse_cli.cloudwatch import body as bodies
from reuse_cli.cloudwatch import check, logs_insights
from reuse_dashboards import DASHBOARDS, fleet, function, rendered, template, widgets
from reuse_extension.core import records
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]
METRICS = {field.name: field.unit for field in records.METRICS}
MAX_LOG_WIDGETS = 3


@pytest.fixture(params=sorted(DASHBOARDS))
def name(request):
    return request.param


@pytest.fixture
def body(name):
    return DASHBOARDS[name]()


@pytest.fixture(params=[fleet, function], ids=lambda module: module.NAME)
def measured(request):
    """The bodies that show metrics; the timeline is one custom widget."""
    return request.param.dashboard()


def test_the_committed_json_is_what_the_code_gives(name):
    """`make dashboards` writes it."""
    assert (ROOT / "dashboards" / f"{name}.json").read_text() == rendered(DASHBOARDS[name]())


def test_the_template_holds_the_bodies():
    """As text, for the region that it is deployed to."""
    text = (ROOT / "template.yaml").read_text()

    assert template.with_bodies(text) == text
    assert text.count("${AWS::Region}") > 10


def test_the_template_holds_the_saved_queries():
    """Those of the log widgets, as CloudFormation reads them; none chooses a function."""
    text = (ROOT / "template.yaml").read_text()
    saved = {
        name: resource["Properties"]["QueryString"]
        for name, resource in yaml_parse(text)["Resources"].items()
        if resource["Type"] == "AWS::Logs::QueryDefinition"
    }
    one_line = " ".join(saved["WasteQuery"].split())

    assert template.with_queries(text) == text
    assert len(saved) == len(template.QUERIES)
    assert one_line == " ".join(function.WASTE_QUERY.split()).replace(
        ' and FunctionName = "FUNCTION"', ""
    )
    assert not any("FUNCTION" in query for query in saved.values())


@pytest.mark.parametrize(
    ("fill", "missing"),
    [(template.with_bodies, "lambda-reuse-fleet"), (template.with_queries, "waste")],
)
def test_a_template_without_their_places_is_refused(fill, missing):
    with pytest.raises(ValueError, match=missing):
        fill("Resources: {}")


def test_cloudwatch_would_take_the_body(body):
    """By the checker that `dashboard render` and `put` use: types, grid, limits, ids, searches."""
    assert check.problems(body) == []


def test_widgets_fill_the_grid(body):
    """No column of a row is left empty."""
    cells = {
        (x, y)
        for widget in body["widgets"]
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    }
    bottom = max(y for _, y in cells)

    assert cells == {(x, y) for x in range(24) for y in range(bottom + 1)}


def test_every_metric_is_in_the_catalogue(measured):
    """With the dimension under which the extension publishes it."""
    names = bodies.wanted(measured) - {
        "EMFParsingErrors",
        "EMFValidationErrors",
        "EMFDisabledErrors",
    }
    rows = [
        row
        for widget in measured["widgets"]
        if widget["type"] == "metric"
        for row in bodies.rows(widget)
        if row.namespace == "LambdaReuse"
    ]

    assert len(names) >= 6
    assert names <= set(METRICS)
    assert all(row.dimensions == {"FunctionName": "FUNCTION"} for row in rows)


def test_a_metric_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="CacheHitz"):
        widgets.series("CacheHitz", "Sum")
    with pytest.raises(ValueError, match="CacheHitz"):
        widgets.search("CacheHitz", "Sum")


def test_few_log_widgets_and_each_can_be_evaluated(measured):
    """Every refresh of one scans logs, which is billed."""
    queries = [w["properties"]["query"] for w in measured["widgets"] if w["type"] == "log"]

    assert 1 <= len(queries) <= MAX_LOG_WIDGETS
    for query in queries:
        assert logs_insights.parse(query)


def test_each_row_says_what_is_good(measured):
    """Above every row of graphs stands what it says, and what to do."""
    texts = [w["properties"]["markdown"] for w in measured["widgets"] if w["type"] == "text"]

    assert len(texts) >= 4
    assert sum("Good:" in text for text in texts) >= 1


def test_a_log_group_of_ones_own():
    """Functions that log to another group: the log widgets and the errors read that one."""
    body = function.dashboard("/shared/logs")
    text = json.dumps(body)

    assert "'/shared/logs'" in text
    assert "/aws/lambda/FUNCTION" not in text
    assert check.problems(body) == []


@pytest.mark.slow
def test_money_is_what_the_command_line_would_say():
    """The price in the queries is the one of `prices.py`, in dollars for a ms and MB."""
    factor, price = function.USD.removeprefix("/ ").split(" * ")

    assert (int(factor), float(price)) == (1000 * 1024, PRICES[X86_64].gb_second)


def test_indexes_and_facets_are_of_fields_that_there_are():
    """No field in both lists, as `PutIndexPolicy` demands; a facet is of few values."""
    log_group = yaml_parse((ROOT / "template.yaml").read_text())["Resources"]["OrdersLogGroup"]
    (policy,) = log_group["Properties"]["FieldIndexPolicies"]
    _, with_facets, without = policy["Fn::If"]
    fields = {field.name: field for kind in records.FIELDS.values() for field in kind}
    known = {*fields, *records.DIMENSIONS, "record", "Resource"}
    facets = with_facets["FieldsV2"]

    assert {*with_facets["Fields"], *facets, *without["Fields"]} <= known
    assert not facets.keys() & set(with_facets["Fields"])
    assert all(facet == {"type": "FACET"} for facet in facets.values())
    assert all(fields[name].values for name in facets if name != "record")


@pytest.mark.slow
def test_the_template_is_sound():
    """By cfn-lint, offline."""
    linter = shutil.which("cfn-lint", path=str(Path(sys.executable).parent)) or "cfn-lint"
    done = subprocess.run(
        [linter, str(ROOT / "template.yaml")], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, "")
