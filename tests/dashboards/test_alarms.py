"""Alarms: those of the template and of the Terraform module, held against AWS's models."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import boto3
import duckdb
import pytest
from botocore.validate import ParamValidator
from reuse_cli.cloudwatch import logs_insights
from reuse_cli.cloudwatch.lines import JsonFiles
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]
MODULE = ROOT / "deploy" / "terraform" / "main.tf"
RESOURCES = yaml_parse((ROOT / "template.yaml").read_text())["Resources"]

terraform = pytest.mark.skipif(
    shutil.which("terraform") is None, reason="there is no terraform on this machine"
)


def run_terraform(*arguments: str, folder: Path, given: str = "") -> str:
    done = subprocess.run(
        ["terraform", f"-chdir={folder}", *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@terraform
@pytest.mark.slow
def test_terraform_formats_its_module_so() -> None:
    run_terraform("fmt", "-check", "-diff", folder=MODULE.parent)


@terraform
@pytest.mark.slow
def test_the_alarms_are_the_same_in_terraform(tmp_path: Path) -> None:
    """For every function: names, limits, expressions and metrics."""
    text = MODULE.read_text()
    parts = [
        text[text.index(first) : text.index(end)]
        for first, end in [
            ('variable "alarm_on"', 'variable "alarm_actions"'),
            ("locals {", 'resource "aws_cloudwatch_metric_alarm"'),
        ]
    ]
    (tmp_path / "main.tf").write_text("".join(parts))
    asked = "jsonencode(local.alarms_by_function)"
    alarm_on = 'alarm_on=["orders","stock"]'
    printed = run_terraform("console", "-var", alarm_on, folder=tmp_path, given=asked)
    alarms = json.loads(json.loads(printed))

    assert alarms == {
        f"{function}-{name}": {**alarm, "function": function, "label": name}
        for function in ("orders", "stock")
        for name, alarm in in_the_template().items()
    }


def in_the_template() -> dict[str, dict[str, Any]]:
    """The alarms on metrics, by the ends of their names, in the form of the Terraform module."""
    found = {}
    for resource in RESOURCES.values():
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            alarm = resource["Properties"]
            result, *metrics = alarm["Metrics"]
            found[result["Label"]] = {
                "description": alarm["AlarmDescription"],
                "comparison": alarm["ComparisonOperator"],
                "threshold": alarm["Threshold"],
                "expression": result["Expression"],
                "metrics": {
                    metric["Id"]: metric["MetricStat"]["Metric"]["MetricName"] for metric in metrics
                },
            }
    assert len(found) == 3
    return found


REFERENCES = {
    "Fn::Sub": None,  # its own text
    "Fn::GetAtt": "arn:aws:iam::123456789012:role/query",
    "Fn::If": ["arn:aws:sns:eu-west-1:123456789012:reuse"],
    "Ref": "orders",
}


def properties(name: str) -> dict[str, Any]:
    """The properties of an alarm on the function `orders`, with its references resolved."""
    text = json.dumps(RESOURCES[name]["Properties"])
    return _resolved(json.loads(text.replace("${AlarmFunction}", "orders")))


def _resolved(value: Any) -> Any:
    if isinstance(value, list):
        return [_resolved(one) for one in value]
    if not isinstance(value, dict):
        return value
    for function, stands_for in REFERENCES.items():
        if function in value:
            return stands_for or value[function]
    return {name: _resolved(one) for name, one in value.items()}


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("ColdShareAlarm", "PutMetricAlarm"),
        ("HitRateAlarm", "PutMetricAlarm"),
        ("TimeRecreatedAlarm", "PutMetricAlarm"),
        ("ContainerMemoryAlarm", "PutLogAlarm"),
    ],
)
def test_cloudwatch_would_take_the_alarms(name: str, operation: str) -> None:
    """CloudFormation's properties are the parameters of the operation, in botocore's model."""
    client = boto3.client("cloudwatch", region_name="eu-west-1")
    model = client.meta.service_model.operation_model(operation)
    report = ParamValidator().validate(properties(name), model.input_shape)

    assert report.generate_report() == ""


def test_the_alarm_names_the_containers_that_are_short_of_memory(tmp_path: Path) -> None:
    """Each container by its highest use; other functions and other records count for nothing."""
    records = [
        ("container/1", "orders", "a", 100),
        ("container/1", "orders", "a", 125),
        ("container/1", "orders", "b", 64),
        ("resource/1", "orders", "b", 128),
        ("container/1", "stock", "c", 128),
    ]
    names = ("record", "FunctionName", "container_id", "MemoryUsed")
    lines = [
        {**dict(zip(names, record, strict=True)), "memory_mb": 128, "to_ms": 1000}
        for record in records
    ]
    file = tmp_path / "lines.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    alarm = properties("ContainerMemoryAlarm")
    asked = alarm["ScheduledQueryConfiguration"]
    # The service puts the aggregation behind the query, as a `stats`.
    aggregation, _, order = asked["AggregationExpression"].partition(" | sort ")
    highest, _, group = aggregation.partition(" by ")
    query = f"{asked['QueryString']} | stats {highest} as used by {group} | sort used {order}"
    with duckdb.connect() as connection:
        answer = logs_insights.run(connection, JsonFiles([str(file)]), query, 0, 10**6)

    assert answer.rows == [("a", 97.65625), ("b", 50.0)]
    assert [name for name, used in answer.rows if used > alarm["Threshold"]] == ["a"]
