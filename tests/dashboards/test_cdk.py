"""The construct for the AWS CDK, synthesized by the CDK itself."""

import json
import os
import subprocess
import venv
from pathlib import Path

import pytest
from reuse_dashboards import fleet, function

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not os.environ.get("LAMBDA_REUSE_CDK"),
        reason="installs the CDK, which is 460 MB: `make cdk` runs it",
    ),
]
ROOT = Path(__file__).parents[2]
APP = """
import sys
from aws_cdk import App, Stack, aws_lambda as lambda_
from lambda_reuse_cdk import LambdaReuse

app = App(outdir=sys.argv[1])
stack = Stack(app, "S")
reuse = LambdaReuse(stack, "Reuse", layers={"x86_64": sys.argv[2]})
for name in ("First", "Second"):
    made = lambda_.Function(
        stack, name, runtime=lambda_.Runtime.PYTHON_3_13, handler="index.handler",
        code=lambda_.Code.from_inline("def handler(event, context): pass"),
    )
    reuse.watch(made, alarm_above_percent=5 if name == "First" else None)
app.synth()
"""


def test_a_stack_with_the_layer_the_dashboards_and_an_alarm(tmp_path: Path, archive: Path) -> None:
    """Both functions have the layer, one the alarm; the bodies are the committed ones."""
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "aws-cdk-lib>=2.150"], check=True)
    (tmp_path / "app.py").write_text(APP)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "deploy" / "cdk")}
    subprocess.run(
        [python, tmp_path / "app.py", tmp_path / "out", archive], check=True, env=environment
    )

    template = json.loads((tmp_path / "out" / "S.template.json").read_text())
    by_type: dict[str, dict[str, dict]] = {}
    for name, resource in template["Resources"].items():
        by_type.setdefault(resource["Type"], {})[name] = resource["Properties"]
    ((layer, _),) = by_type["AWS::Lambda::LayerVersion"].items()
    functions = by_type["AWS::Lambda::Function"]
    (alarm,) = by_type["AWS::CloudWatch::Alarm"].values()
    assert [made["Layers"] for made in functions.values()] == [[{"Ref": layer}]] * 2
    first = next(name for name in functions if name.startswith("First"))
    dimensions = [
        metric["MetricStat"]["Metric"]["Dimensions"]
        for metric in alarm["Metrics"]
        if "MetricStat" in metric
    ]
    assert dimensions == [[{"Name": "FunctionName", "Value": {"Ref": first}}]] * 2
    bodies = [
        joined(made["DashboardBody"]) for made in by_type["AWS::CloudWatch::Dashboard"].values()
    ]
    assert bodies == [fleet.dashboard(), function.dashboard()]


def joined(value: dict) -> dict:
    """The body, with the word REGION again for the stack's region."""
    separator, parts = value["Fn::Join"]
    texts = [part if isinstance(part, str) else "REGION" for part in parts]
    return json.loads(separator.join(texts))
