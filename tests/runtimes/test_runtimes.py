"""The same layer beside functions of other runtimes: what it tells is what happened.

Most functions have a bootstrap of their own, as on Lambda's `provided` runtimes; the Python one is
run by AWS's client, the one of nodejs22.x by the sandbox's. None of them knows the layer.
"""

import asyncio
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from reuse_sandbox import FunctionConfig, Sandbox

from tests.line_schema import check_line

pytestmark = pytest.mark.slow

PYTHON = "def handler(event, context):\n    return {'got': event}\n"

NODEJS = "export const handler = async (event) => ({ got: event });\n"

BASH = """#!/bin/bash
api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
while true; do
    head=$(mktemp)
    event=$(curl -sS -D "$head" "$api/next")
    request=$(grep -i ^lambda-runtime-aws-request-id "$head" | tr -d '\\r' | cut -d' ' -f2)
    rm "$head"
    curl -sS -X POST "$api/$request/response" -d "{\\"got\\": $event}" >/dev/null
done
"""

NODE = """#!/usr/bin/env node
const http = require("http");
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true });
function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const options = { host, port, method, agent, path: "/2018-06-01/runtime/invocation/" + path };
    const request = http.request(options, (response) => {
      let text = "";
      response.on("data", (piece) => (text += piece));
      response.on("end", () => resolve([response.headers, text]));
    });
    request.on("error", reject);
    request.end(body);
  });
}
(async () => {
  for (;;) {
    const [headers, event] = await call("GET", "next");
    const id = headers["lambda-runtime-aws-request-id"];
    await call("POST", id + "/response", JSON.stringify({ got: JSON.parse(event) }));
  }
})();
"""

JAVA = """#!/bin/sh
exec java -XX:TieredStopAtLevel=1 "$LAMBDA_TASK_ROOT/Function.java"
"""

JAVA_FUNCTION = """
import java.net.URI;
import java.net.http.*;

public class Function {
    public static void main(String[] arguments) throws Exception {
        String api = "http://" + System.getenv("AWS_LAMBDA_RUNTIME_API")
            + "/2018-06-01/runtime/invocation/";
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpResponse.BodyHandler<String> text = HttpResponse.BodyHandlers.ofString();
        while (true) {
            HttpRequest next = HttpRequest.newBuilder(URI.create(api + "next")).build();
            HttpResponse<String> event = client.send(next, text);
            String id = event.headers().firstValue("Lambda-Runtime-Aws-Request-Id").get();
            String answer = "{\\"got\\": " + event.body() + "}";
            HttpRequest response = HttpRequest.newBuilder(URI.create(api + id + "/response"))
                .POST(HttpRequest.BodyPublishers.ofString(answer)).build();
            client.send(response, text);
        }
    }
}
"""

FUNCTIONS = {
    "python": {"app.py": PYTHON},
    "nodejs": {"app.mjs": NODEJS},
    "bash": {"bootstrap": BASH},
    "node": {"bootstrap": NODE},
    "java": {"bootstrap": JAVA, "Function.java": JAVA_FUNCTION},
}
MANAGED = {"python": {}, "nodejs": {"runtime": "nodejs22.x"}}
CALLS = 7


def missing(runtime: str) -> str:
    """What this machine lacks for a function of this runtime; nothing where it lacks nothing."""
    program = {"bash": "curl", "node": "node", "nodejs": "node", "java": "javac"}.get(runtime)
    return f"there is no {program}" if program and not shutil.which(program) else ""


def invoked(folder: Path, layer: Path, runtime: str) -> list[dict]:
    """The records of CALLS invocations, each answered with its event."""
    function = folder / "function"
    function.mkdir()
    for name, text in FUNCTIONS[runtime].items():
        (function / name).write_text(text)
        (function / name).chmod(0o755)
    settings = MANAGED.get(runtime, {"runtime": "provided.al2023"})
    config = FunctionConfig(function, handler="app.handler", timeout_s=20, **settings)

    async def run() -> Path:
        async with Sandbox(config, layer=layer, data=folder / "data", concurrency=1) as sandbox:
            for n in range(CALLS):
                result = await sandbox.invoke(json.dumps({"n": n}).encode())
                assert json.loads(result.payload) == {"got": {"n": n}}
            return sandbox.log_folder

    (log,) = asyncio.run(run()).glob("*.jsonl")
    messages = [json.loads(line)["message"] for line in log.read_text().splitlines()]
    return [json.loads(text) for text in messages if text.startswith("{") and '"record"' in text]


@pytest.mark.parametrize("runtime", FUNCTIONS)
def test_the_layer_records_any_runtime(tmp_path, standalone_layer, runtime):
    """Invocations, a cold start with its init, and the end; nothing of the helper's."""
    if missing(runtime):
        pytest.skip(missing(runtime))

    records = invoked(tmp_path, standalone_layer, runtime)

    containers = [record for record in records if record["record"] == "container/1"]
    last = containers[-1]
    assert [last["total"]["invocations"], last["total"]["cold_starts"]] == [CALLS, 1]
    assert last["end"] == "spindown"
    assert last["InvocationsPerContainer"] == CALLS
    assert len([record for record in records if record["record"] == "init/1"]) == 1
    assert sum(len(record.get("Duration", [])) for record in containers) == CALLS
    assert last["total"]["init_ms"] > 0
    assert last["total"]["hits"] == last["total"]["misses"] == 0
    for record in records:
        check_line(record)


def test_a_container_image_takes_two_lines(tmp_path, standalone_layer):
    """Copied to where a Dockerfile's COPY lines put it, the layer works as it does as a layer."""
    unpacked, opt = tmp_path / "lambda-reuse", tmp_path / "image" / "opt"
    shutil.copytree(standalone_layer, unpacked)
    page = (Path(__file__).parents[2] / "docs" / "layer.md").read_text()
    lines = [line.split() for line in page.splitlines() if line.startswith("COPY ")]
    assert len(lines) == 2
    for _, source, target in lines:
        folder = tmp_path / "image" / target.strip("/")
        folder.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-R", tmp_path / source.rstrip("/"), folder], check=True)

    records = invoked(tmp_path, opt, "python")

    assert records[-1]["record"] in ("container/1", "init/1")
    assert {record["record"] for record in records} >= {"container/1", "init/1"}
