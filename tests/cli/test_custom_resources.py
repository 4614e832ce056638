"""Functions in a template that answer CloudFormation for a custom resource."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import http_server
from tests.runtimes.node_function import needs_node

pytestmark = pytest.mark.slow

PYTHON = """
import cfnresponse
def handler(event, context):
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Arn": "a"}, "id-1")
"""
NODE = """
const response = require("cfn-response");
exports.handler = function (event, context) {
  response.send(event, context, response.SUCCESS, { Arn: "a" }, "id-1");
};
"""
ASKED = {
    "RequestType": "Create",
    "StackId": "stack",
    "RequestId": "request",
    "LogicalResourceId": "Thing",
}


@pytest.fixture
def answers() -> Iterator[tuple[str, list[Any]]]:
    """The address that takes the answers, and those that it has taken."""
    taken: list[Any] = []

    class Taker(http_server.Handler):
        def do_PUT(self) -> None:
            taken.append((self.headers["Content-Type"], json.loads(self.body())))
            self.answer(200, "", b"")

    with http_server.serving(Taker) as address:
        yield f"{address}/answer?signature=x", taken


def run(folder: Path, runtime: str, code: str, event: dict[str, Any]) -> str:
    """What a run of the function prints."""
    properties = {"Runtime": runtime, "Handler": "index.handler", "Code": {"ZipFile": code}}
    resources = {"Function": {"Type": "AWS::Lambda::Function", "Properties": properties}}
    (folder / "template.json").write_text(json.dumps({"Resources": resources}))
    done = subprocess.run(
        [sys.executable, "-m", "reuse_cli", "local", "run", "--template", "template.json",
         "--event", json.dumps(event), "--no-limits"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    logs = [path.read_text() for path in folder.rglob("*.jsonl")]
    return done.stdout + "".join(logs)


@pytest.mark.parametrize(
    ("runtime", "code"),
    [("python3.11", PYTHON), pytest.param("nodejs22.x", NODE, marks=needs_node)],
)
def test_the_answer_reaches_cloudformation(tmp_path, answers, runtime, code):
    """By cfnresponse and cfn-response, in the form that CloudFormation expects."""
    url, taken = answers

    run(tmp_path, runtime, code, {**ASKED, "ResponseURL": url})

    ((content_type, answer),) = taken
    reason = answer.pop("Reason")
    assert content_type == ""
    assert answer == {
        "Status": "SUCCESS",
        "PhysicalResourceId": "id-1",
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Thing",
        "NoEcho": False,
        "Data": {"Arn": "a"},
    }
    assert reason.startswith("See the details in CloudWatch Log Stream: 20")


@pytest.mark.parametrize(
    ("runtime", "code"),
    [("python3.11", PYTHON), pytest.param("nodejs22.x", NODE, marks=needs_node)],
)
def test_an_address_that_does_not_answer_is_printed(tmp_path, runtime, code):
    """The invocation ends all the same, as with AWS's module."""
    printed = run(tmp_path, runtime, code, {**ASKED, "ResponseURL": "http://127.0.0.1:9/"})

    assert "CloudFormation did not take the answer" in printed
