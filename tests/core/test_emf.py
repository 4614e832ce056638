"""Every line is what CloudWatch reads: by a schema of its rules, and by another library."""

import json
from pathlib import Path

import pytest
from aws_embedded_metrics.config import get_config
from aws_embedded_metrics.logger.metrics_context import MetricsContext
from aws_embedded_metrics.serializers.log_serializer import LogSerializer
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reuse_extension.core import emf, json_text, records

from tests.core.play import play

FIXTURES = sorted((Path(__file__).parents[1] / "fixtures" / "lives").glob("*.json"))
UNITS = {field.name: field.unit for field in records.METRICS}


def by_the_other_library(line: dict) -> dict:
    """The same metrics, dimensions and values, built by aws-embedded-metrics."""
    directive = line["_aws"]["CloudWatchMetrics"][0]
    context = MetricsContext.empty()
    context.namespace = directive["Namespace"]
    context.should_use_default_dimensions = False
    for names in directive["Dimensions"]:
        context.put_dimensions({name: line[name] for name in names})
    for metric in directive["Metrics"]:
        values = line[metric["Name"]]
        for value in values if isinstance(values, list) else [values]:
            context.put_metric(metric["Name"], value, metric["Unit"])
    context.meta["Timestamp"] = line["_aws"]["Timestamp"]
    get_config().disable_metric_extraction = False
    (built,) = LogSerializer.serialize(context)
    return json.loads(built)


def comparable(line: dict) -> dict:
    """What both libraries must agree on; one value or a list of one are the same to CloudWatch."""
    directive = line["_aws"]["CloudWatchMetrics"][0]
    names = [metric["Name"] for metric in directive["Metrics"]]
    return {
        "namespace": directive["Namespace"],
        "dimensions": directive["Dimensions"],
        "units": {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]},
        "values": {
            name: line[name] if isinstance(line[name], list) else [line[name]] for name in names
        },
        "dimension values": {
            name: line[name] for names in directive["Dimensions"] for name in names
        },
        "timestamp": line["_aws"]["Timestamp"],
    }


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_another_library_builds_the_same_metrics(path):
    """Namespace, dimensions, units and values of every container record."""
    fixture = json.loads(path.read_text())
    lines = [json.loads(line) for line in play(fixture)]
    with_metrics = [line for line in lines if "_aws" in line]

    assert with_metrics
    for line in with_metrics:
        assert comparable(line) == comparable(by_the_other_library(line))


def writer(**options: object) -> emf.LineWriter:
    defaults = {
        "namespace": "LambdaReuse",
        "dimensions": [["FunctionName"]],
        "metrics": list(UNITS),
        "resource_metrics": False,
    }
    return emf.LineWriter(**{**defaults, **options})


def record(what: str = records.CONTAINER, **values: object) -> records.Record:
    return records.Record(what, 1795219461886, {"record": what, "FunctionName": "orders", **values})


def test_only_the_chosen_metrics_are_declared():
    """The others stay in the line as plain values, which cost nothing."""
    line = json.loads(writer(metrics=["Invocations"]).line(record(Invocations=3, ColdStarts=1)))

    assert line["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [
        {"Name": "Invocations", "Unit": "Count"}
    ]
    assert line["ColdStarts"] == 1


def test_a_line_without_metrics_is_a_plain_one():
    """No directive at all: an empty one would be refused."""
    assert "_aws" not in json.loads(writer().line(record(total=None)))
    assert "_aws" not in json.loads(writer().line(record(records.INIT, kind="on-demand")))
    assert "_aws" not in json.loads(writer().line(record(records.RESOURCE, CacheHits=5)))


def test_a_dimension_always_has_a_value():
    """CloudWatch refuses a line whose dimension is not there."""
    dimensions = [["FunctionName", "runtime"], []]
    line = json.loads(writer(dimensions=dimensions).line(record(Invocations=1)))

    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == dimensions
    assert line["runtime"] == "unknown"


def test_resources_declare_their_own_metrics_when_asked():
    """By function and resource, from the same catalogue."""
    line = json.loads(
        writer(resource_metrics=True).line(
            record(records.RESOURCE, Resource="tax", CacheHits=5, CacheHitRate=99999, hits=5)
        )
    )

    directive = line["_aws"]["CloudWatchMetrics"][0]
    assert directive["Dimensions"] == [["FunctionName", "Resource"]]
    assert [metric["Name"] for metric in directive["Metrics"]] == ["CacheHits", "CacheHitRate"]
    assert line["CacheHitRate"] == 99.999


@given(st.text(st.characters()) | st.text(st.characters(categories=("Cs", "Ll", "So"))))
@example("ends high \ud83d")
@example('\ud83d\ude00 \ude00\ud83d\ud83d\ude00 \U0001f600 "\\\x7f\x00')
def test_any_text_is_written_so_that_it_reads_back(text):
    """ASCII only; a surrogate without its partner becomes the replacement character."""
    written = json_text.text(text)
    expected = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    assert written.isascii()
    assert json.loads(written) == expected


@given(st.integers(0, 2**60))
def test_decimals_are_exact(value):
    """A number of thousandths is written without a rounding."""
    whole, _, part = json_text.decimal3(value).partition(".")

    assert int(whole) * 1000 + int((part + "000")[:3]) == value
    assert not part.endswith("0")


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_rate_is_0_or_100_percent_only_where_it_is_exact(hits, misses):
    """Rounded down, and up from 0."""
    rate = records.hit_rate(hits, misses)

    if hits + misses == 0:
        assert rate is None
    else:
        assert (rate == 0) == (hits == 0)
        assert (rate == 100_000) == (misses == 0)


@settings(max_examples=settings.default.max_examples // 2)
@given(st.dictionaries(st.sampled_from(sorted(UNITS)), st.integers(0, 10**12)), st.text(min_size=1))
def test_any_values_give_a_line_that_the_schema_takes(values, name):
    """Whatever was counted."""
    values = {
        key: [value] if key in ("IdleTime", "Duration") else value for key, value in values.items()
    }
    line = json.loads(writer().line(record(**{**values, "FunctionName": name})))

    if "_aws" in line:
        assert comparable(line)["units"] == {key: UNITS[key] for key in UNITS if key in values}


def test_every_metric_has_a_unit_that_cloudwatch_knows():
    """The catalogue's own soundness: units, meanings, no name twice."""
    names = [field.name for field in records.CONTAINER_FIELDS]

    assert len(set(names)) == len(names)
    assert {field.unit for field in records.METRICS} <= {
        "Count",
        "Milliseconds",
        "Seconds",
        "Percent",
        "Megabytes",
    }
    assert all(field.meaning.endswith(".") for field in records.CONTAINER_FIELDS)
