"""A function as a template describes it: what is taken over, what is left out, what is refused."""

import json
from pathlib import Path

import pytest
from reuse_cli.errors import ConfigurationError
from reuse_cli.local.template import TemplateFunction, read

from tests.conftest import ROOT

OTHER_LAYER = "arn:aws:lambda:eu-west-1:1:layer:other:3"
SAM = """
Globals:
  Function:
    Runtime: python3.13
    MemorySize: 512
    Timeout: 10
    Layers: [arn:aws:lambda:eu-west-1:1:layer:other:3]
    Environment:
      Variables: {FROM: globals, BOTH: globals}
Parameters:
  Stage: {Type: String, Default: test}
  Secret: {Type: String, NoEcho: true}
  Path: {Type: "AWS::SSM::Parameter::Value<String>", Default: /a/path}
Resources:
  Common:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: common/}
  One:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Sub orders-${Stage}
      CodeUri: code/
      Handler: app.handler
      Timeout: 20
      Layers: [!Ref Common]
      Environment:
        Variables:
          BOTH: own
          ACCOUNT: 012345678901
          FLAG: true
          STAGE: !Ref Stage
          ARN: !Join [":", [arn, !Ref "AWS::Partition", !Sub "${AWS::Region}x${!Literal}"]]
          SECRET: !Ref Secret
          LOOKED_UP: !Ref Path
          TABLE: !GetAtt Table.Arn
          CHOSEN: !If [IsTest, a, b]
  Two:
    Type: AWS::Lambda::Function
    Properties:
      Code: {S3Bucket: !Ref Bucket, S3Key: key}
      Handler: index.handler
      Runtime: python3.12
  Three:
    Type: AWS::Lambda::Function
    Properties: {Code: code, Handler: index.handler, Runtime: nodejs22.x}
  Table: {Type: AWS::DynamoDB::Table}
"""


def written(folder: Path, text: str) -> Path:
    for name in ("code", "common"):
        (folder / name).mkdir(exist_ok=True)
    path = folder / "template.yaml"
    path.write_text(text)
    return path


def one(folder: Path) -> TemplateFunction:
    return read(written(folder, SAM), "One", "eu-west-1")


def test_the_projects_own_template() -> None:
    """Globals, the name, the folder beside the template, and the variables."""
    found = read(ROOT / "template.yaml", "OrdersFunction")

    assert (
        ROOT / "examples/orders",
        "app.handler",
        "lambda-reuse-orders",
        "python3.13",
        512,
        10.0,
    ) == (
        found.folder,
        found.handler,
        found.name,
        found.runtime,
        found.memory_mb,
        found.timeout_s,
    )
    assert set(found.environment) == {"TAX_MAX_AGE_S"}  # the others are known once it is deployed


def test_globals_are_merged_as_sam_merges_them(tmp_path: Path) -> None:
    """The own value wins, variables are joined, layers added."""
    found = one(tmp_path)

    assert (found.memory_mb, found.timeout_s) == (512, 20)
    assert found.environment["FROM"] == "globals"
    assert found.environment["BOTH"] == "own"
    assert [layer.path for layer in found.layers] == [tmp_path / "common"]


def test_logging_and_tenants(tmp_path: Path) -> None:
    """What the sandbox plays of them."""
    text = (
        "Globals: {Function: {LoggingConfig: {LogFormat: JSON, SystemLogLevel: DEBUG}}}\n"
        "Resources:\n"
        "  One:\n"
        "    Type: AWS::Serverless::Function\n"
        "    Properties:\n"
        "      {CodeUri: code, Handler: a.b, Runtime: python3.13,\n"
        "       TenancyConfig: {TenantIsolationMode: PER_TENANT}}\n"
    )
    assert read(written(tmp_path, text), "One").settings == {
        "log_format": "JSON",
        "system_log_level": "DEBUG",
        "tenant_isolation": True,
    }
    assert one(tmp_path).settings == {}


def test_values_are_the_text_of_the_template(tmp_path: Path) -> None:
    """YAML makes no number of an account id, and no Python word of true."""
    found = one(tmp_path)

    assert (found.environment["ACCOUNT"], found.environment["FLAG"]) == ("012345678901", "true")


def test_what_needs_no_stack_is_resolved(tmp_path: Path) -> None:
    """Ref to a default, Sub, Join and the pseudo parameters, also in the function's name."""
    found = one(tmp_path)

    assert found.environment["STAGE"] == "test"
    assert found.environment["ARN"] == "arn:aws:eu-west-1x${Literal}"


def test_a_name_that_is_put_together(tmp_path: Path) -> None:
    assert one(tmp_path).name == "orders-test"


def test_what_only_a_stack_knows_is_left_out_and_named(tmp_path: Path) -> None:
    """Every name in one sentence; a default of an SSM type is not the value."""
    found = one(tmp_path)

    names = ["SECRET", "LOOKED_UP", "TABLE", "CHOSEN"]
    assert not set(names) & set(found.environment)
    assert found.warnings == [
        "left out, as only a deployed stack knows them: "
        + ", ".join(f"the variable {name}" for name in names),
        "layers that are not on this machine are ignored: " + OTHER_LAYER,
    ]


def test_cloudformation_without_sam(tmp_path: Path) -> None:
    """Globals are SAM's alone: CloudFormation's own functions have the service's defaults."""
    found = read(written(tmp_path, SAM), "Three")

    assert (found.runtime, found.memory_mb, found.timeout_s) == ("nodejs22.x", 128, 3)
    assert found.environment == {}


def test_json_is_a_template_too(tmp_path: Path) -> None:
    """With the long forms of the functions; the only function needs no name."""
    properties = {
        "Code": "code",
        "Handler": "a.b",
        "Runtime": "python3.12",
        "Environment": {"Variables": {"REGION": {"Ref": "AWS::Region"}}},
    }
    resource = {"Type": "AWS::Lambda::Function", "Properties": properties}

    found = read(written(tmp_path, json.dumps({"Resources": {"Only": resource}})), None)

    assert (found.name, found.environment) == ("Only", {"REGION": "us-east-1"})


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("Serverless", "InlineCode: !Sub 'AT = \"${AWS::Region}\"'"),
        ("Serverless", "CodeUri: elsewhere, InlineCode: !Join [' = ', [AT, '\"us-east-1\"']]"),
        ("Lambda", "Code: {ZipFile: 'AT = \"us-east-1\"'}"),
        ("Lambda", "Code: {ZipFile: !If [Other, a, 'AT = \"us-east-1\"']}"),
    ],
)
def test_code_that_stands_in_the_template(tmp_path: Path, kind: str, code: str) -> None:
    """SAM's key wins over a folder; intrinsic functions in it are evaluated."""
    text = function(
        f"Handler: index.handler, Runtime: python3.12, {code}",
        "Conditions: {Other: !Equals [a, b]}",
    ).replace("Serverless", kind)

    found = read(written(tmp_path, text), None)

    assert found.inline == 'AT = "us-east-1"'


def function(properties: str, before: str = "") -> str:
    return (
        f"{before}\nResources:\n  F:\n    Type: AWS::Serverless::Function\n"
        f"    Properties: {{{properties}}}\n"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: [", "is not YAML or JSON, line 1"),
        ("\x00", "is not YAML or JSON"),
        ("", "has no Resources"),
        ("- a", "has no Resources"),
        ("Resources: [a]", "Resources is not a mapping"),
        ("Resources: {A: {Type: AWS::S3::Bucket}}", "has no function"),
        ("Resources: &a\n  F: {Type: AWS::Serverless::Function, Properties: *a}", "has no Handler"),
        (SAM, r"has several functions \(One, Two, Three\); choose one with --function"),
        (function("PackageType: Image"), "is a container image"),
        (function("Handler: a.b, Runtime: python3.12, CodeUri: gone"), "there is no folder"),
        (
            function("Handler: a.b, Runtime: python3.12, CodeUri: s3://b/k"),
            "is not a folder on this",
        ),
        (
            function("Handler: index.b, Runtime: python3.12, InlineCode: !GetAtt Other.Code"),
            "has code that is known only after deployment",
        ),
        (function("Runtime: python3.12, CodeUri: code"), "has no Handler"),
        (function("Handler: !Ref H, Runtime: python3.12, CodeUri: code"), "has no Handler"),
        (function("Handler: a.b, CodeUri: code"), "has no Runtime"),
        (
            function("Handler: a.b, Runtime: python3.12, CodeUri: code, MemorySize: big"),
            "has the MemorySize 'big'",
        ),
        (function("", "Globals: {Function: [a]}"), "Globals.Function is not a mapping"),
    ],
)
def test_what_cannot_run_here_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    """A ConfigurationError, which is code 253, whatever is wrong with the template."""
    with pytest.raises(ConfigurationError, match=sentence):
        read(written(tmp_path, text), None)


def test_a_function_that_is_not_there(tmp_path: Path) -> None:
    """The sentence names those that are."""
    with pytest.raises(
        ConfigurationError, match=r"has no function Four: its functions are One, Two, Three"
    ):
        read(written(tmp_path, SAM), "Four")


def test_a_recursive_alias_in_what_is_read(tmp_path: Path) -> None:
    """YAML can contain itself; then the value is simply not known."""
    text = function(
        "Handler: a.b, Runtime: python3.12, CodeUri: code, Environment: &e {Variables: {A: *e}}"
    )

    assert read(written(tmp_path, text), None).environment == {}
