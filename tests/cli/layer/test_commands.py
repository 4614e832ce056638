"""`lambda-reuse layer` against moto's server, through the real boto3."""

import io
import json
import zipfile
from pathlib import Path

import boto3
import pytest
from click.testing import CliRunner
from reuse_cli import errors
from reuse_cli.main import cli, run

pytestmark = pytest.mark.slow

ROLE = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def zipped(name: str = "app.py") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(name, "def handler(event, context): pass\n")
    return data.getvalue()


@pytest.fixture
def aws(account: str):
    """A Lambda client of an empty account; the command finds the same one."""
    return boto3.client("lambda")


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    folder.mkdir()
    for architecture in ("x86_64", "arm64"):
        (folder / f"lambda-reuse-layer-{architecture}.zip").write_bytes(zipped(architecture))
    return folder


def make_function(aws, name: str, layers: list[str] = (), architecture: str = "x86_64") -> None:
    iam = boto3.client("iam")
    try:
        role = iam.get_role(RoleName="function")["Role"]["Arn"]
    except iam.exceptions.NoSuchEntityException:
        role = iam.create_role(RoleName="function", AssumeRolePolicyDocument=json.dumps(ROLE))
        role = role["Role"]["Arn"]
    aws.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler="app.handler",
        Code={"ZipFile": zipped()},
        Architectures=[architecture],
        Layers=list(layers),
    )


def layers_of(aws, name: str) -> list[str]:
    reported = aws.get_function_configuration(FunctionName=name)
    return [layer["Arn"] for layer in reported.get("Layers", ())]


def other_layer(aws, name: str) -> str:
    content = {"ZipFile": zipped(name)}
    return aws.publish_layer_version(LayerName=name, Content=content)["LayerVersionArn"]


def lambda_reuse(*arguments: str, answer: str = "") -> str:
    """The output of a command that succeeds."""
    result = CliRunner().invoke(cli, ["layer", *arguments], input=answer)
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result.output


def test_publish_makes_a_layer_for_each_architecture(aws, dist):
    """With the zips' own bytes."""
    reported = lambda_reuse("publish", "--dist", str(dist), "--yes")

    for architecture in ("x86_64", "arm64"):
        (version,) = aws.list_layer_versions(LayerName=f"lambda-reuse-{architecture}")[
            "LayerVersions"
        ]
        assert version["CompatibleArchitectures"] == [architecture]
        assert version["LayerVersionArn"] in reported.splitlines()


def test_publish_takes_the_one_architecture_that_is_built(aws, dist, capsys):
    """And says that the other is not; asked for by name, that is an error."""
    (dist / "lambda-reuse-layer-arm64.zip").unlink()

    reported = lambda_reuse("publish", "--dist", str(dist), "--yes")

    assert "arm64 is not built and not published" in reported
    assert [layer["LayerName"] for layer in aws.list_layers()["Layers"]] == ["lambda-reuse-x86_64"]
    arguments = ["layer", "publish", "--dist", str(dist), "--arch", "arm64"]
    assert run(arguments) == errors.CONFIGURATION
    assert "there is no layer for arm64 in" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--dry-run"], []])
def test_publish_changes_nothing_unless_it_is_told_to(aws, dist, arguments):
    """Neither by --dry-run nor when the answer is no."""
    reported = lambda_reuse("publish", "--dist", str(dist), *arguments, answer="n\n")

    assert "+ a version of lambda-reuse-arm64" in reported
    assert aws.list_layers()["Layers"] == []


def test_attach_keeps_the_other_layers_and_their_order(aws, dist):
    """The difference is shown first, and the way back at the end, which works."""
    first, second = other_layer(aws, "first"), other_layer(aws, "second")
    make_function(aws, "orders", [first, second])
    lambda_reuse("publish", "--dist", str(dist), "--yes")

    reported = lambda_reuse("attach", "orders", answer="y\n")

    *others, ours = layers_of(aws, "orders")
    assert others == [first, second]
    assert ":layer:lambda-reuse-x86_64:1" in ours
    assert f"  + {ours}" in reported.splitlines()
    undo = reported.rpartition("to undo it: lambda-reuse layer ")[2].split()
    lambda_reuse(*undo, "--yes")
    assert layers_of(aws, "orders") == [first, second]


def test_attach_replaces_an_older_version_in_its_place(aws, dist):
    lambda_reuse("publish", "--dist", str(dist), "--yes")
    old = aws.list_layer_versions(LayerName="lambda-reuse-arm64")["LayerVersions"][0]
    last = other_layer(aws, "last")
    make_function(aws, "orders", [old["LayerVersionArn"], last], "arm64")
    lambda_reuse("publish", "--dist", str(dist), "--arch", "arm64", "--yes")

    reported = lambda_reuse("attach", "orders", "--yes")

    ours, other = layers_of(aws, "orders")
    assert ours.endswith(":layer:lambda-reuse-arm64:2")
    assert other == last
    assert f"layer attach orders --layer {old['LayerVersionArn']}" in reported
    assert "nothing to change" in lambda_reuse("attach", "orders", "--yes")


def test_detaching_is_undone_in_the_same_place(aws, dist):
    """By the command that is shown."""
    lambda_reuse("publish", "--dist", str(dist), "--yes")
    ours = aws.list_layer_versions(LayerName="lambda-reuse-x86_64")["LayerVersions"][0]
    layers = [other_layer(aws, "first"), ours["LayerVersionArn"], other_layer(aws, "last")]
    make_function(aws, "orders", layers)

    reported = lambda_reuse("detach", "orders", "--yes")
    assert "if the code of orders imports lambda_reuse from the layer, it will fail" in reported
    assert layers_of(aws, "orders") == [layers[0], layers[2]]
    lambda_reuse(*reported.rpartition("to undo it: lambda-reuse layer ")[2].split(), "--yes")
    assert layers_of(aws, "orders") == layers


def test_a_dry_run_changes_nothing(aws, dist):
    make_function(aws, "orders")
    lambda_reuse("publish", "--dist", str(dist), "--yes")

    reported = lambda_reuse("attach", "orders", "--dry-run")

    assert ":layer:lambda-reuse-x86_64:1" in reported
    assert layers_of(aws, "orders") == []


def test_a_sixth_layer_is_refused_and_no_function_is_touched(aws, dist, capsys):
    """Also not those that came before it on the command line."""
    five = [other_layer(aws, f"layer-{i}") for i in range(5)]
    make_function(aws, "free")
    make_function(aws, "full", five)
    lambda_reuse("publish", "--dist", str(dist), "--yes")

    assert run(["layer", "attach", "free", "full", "--yes"]) == errors.USAGE
    assert "full has 5 layers already" in capsys.readouterr().err
    assert layers_of(aws, "free") == []


def test_another_architecture_is_refused(aws, dist, capsys):
    """A layer version for x86_64 is not attached to a function on arm64."""
    make_function(aws, "orders", architecture="arm64")
    lambda_reuse("publish", "--dist", str(dist), "--yes")
    version = aws.list_layer_versions(LayerName="lambda-reuse-x86_64")["LayerVersions"][0]

    code = run(["layer", "attach", "orders", "--layer", version["LayerVersionArn"], "--yes"])

    assert code == errors.USAGE
    assert "orders runs on arm64" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["attach", "nobody"], errors.SERVICE, "AWS refused GetFunctionConfiguration"),
        (["attach", "alone"], errors.USAGE, "no layer lambda-reuse-x86_64 is published"),
        (["publish", "--dist", "/no"], errors.CONFIGURATION, "there is no layer for any arch"),
        (
            ["attach", "alone", "--layer", "lambda-reuse"],
            errors.USAGE,
            "not a layer version ARN",
        ),
        (["attach"], errors.USAGE, "Missing argument"),
        (["attach", "alone", "--profile", "no"], errors.CONFIGURATION, "profile (no)"),
    ],
)
def test_failures_are_a_sentence_and_a_code(aws, capsys, arguments, code, sentence):
    make_function(aws, "alone")

    assert run(["layer", *arguments]) == code
    assert sentence in capsys.readouterr().err


def test_without_credentials_it_says_so(monkeypatch, tmp_path, capsys):
    """Nothing is asked of AWS."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))

    assert run(["layer", "attach", "f", "--region", "eu-west-1"]) == errors.CONFIGURATION
    assert "AWS is not set up on this machine" in capsys.readouterr().err


def test_nobody_at_the_address_is_a_sentence(aws, monkeypatch, capsys):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")

    assert run(["layer", "attach", "f"]) == errors.OTHER
    assert "AWS could not be asked" in capsys.readouterr().err
