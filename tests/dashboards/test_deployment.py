"""The template, translated as AWS translates it and deployed into moto."""

import ast
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from reuse_dashboards import DASHBOARDS, timeline
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Tried to parse AWS"),  # what moto does not make
]

ROOT = Path(__file__).parents[2]
REGION = "eu-west-1"
STACK = "lambda-reuse"


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account, with a bucket that holds some code."""
    for name, value in {
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "example",
        "AWS_SECRET_ACCESS_KEY": "example",
    }.items():
        monkeypatch.setenv(name, value)
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "")
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(Bucket="code", Key="zip", Body=code.getvalue())
        yield


def translated(**parameters: str) -> dict[str, Any]:
    """CloudFormation's template, as `sam deploy` has it made of ours when the code is uploaded."""
    template = yaml_parse((ROOT / "template.yaml").read_text())
    for resource in template["Resources"].values():
        for code in {"CodeUri", "ContentUri"} & set(resource.get("Properties", {})):
            resource["Properties"][code] = "s3://code/zip"
    made = json.dumps(Translator({}, Parser()).translate(template, parameters))
    # moto makes no function URLs.
    url = '{"Fn::GetAtt": ["WarehouseFunctionUrl", "FunctionUrl"]}'
    assert made.count(url) == 1
    return json.loads(made.replace(url, '"https://example.com"'))


def deploy(**parameters: str) -> dict[str, str]:
    """The stack's outputs."""
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(
        StackName=STACK,
        TemplateBody=json.dumps(translated(**parameters)),
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()
        ],
        Capabilities=["CAPABILITY_IAM"],
    )
    (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def functions() -> dict[str, Any]:
    found = boto3.client("lambda").list_functions()["Functions"]
    return {function["FunctionName"]: function for function in found}


def test_the_dashboards_read_back_equal(account: None) -> None:
    """For the region of the stack, and with the widget's function that is in it."""
    deploy(Example="no", AlarmFunction="")

    cloudwatch = boto3.client("cloudwatch")
    ((_, widget),) = functions().items()
    for name, dashboard in DASHBOARDS.items():
        text = json.dumps(dashboard()).replace('"REGION"', f'"{REGION}"')
        body = json.loads(text.replace(timeline.ENDPOINT, widget["FunctionArn"]))
        deployed = cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"]
        assert json.loads(deployed) == body
    found = cloudwatch.list_dashboards()["DashboardEntries"]
    assert {entry["DashboardName"] for entry in found} == set(DASHBOARDS)


def test_an_example_with_what_it_needs(account: None) -> None:
    """Its functions, table and parameter; the outputs lead to the dashboards."""
    outputs = deploy(Example="yes", AlarmFunction="")

    orders = functions()["lambda-reuse-orders"]
    variables = orders["Environment"]["Variables"]
    (table,) = boto3.client("dynamodb").list_tables()["TableNames"]
    parameters = boto3.client("ssm").describe_parameters()["Parameters"]
    assert table in variables.values()
    assert {parameter["Name"] for parameter in parameters} <= set(variables.values())
    for name in DASHBOARDS:
        kind = name.removeprefix("lambda-reuse-").title()
        assert outputs[f"{kind}DashboardUrl"].endswith(f"#dashboards:name={name}")


def test_the_widgets_function_may_only_ask_for_logs(account: None) -> None:
    """Queries of functions' log groups, and to read and stop them."""
    deploy(Example="no", AlarmFunction="")

    iam = boto3.client("iam")
    (role,) = iam.list_roles()["Roles"]
    names = iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
    statements = [
        statement
        for name in names
        for statement in _listed(policy_of(role["RoleName"], name)["Statement"])
    ]
    actions = {action for one in statements for action in _listed(one["Action"])}
    started = [one for one in statements if "logs:StartQuery" in _listed(one["Action"])]
    assert all(action.startswith("logs:") for action in actions)
    assert all(
        ":log-group:/aws/lambda/" in arn for one in started for arn in _listed(one["Resource"])
    )
    assert started


def policy_of(role: str, name: str) -> dict[str, Any]:
    found = boto3.client("iam").get_role_policy(RoleName=role, PolicyName=name)
    document = found["PolicyDocument"]
    return ast.literal_eval(document)  # moto gives it back as Python writes it


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
