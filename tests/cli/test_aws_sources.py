"""CloudWatch Logs and S3 as sources, through the real boto3 against moto's server."""

import contextlib
import gzip
import io
import json
import time
import zipfile
from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import (
    EndpointConnectionError,
    NoCredentialsError,
    UnauthorizedSSOTokenError,
)
from reuse_cli import errors
from reuse_cli.main import run
from reuse_cli.sources.reading import zstandard

from tests.cli.insights_server import InsightsServer, insights_server
from tests.cli.records import container
from tests.cli.shapes import GROUP, compact, filter_pretty, subscription

pytestmark = pytest.mark.slow
TRUTH = {"a": 7, "b": 1}


@pytest.fixture
def aws(account: str, monkeypatch: pytest.MonkeyPatch, tmp_path) -> Iterator[InsightsServer]:
    """An empty account; the command finds the same one, and no local run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "queries").mkdir()
    with insights_server(account, tmp_path / "queries") as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        yield server


def put_events(group: str, events: list[tuple[int, str, str]]) -> None:
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName=group)
    for stream in sorted({stream for _, stream, _ in events}):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        own = sorted((at, text) for at, name, text in events if name == stream)
        for i in range(0, len(own), 1000):
            logs.put_log_events(
                logGroupName=group,
                logStreamName=stream,
                logEvents=[{"timestamp": at, "message": text} for at, text in own[i : i + 1000]],
            )


def invocations(capsys, *arguments: str) -> dict[str, int]:
    assert run([*arguments, "--output", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)["containers"]
    return {row["container_id"][-1]: row["invocations"] for row in rows}


def recent(name: str, sequence: int, **values: object) -> dict:
    """A record of the last minutes."""
    now = int(time.time() * 1000)
    times = {"from_ms": now - 120_000, "to_ms": now - 60_000, "container_started_ms": now - 600_000}
    return container(name, sequence, **{**times, **values})


def test_cloudwatch_is_asked_for_the_functions_that_are_named(aws, capsys):
    """Their log groups, all pages of them, the last three hours."""
    now = int(time.time() * 1000)
    records = [
        recent("a", 1, Invocations=5, total={"invocations": 5}),
        recent("a", 2, Invocations=2, total={"invocations": 7}),
        recent("b", 1, Invocations=1, total={"invocations": 1}),
    ]
    events = [(now - 90_000 + i, "one", compact(record) + "\n") for i, record in enumerate(records)]
    noise = [(now - 80_000 + i, "two", f"START RequestId: {i}\n") for i in range(11_000)]
    put_events(GROUP, events + noise)

    assert invocations(capsys, "containers", "orders") == TRUTH
    assert invocations(capsys, "containers", "orders", "--source", "cloudwatch") == TRUTH
    assert invocations(capsys, "containers", "--log-group", GROUP) == TRUTH


def test_a_window_counts_what_is_in_it(aws, capsys):
    """A container that is older than the time asked about."""
    now = int(time.time() * 1000)
    record = recent("a", 90, Invocations=3, total={"invocations": 1003})
    put_events(GROUP, [(now - 90_000, "one", compact(record))])

    assert invocations(capsys, "containers", "orders", "--since", "1h") == {"a": 3}


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--log-group", "nowhere"], errors.SERVICE, "there is no log group nowhere in eu-"),
        (["--source", "cloudwatch"], errors.USAGE, "name functions, or log groups"),
        (["x", "--source", "cloudwatch", "--profile", "no"], errors.CONFIGURATION, "profile (no)"),
        (["--source", "s3://"], errors.USAGE, "names no bucket"),
        (["--source", "s3://nowhere/x"], errors.SERVICE, "NoSuchBucket"),
        (["--source", "s3://b/x", "--source", "y"], errors.USAGE, "cannot be asked in one"),
        (["--log-group", "EMPTY"], errors.OTHER, "there are no records of lambda-reuse in EMPTY"),
    ],
)
def test_failures_are_a_sentence_and_a_code(aws, capsys, arguments, code, sentence):
    boto3.client("logs").create_log_group(logGroupName="EMPTY")

    assert run(["summary", *arguments]) == code
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["orders"], ["--log-group", "orders"]])
@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (EndpointConnectionError(endpoint_url="http://x"), errors.OTHER, "could not be asked"),
        (UnauthorizedSSOTokenError(), errors.CONFIGURATION, "AWS is not set up"),
        (NoCredentialsError(), errors.CONFIGURATION, "AWS is not set up"),
    ],
)
def test_aws_cannot_be_reached(aws, capsys, monkeypatch, arguments, error, code, sentence):
    """Whatever is asked first: the function's configuration or its log group."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", fail)

    assert run(["summary", *arguments]) == code
    assert sentence in capsys.readouterr().err


def make_function(name: str, **settings: object) -> None:
    """A Python function in moto's account."""
    trust = {"Version": "2012-10-17", "Statement": []}
    iam = boto3.client("iam")
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as file:
        file.writestr("app.py", "")
    boto3.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.handler",
        Role=iam.get_role(RoleName="r")["Role"]["Arn"],
        Code={"ZipFile": package.getvalue()},
        **settings,
    )


def found(capsys, *arguments: str) -> tuple[int, list[tuple[str, str]]]:
    """The exit code of `doctor`, and (kind, what) of its findings."""
    code = run(["doctor", *arguments, "--output", "json"])
    rows = json.loads(capsys.readouterr().out)["findings"]
    return code, [(row["kind"], row["what"]) for row in rows]


def test_doctor_reads_the_settings_of_the_function(aws, capsys):
    """Why there may be no records, and what hides the observers; nothing once they are there."""
    make_function("orders", Environment={"Variables": {"PYTHONPATH": "/opt/lib"}})
    boto3.client("logs").create_log_group(logGroupName=GROUP)
    blind = ("setup", "with PYTHONPATH set, so that the runtime reads no .pth file of the layer")
    silent = ("setup", "without a layer of the name lambda-reuse, and no records have come")

    assert found(capsys, "orders") == (0, [silent, blind])

    now = int(time.time() * 1000)
    seen = {"total": {"invocations": 7, "function_errors": 0}}
    boto3.client("logs").delete_log_group(logGroupName=GROUP)
    put_events(GROUP, [(now - 90_000, "one", compact(recent("a", 1, **seen)))])

    assert found(capsys, "orders", "--fail-on", "kind == 'setup'") == (0, [])


def test_objects_in_s3_are_streamed(aws, capsys):
    """Subscription data, compressed, concatenated and without a suffix; an export beside it."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    members = b"".join(gzip.compress(line.encode()) for line in subscription())
    s3.put_object(Bucket="logs", Key="in/2026/orders-1", Body=members)
    s3.put_object(Bucket="logs", Key="in/again.json", Body=filter_pretty().encode())
    s3.put_object(Bucket="logs", Key="in/empty", Body=b"")
    s3.put_object(Bucket="logs", Key="in/cut.gz", Body=members[:60])
    frames = b"".join(zstandard().compress(line.encode()) for line in subscription())
    s3.put_object(Bucket="logs", Key="zstd/orders.zst", Body=frames)
    s3.put_object(Bucket="logs", Key="other", Body=compact(container("c")).encode())

    assert invocations(capsys, "containers", "--source", "s3://logs/in/") == TRUTH
    assert invocations(capsys, "containers", "--source", "s3://logs/zstd/") == TRUTH
