"""The container in other libraries' metrics and logs."""

import json
import subprocess
import sys

import pytest
from lambda_reuse import container, integrations, invocation


@pytest.fixture
def expected(monkeypatch):
    monkeypatch.setenv("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
    now = container._began + 1.5
    invocation.begin("id")
    monkeypatch.setattr("time.time", lambda: now)
    return {"container_id": "stream", "container_age_s": 1.5, "container_invocation": 1}


def test_embedded_metrics(expected):
    """Properties of aws-embedded-metrics, not dimensions."""
    pytest.importorskip("aws_embedded_metrics")
    from aws_embedded_metrics.logger.metrics_context import MetricsContext
    from aws_embedded_metrics.serializers.log_serializer import LogSerializer

    context = MetricsContext().create_copy_with_context()
    integrations.add_container(context)
    context.put_metric("Orders", 1)
    line = json.loads(LogSerializer.serialize(context)[0])

    assert {name: line[name] for name in expected} == expected
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [] or not any(
        name in str(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"]) for name in expected
    )


def test_powertools(expected, capsys):
    """Metadata of Powertools' Metrics, keys of its Logger."""
    pytest.importorskip("aws_lambda_powertools")
    from aws_lambda_powertools import Logger, Metrics

    metrics = Metrics(namespace="shop", service="orders")
    metrics.add_metric(name="Orders", unit="Count", value=1)
    integrations.add_container(metrics)
    line = metrics.serialize_metric_set()
    assert {name: line[name] for name in expected} == expected
    metrics.clear_metrics()

    logger = integrations.add_container(Logger(service="orders", stream=sys.stdout))
    logger.info("hello")
    line = json.loads(capsys.readouterr().out)
    assert {name: line[name] for name in expected} == expected


class Recorder:
    """Has one of the three abilities."""

    def __init__(self, ability):
        self.reported = {}
        setattr(self, ability, self.tell)

    def tell(self, *pair, **more):
        self.reported.update(more)
        if pair:
            self.reported[pair[0]] = pair[1]


@pytest.mark.parametrize("ability", ["set_property", "add_metadata", "append_keys"])
def test_by_what_it_can_do(expected, ability):
    """Whatever has one of these methods is given the container's facts, and returned."""
    recorder = Recorder(ability)
    assert integrations.add_container(recorder) is recorder
    assert recorder.reported == expected


def test_anything_else():
    """A TypeError that says what is taken."""
    with pytest.raises(TypeError, match=r"takes an aws-embedded-metrics logger.*not a dict"):
        integrations.add_container({})


def test_nothing_is_imported():
    """The other libraries are not loaded for it."""
    program = (
        "import sys; sys.path.append(sys.argv[1]);"
        "from lambda_reuse import integrations;"
        "print([n for n in sys.modules if 'aws' in n or 'powertools' in n])"
    )
    folder = integrations.__file__.rpartition("/lambda_reuse/")[0]
    done = subprocess.run(
        [sys.executable, "-I", "-c", program, folder], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
