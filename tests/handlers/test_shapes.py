"""The shapes that handlers commonly have, in Python and Node.js, run by `local run`."""

import asyncio
import base64
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from reuse_sandbox import FunctionConfig, Sandbox

HERE = Path(__file__).parent
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("node"), reason="there is no node"),
]

Line = dict[str, Any]


def run(folder: Path, handler: str, events: list[Any]) -> list[Line]:
    """What `local run` prints for each event, in their order."""
    path = folder / "events.jsonl"
    path.write_text("".join(json.dumps(event) + "\n" for event in events))
    command = [sys.executable, "-m", "reuse_cli", "local", "run", str(HERE / handler)]
    command += ["--events", str(path), "--output", "json", "--data", str(folder / "data")]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]}
    )
    assert done.stdout, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def logged(folder: Path) -> str:
    """All that was logged."""
    files = (folder / "data").glob("**/*.jsonl")
    lines = [line for file in files for line in file.read_text().splitlines()]
    return "\n".join(json.loads(line)["message"] for line in lines if "message" in line)


def request(method: str, resource: str, **more: Any) -> dict[str, Any]:
    """An event of API Gateway's proxy integration, version 1.0, the parts that are used."""
    return {"httpMethod": method, "resource": resource, "isBase64Encoded": False, **more}


@pytest.mark.parametrize("handler", ["python/api_proxy.py:handler", "node/api_proxy.mjs:handler"])
def test_api_gateway_proxy(tmp_path: Path, handler: str) -> None:
    """Routes, an order that a later request finds, and what is refused."""
    order = json.dumps({"id": "ü", "total": 3})
    events = [
        request("GET", "/orders/{id}", pathParameters={"id": "1"}),
        request("POST", "/orders", body=order),
        request("GET", "/orders/{id}", pathParameters={"id": "ü"}),
        request(
            "POST",
            "/orders",
            body=base64.b64encode(order.encode()).decode(),
            isBase64Encoded=True,
        ),
        request("GET", "/orders/{id}", pathParameters={"id": "9"}),
        request("POST", "/orders", body="{"),
        request("DELETE", "/orders"),
    ]

    lines = run(tmp_path, handler, events)

    answers = [line["response"] for line in lines]
    assert [answer["statusCode"] for answer in answers] == [200, 201, 200, 201, 404, 400, 405]
    assert json.loads(answers[2]["body"]) == {"id": "ü", "total": 3}
    assert {line["function_error"] for line in lines} == {None}
    assert len({line["container_id"] for line in lines}) == 1


@pytest.mark.parametrize("handler", ["python/sqs_batch.py:handler", "node/sqs_batch.js:handler"])
def test_sqs_batch_with_partial_failures(tmp_path: Path, handler: str) -> None:
    """The messages that failed are named; the others are done, as the log says."""
    bodies = ['{"id": "a", "total": 1}', '{"id": "b", "total": -1}', "not JSON"]
    records = [{"messageId": f"m{n}", "body": body} for n, body in enumerate(bodies)]

    (line,) = run(tmp_path, handler, [{"Records": records}])

    failures = [{"itemIdentifier": "m1"}, {"itemIdentifier": "m2"}]
    assert line["response"] == {"batchItemFailures": failures}
    assert line["status"] == "success"
    log = logged(tmp_path)
    assert "charged a" in log
    assert "failed m1" in log
    assert "charged b" not in log


def test_streaming_in_python(tmp_path: Path) -> None:
    """A joined generator is an answer; one that is returned is an error, as on Lambda."""
    (whole,) = run(tmp_path, "python/streaming.py:handler", [{"rows": 3}])
    (unjoined,) = run(tmp_path, "python/streaming.py:unjoined", [{"rows": 3}])

    assert whole["response"] == "0;0\n1;1\n2;4\n"
    assert unjoined["response"]["errorType"] == "Runtime.MarshalError"


def test_streaming_in_node(tmp_path: Path) -> None:
    """The head, eight zero bytes and all rows."""
    (line,) = run(tmp_path, "node/streaming.mjs:handler", [{"rows": 3}])

    head, body = line["response"].split("\0" * 8)
    assert body == "0;0\n1;1\n2;4\n"
    assert json.loads(head) == {
        "statusCode": 200,
        "headers": {"Content-Type": "text/csv", "X-Request": line["request_id"]},
    }


def stream_of(url: str, payload: bytes) -> list[dict[str, Any]]:
    """The events of a streamed answer, read by boto3."""
    client = boto3.client(
        "lambda", endpoint_url=url, region_name="us-east-1",
        aws_access_key_id="x", aws_secret_access_key="x",
    )  # fmt: skip
    answer = client.invoke_with_response_stream(FunctionName="report", Payload=payload)
    return list(answer["EventStream"])


def test_a_stream_as_boto3_reads_it(tmp_path: Path) -> None:
    """All of it, and no error at the end."""
    config = FunctionConfig(
        HERE / "node", "streaming.handler", name="report", runtime="nodejs22.x", timeout_s=20
    )

    async def read() -> list[dict[str, Any]]:
        async with Sandbox(config, data=tmp_path) as sandbox:
            return await asyncio.to_thread(stream_of, sandbox.invoke_url, b'{"rows": 2000}')

    *parts, end = asyncio.run(read())

    whole = b"".join(part["PayloadChunk"]["Payload"] for part in parts)
    assert whole.endswith(b"1999;3996001\n")
    assert "ErrorCode" not in end["InvokeComplete"]


@pytest.mark.parametrize("handler", ["python:shop.app.handler", "node:shop/app.handler"])
def test_a_package_with_relative_imports(tmp_path: Path, handler: str) -> None:
    """Its modules find each other, and live as long as the container."""
    items = [{"price": 3, "count": 2}, {"price": 1}]

    lines = run(tmp_path, handler, [{"items": items}, {"items": []}])

    assert [line["response"] for line in lines] == [
        {"order": 1, "total": 7},
        {"order": 2, "total": 0},
    ]


@pytest.mark.parametrize(
    "handler", ["python/class_based.py:handler", "node/class_based.js:handler"]
)
def test_a_class_based_handler(tmp_path: Path, handler: str) -> None:
    """One object serves all events; its error is the function's."""
    events = [
        {"action": "put", "id": "a", "value": 5},
        {"action": "get", "id": "a"},
        {"action": "drop"},
    ]

    *good, bad = run(tmp_path, handler, events)

    expected = [{"calls": 1, "result": 1}, {"calls": 2, "result": 5}]
    assert [line["response"] for line in good] == [
        {**answer, "function": "class_based"} for answer in expected
    ]
    assert bad["function_error"] == "Unhandled"
    assert bad["response"]["errorType"] == "LookupError"
    assert bad["response"]["errorMessage"] == "no action drop"


@pytest.mark.parametrize("runtime", ["nodejs20.x", "nodejs24.x"])
def test_a_template_of_node(tmp_path: Path, runtime: str) -> None:
    """By `Runtime` and `Handler`, with its variables and a layer's packages."""
    write = {
        "code/src/app.mjs": "import shared from 'shared';\n"
        "export const get = async () => [shared, process.env.TABLE, "
        "process.env.AWS_EXECUTION_ENV];",
        "layer/nodejs/node_modules/shared/index.js": "module.exports = 'shared';",
        "template.yaml": f"""
            Resources:
              Packages:
                Type: AWS::Serverless::LayerVersion
                Properties: {{ContentUri: layer}}
              Orders:
                Type: AWS::Serverless::Function
                Properties:
                  CodeUri: code
                  Handler: src/app.get
                  Runtime: {runtime}
                  Layers: [!Ref Packages]
                  Environment: {{Variables: {{TABLE: orders}}}}
        """,
    }
    for name, text in write.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    command = [sys.executable, "-m", "reuse_cli", "local", "run", "--template", "template.yaml"]
    done = subprocess.run(
        [*command, "--output", "json"], capture_output=True, text=True, check=False, cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
    )  # fmt: skip

    (line,) = done.stdout.splitlines()
    assert json.loads(line)["response"] == ["shared", "orders", f"AWS_Lambda_{runtime}"]


@pytest.mark.parametrize(
    ("files", "handler", "code", "message"),
    [
        (["app.ts"], "app.ts:handler", 252, "app.ts is TypeScript: compile it"),
        (["app.v2.mjs"], "app.v2.mjs:handler", 252, "rename app.v2.mjs"),
        (["app.js", "app.mjs"], "app.mjs:handler", 252, "would load app.js in place of app.mjs"),
        ([], "app.mjs:handler", 253, "there is no file app.mjs"),
        (["app.mjs"], "app.mjs", 252, "write app.mjs:handler"),
        (["app.mjs"], "app.mjs:handler", 253, "app.handler is undefined or not exported"),
    ],
)
def test_what_is_refused(
    tmp_path: Path, files: list[str], handler: str, code: int, message: str
) -> None:
    """With one sentence that names it."""
    for name in files:
        (tmp_path / name).write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "reuse_cli", "local", "run", handler], capture_output=True,
        text=True, check=False, cwd=tmp_path, env={"PATH": os.environ["PATH"], "COLUMNS": "200"},
    )  # fmt: skip

    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
