"""Templates with conditions, parameters and layers, and what other tools write."""

import json
from pathlib import Path

import pytest
from reuse_cli.errors import ConfigurationError
from reuse_cli.local.template import read

from tests.cli.test_template import OTHER_LAYER, SAM, function, written
from tests.conftest import ROOT

CONDITIONS = """
Parameters:
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
  Names: {Type: CommaDelimitedList, Default: "a, b"}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsHere: !Equals [!Ref AWS::Region, us-east-1]
Mappings:
  Sizes: {dev: {memory: 256}, prod: {memory: 1024}}
Resources:
  One:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: !If [IsProd, gone, code]
      Handler: app.handler
      Runtime: python3.13
      MemorySize: !FindInMap [Sizes, !Ref Stage, memory]
      Timeout: !If [IsHere, 7, !Ref AWS::NoValue]
      Layers: !If [IsProd, [!Ref AWS::NoValue], !Ref AWS::NoValue]
      VpcConfig: !If [IsProd, {SubnetIds: [a]}, !Ref AWS::NoValue]
      Environment:
        Variables: !If
          - IsProd
          - {WHICH: prod}
          - {WHICH: dev, NAMES: !Join [";", !Ref Names], GONE: !Ref AWS::NoValue}
  Two:
    Type: AWS::Serverless::Function
    Condition: IsProd
    Properties: {CodeUri: code, Handler: app.handler, Runtime: python3.13}
"""


def test_conditions(tmp_path: Path) -> None:
    """A function whose condition does not hold is not there; values are those that hold."""
    found = read(written(tmp_path, CONDITIONS), None)

    assert (found.name, found.memory_mb, found.timeout_s) == ("One", 256, 7)
    assert found.environment == {"WHICH": "dev", "NAMES": "a;b"}
    assert found.warnings == []


def test_parameters(tmp_path: Path) -> None:
    """A given one wins over its default; one that the template does not have is refused."""
    path = written(tmp_path, CONDITIONS)
    (tmp_path / "gone").mkdir()

    found = read(path, "One", "eu-west-1", parameters={"Stage": "prod"})

    assert (found.folder, found.memory_mb, found.timeout_s) == (tmp_path / "gone", 1024, 3)
    assert found.warnings == ["not played here: VpcConfig"]
    with pytest.raises(ConfigurationError, match=r"has no parameter Stag: .* are Stage, Names"):
        read(path, "One", parameters={"Stag": "prod"})
    with pytest.raises(ConfigurationError, match="does not allow Stage=x: it allows dev, prod"):
        read(path, "One", parameters={"Stage": "x"})


def test_a_parameter_that_is_looked_up_can_be_given(tmp_path: Path) -> None:
    found = read(written(tmp_path, SAM), "One", parameters={"Path": "given", "Secret": "s"})

    assert (found.environment["LOOKED_UP"], found.environment["SECRET"]) == ("given", "s")


def test_what_is_given_is_not_missed(tmp_path: Path) -> None:
    """A variable of the command line need not be known to the template."""
    found = read(written(tmp_path, SAM), "One", given=["SECRET", "TABLE", "BOTH"])

    assert found.warnings[0].endswith(": the variable LOOKED_UP, the variable CHOSEN")
    assert "BOTH" not in found.environment


def test_nothing_is_dropped_without_a_line(tmp_path: Path) -> None:
    """Parts that are unknown as a whole, and properties that are not played."""
    text = function(
        "Handler: a.b, Runtime: python3.12, CodeUri: code, MemorySize: !ImportValue m,"
        " Environment: {Variables: {NULL: null, LIST: [a], 'Fn::Transform': {Name: X}}},"
        " Layers: !GetAtt L.Arns, Tracing: Active, SnapStart: {ApplyOn: PublishedVersions},"
        " LoggingConfig: !Ref Logging, Events: {}, Policies: [], Role: x"
    )

    found = read(written(tmp_path, text), None)

    names = [f"the variable {name}" for name in ("LIST", "Fn::Transform", "NULL")]
    names += ["Layers", "LoggingConfig"]
    assert found.environment == {}
    assert found.warnings == [
        "left out, as only a deployed stack knows them: MemorySize, " + ", ".join(names),
        "not played here: SnapStart (see --snap-start), Tracing",
    ]


def test_layers_of_every_kind(tmp_path: Path) -> None:
    """Of the template by Ref, GetAtt and Sub, in SAM's and CloudFormation's words; others named."""
    text = """
Conditions: {No: !Equals [a, b]}
Resources:
  A: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: common}}
  B:
    Type: AWS::Lambda::LayerVersion
    Properties: {Content: common}
    Metadata: {BuildMethod: python3.12}
  C: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: gone}}
  F:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      Runtime: python3.12
      CodeUri: code
      Layers:
        - !GetAtt A.LayerVersionArn
        - !Sub ${B}
        - !If [No, !Ref A, !Ref AWS::NoValue]
        - !If [Unknown, !Ref A, !Ref B]
        - !Ref C
        - arn:aws:lambda:eu-west-1:1:layer:other:3
"""
    path = written(tmp_path, text)

    found = read(path, None)

    assert [(layer.path.name, layer.build_method) for layer in found.layers] == [
        ("common", ""),
        ("common", "python3.12"),
    ]
    assert [layer.name for layer in found.layers] == [f"A in {path}", f"B in {path}"]
    (warning,) = found.warnings
    assert warning.startswith("layers that are not on this machine are ignored: Fn::If ")
    assert warning.endswith(f", C, {OTHER_LAYER}")


def test_layers_of_a_parameter(tmp_path: Path) -> None:
    """A list of ARNs: each is named."""
    text = function(
        "Handler: a.b, Runtime: python3.12, CodeUri: code, Layers: !Ref Arns",
        "Parameters: {Arns: {Type: CommaDelimitedList, Default: 'arn:a, arn:b'}}",
    )

    found = read(written(tmp_path, text), None)

    assert found.warnings == ["layers that are not on this machine are ignored: arn:a, arn:b"]


def test_what_sam_build_writes(tmp_path: Path) -> None:
    """The folder stands for the template in it; the function's folder lies beside it."""
    build = tmp_path / ".aws-sam" / "build"
    (build / "One").mkdir(parents=True)
    (build / "template.yaml").write_text(
        function("Handler: a.b, Runtime: python3.12, CodeUri: One")
    )

    found = read(build, "F")

    assert (found.folder, found.origin) == (build / "One", f"F in {build / 'template.yaml'}")
    with pytest.raises(ConfigurationError, match="there is no template in"):
        read(tmp_path, None)


def cdk_stack(*functions: tuple[str, str, str]) -> str:
    """A stack with (logical id, construct, digest of the asset)."""
    resources = {
        logical_id: {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Code": {"S3Bucket": {"Fn::Sub": "b-${AWS::AccountId}"}, "S3Key": f"{digest}.zip"},
                "Handler": "a.b",
                "Runtime": "python3.12",
                "MemorySize": 512,
            },
            "Metadata": {"aws:cdk:path": f"Stack/{construct}/Resource"},
        }
        for logical_id, construct, digest in functions
    }
    return json.dumps({"Resources": resources})


def test_what_cdk_synth_writes(tmp_path: Path) -> None:
    """Every stack of the folder is looked through; assets are found with and without metadata."""
    (tmp_path / "asset.1a").mkdir()
    (tmp_path / "asset.2b.zip").write_text("")
    (tmp_path / "A.template.json").write_text(cdk_stack(("Orders1F", "Orders", "1a")))
    second = json.loads(cdk_stack(("Users2F", "Users", "2b"), ("Named3F", "Named", "3c")))
    second["Resources"]["Named3F"]["Metadata"]["aws:asset:path"] = "asset.1a"
    (tmp_path / "B.template.json").write_text(json.dumps(second))

    by_construct, by_id = read(tmp_path, "Orders"), read(tmp_path, "Named3F")
    zipped = read(tmp_path / "B.template.json", "Users")

    assert (by_construct.folder, by_construct.memory_mb) == (tmp_path / "asset.1a", 512)
    assert by_id.folder == tmp_path / "asset.1a"
    assert zipped.folder == tmp_path / "asset.2b.zip"
    with pytest.raises(ConfigurationError, match=r"several functions \(Orders1F, Users2F, Named3F"):
        read(tmp_path, None)


@pytest.mark.parametrize(
    ("resources", "function_name", "sentence"),
    [
        (
            "'Fn::ForEach::Fs': [N, [a], {'F${N}': {Type: AWS::Lambda::Function}}]",
            None,
            "no function; those of Fn::ForEach::Fs only CloudFormation can expand",
        ),
        (
            "Inner: {Type: AWS::Serverless::Application, Properties: {Location: x}}",
            "Orders",
            "no function Orders; name the template of the nested application Inner instead",
        ),
        (
            "Inner: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: x}}",
            None,
            "no function; name the template of the nested application Inner instead",
        ),
    ],
)
def test_functions_elsewhere(
    tmp_path: Path, resources: str, function_name: str | None, sentence: str
) -> None:
    """One sentence that says where they are."""
    with pytest.raises(ConfigurationError, match=sentence):
        read(written(tmp_path, f"Resources: {{{resources}}}"), function_name)


def test_a_loop_in_the_variables(tmp_path: Path) -> None:
    """It would else be a variable of that name."""
    text = function(
        "Handler: a.b, Runtime: python3.12, CodeUri: code,"
        " Environment: {Variables: {'Fn::ForEach::V': [N, [a], {'V${N}': x}]}}"
    )

    with pytest.raises(ConfigurationError, match=r"^F in .* uses Fn::ForEach::V, which only"):
        read(written(tmp_path, text), None)


def test_a_function_that_its_condition_leaves_out(tmp_path: Path) -> None:
    text = CONDITIONS.replace("  One:\n", "  One:\n    Condition: IsProd\n", 1)

    with pytest.raises(ConfigurationError, match="One is left out by its condition IsProd"):
        read(written(tmp_path, text), None)


CASES = ROOT.parent / "shared" / "cases" / "templates"


@pytest.mark.parametrize(
    ("case", "environment", "memory_mb", "left_out"),
    [
        ("if_in_layers", {"C_STAGE": "dev"}, 256, []),
        ("resolve_references", {"C_PLAIN": "yes"}, 128, ["C_SSM", "C_SECRET", "C_SUB", "C_PARAM"]),
        ("layer_with_build_method", {}, 128, []),
    ],
)
def test_cases_from_outside(
    case: str, environment: dict[str, str], memory_mb: int, left_out: list[str]
) -> None:
    """Templates as others write them."""
    if not CASES.is_dir():
        pytest.skip("the shared cases are not on this machine")

    found = read(CASES / case / "template.yaml", None)

    assert (found.environment, found.memory_mb) == (environment, memory_mb)
    names = ", ".join(f"the variable {name}" for name in left_out)
    reported = [f"left out, as only a deployed stack knows them: {names}"] if left_out else []
    assert found.warnings == reported
