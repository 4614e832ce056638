"""What surrounds a Node.js handler: its context, its log, its packages, and newer rules."""

import json
from pathlib import Path
from typing import Any

import pytest
from reuse_sandbox import ConfigError, FunctionConfig, RuntimeNotFound
from reuse_sandbox.machine import node

from tests.runtimes.node_function import both_clients, needs_node, run_function, write

pytestmark = [pytest.mark.slow, needs_node]


def answer(folder: Path, code: str, **settings: Any) -> Any:
    """The answer of a function that is one file, in CommonJS."""
    return run_function(folder, {"app.js": code}, **settings).values[0]


def test_both_clients_are_what_they_are_called(tmp_path: Path) -> None:
    files = {"app.js": "exports.handler = async () => require.main?.filename ?? process.argv[1];"}

    ours, aws = (
        run_function(tmp_path / name, files, aws_client=name == "aws").values[0]
        for name in ("ours", "aws")
    )

    assert Path(aws).parts[-3:] == ("aws-lambda-ric-3.3.0", "bin", "index.mjs")
    assert Path(ours) == node.BOOTSTRAP


@both_clients
def test_context(tmp_path: Path, aws_client: bool) -> None:
    """Everything that Lambda documents, of the invocation and of the function."""
    code = """
        exports.handler = async (event, context) => {
          const left = context.getRemainingTimeInMillis();
          const trace = process.env._X_AMZN_TRACE_ID;
          return { ...context, left: left > 0 && left <= 20000, trace };
        };
    """
    client_context = json.dumps({"client": {"app_title": "Zürich"}, "custom": {"a": "\n"}})

    run = run_function(
        tmp_path,
        {"app.js": code},
        client_context=client_context,
        aws_client=aws_client,
        tenant="blue",
        tenant_isolation=True,
        name="orders",
        memory_mb=256,
    )

    (found,) = run.values
    assert found.pop("trace").startswith("Root=1-")
    assert found.pop("logStreamName") == run.results[0].container_id
    assert found == {
        "callbackWaitsForEmptyEventLoop": True,
        "functionVersion": "$LATEST",
        "functionName": "orders",
        "memoryLimitInMB": "256",
        "logGroupName": "/aws/lambda/orders",
        "clientContext": json.loads(client_context),
        "invokedFunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:orders",
        "awsRequestId": run.results[0].request_id,
        "tenantId": "blue",
        "left": True,
    }


LOGS = """
    console.info("early");
    exports.handler = async (event, context) => {
      console.trace("t"); console.debug("d"); console.log("%s is %d", "n", 1, { a: [1] });
      console.warn("two\\nlines"); console.error(new TypeError("shown")); console.fatal("f");
      console.info({ order: 7 });
      console.info("failed", Object.assign(new RangeError("far"), { code: "E" }));
      process.stdout.write("raw\\n");
    };
"""


@both_clients
def test_text_log(tmp_path: Path, aws_client: bool) -> None:
    """Time, request, level and text; one message is one event, whatever its lines."""
    run = run_function(tmp_path, {"app.js": LOGS}, aws_client=aws_client)

    request_id = run.results[0].request_id
    ids = [message.split("\t")[1] for message in run.messages if "\t" in message]
    assert ids == ["undefined"] + [request_id] * 8
    assert "raw" in run.messages
    lines = [(level, text.partition("\n    at ")[0]) for level, text in run.lines]
    assert lines == [
        ("INFO", "early"),
        ("TRACE", "t"),
        ("DEBUG", "d"),
        ("INFO", "n is 1 { a: [ 1 ] }"),
        ("WARN", "two\nlines"),
        ("ERROR", "TypeError: shown"),
        ("FATAL", "f"),
        ("INFO", "{ order: 7 }"),
        ("INFO", "failed RangeError: far"),
    ]


@both_clients
def test_json_log(tmp_path: Path, aws_client: bool) -> None:
    """One JSON object a message, with the fields that Lambda documents."""
    run = run_function(
        tmp_path, {"app.js": LOGS}, aws_client=aws_client, log_format="JSON", log_level="TRACE",
        tenant="blue", tenant_isolation=True,
    )  # fmt: skip

    found = [json.loads(message) for message in run.messages if message.startswith("{")]
    lines = [line for line in found if "level" in line]
    assert all(line.pop("timestamp").endswith("Z") for line in lines)
    assert "requestId" not in lines[0]
    assert {line.pop("requestId") for line in lines[1:]} == {run.results[0].request_id}
    assert {line.pop("tenantId") for line in lines[1:]} == {"blue"}
    stacks = [lines[5]["message"].pop("stackTrace"), lines[8].pop("stackTrace")]
    assert [stack[0] for stack in stacks] == ["TypeError: shown", "RangeError: far"]
    assert lines[8].pop("message").startswith("failed RangeError: far")
    assert lines == [
        {"level": "INFO", "message": "early"},
        {"level": "TRACE", "message": "t"},
        {"level": "DEBUG", "message": "d"},
        {"level": "INFO", "message": "n is 1 { a: [ 1 ] }"},
        {"level": "WARN", "message": "two\nlines"},
        {"level": "ERROR", "message": {"errorType": "TypeError", "errorMessage": "shown"}},
        {"level": "FATAL", "message": "f"},
        {"level": "INFO", "message": {"order": 7}},
        {"level": "INFO", "errorType": "RangeError", "errorMessage": "far"},
    ]


@both_clients
def test_log_level(tmp_path: Path, aws_client: bool) -> None:
    """What is below the function's level is not written; the log has errors of handlers."""
    code = "exports.handler = async () => { console.info('i'); console.warn('w'); throw 1; };"
    run = run_function(
        tmp_path, {"app.js": code}, aws_client=aws_client, log_format="JSON", log_level="WARN"
    )

    lines = [json.loads(message) for message in run.messages if message.startswith("{")]
    assert [line["level"] for line in lines if "level" in line] == ["WARN", "ERROR"]


@both_clients
def test_an_error_in_the_log(tmp_path: Path, aws_client: bool) -> None:
    """With its own fields, and the answer has type, message and trace."""
    code = """
        exports.handler = async () => {
          throw Object.assign(new RangeError("far"), { code: "E_FAR", order: 7 });
        };
    """
    run = run_function(tmp_path, {"app.js": code}, aws_client=aws_client)

    value = run.results[0].value
    assert list(value) == ["errorType", "errorMessage", "trace"]
    assert value["trace"][0] == "RangeError: far"
    assert "app.js:3" in value["trace"][1]
    ((level, text),) = run.lines
    what, logged = text.split("\t")
    assert (level, what) == ("ERROR", "Invoke Error ")
    assert {**json.loads(logged), "stack": None} == {
        "errorType": "RangeError",
        "errorMessage": "far",
        "code": "E_FAR",
        "order": 7,
        "stack": None,
    }


def test_a_syntax_error_says_where(tmp_path: Path) -> None:
    """The trace has the file and the line."""
    run = run_function(tmp_path, {"app.js": "\n\nconst = 1;"})

    assert f"{tmp_path}/function/app.js:3" in run.results[0].value["trace"][0]


@pytest.mark.parametrize("file", ["app.js", "app.mjs"])
def test_packages_of_a_layer(tmp_path: Path, file: str) -> None:
    """`require` and `import` find them; those for one runtime come first, the function's before."""
    layer = tmp_path / "layer" / "nodejs"
    write(
        layer,
        {
            "node_modules/shared/index.js": "module.exports = 'shared';",
            "node_modules/both/index.js": "module.exports = 'any';",
            "node20/node_modules/both/index.js": "module.exports = 'node20';",
            "node_modules/own/index.js": "module.exports = 'of the layer';",
        },
    )
    own = {"node_modules/own/index.js": "module.exports = 'own';"}
    body = "handler = async () => [shared, both, own];"
    names = ["shared", "both", "own"]
    code = {
        "app.js": "".join(f"const {n} = require('{n}');" for n in names) + f"exports.{body}",
        "app.mjs": "".join(f"import {n} from '{n}';" for n in names) + f"export const {body}",
    }[file]

    run = run_function(tmp_path, {file: code, **own}, layer=layer.parent)

    assert run.values == [["shared", "node20", "own"]]


def test_a_node_path_of_one_s_own(tmp_path: Path) -> None:
    """As on Lambda: it replaces the usual one."""
    code = "exports.handler = async () => process.env.NODE_PATH;"

    assert answer(tmp_path, code, environment={"NODE_PATH": "/mine"}) == "/mine"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("exports.handler = (event) => ({ got: event });", {"got": {}}),
        (
            "exports.handler = async (_, context) => 'done' in context || 'succeed' in context;",
            False,
        ),
        (
            "exports.handler = (event, context, callback) => callback(null, 1);",
            [
                "Runtime.CallbackHandlerDeprecated",
                "The handler takes a callback, which this runtime does not give: return a promise.",
            ],
        ),
        (
            "exports.handler = async () => 1n;",
            ["Runtime.JSONStringifyError", "Unable to stringify response body"],
        ),
    ],
)
def test_rules_of_nodejs24(tmp_path: Path, code: str, expected: Any) -> None:
    """No callbacks; what is returned is the answer, awaited or not."""
    assert answer(tmp_path, code, runtime="nodejs24.x") == expected


@pytest.mark.parametrize(("runtime", "is_found"), [("nodejs22.x", False), ("nodejs24.x", True)])
def test_a_handler_inside_a_default_export(tmp_path: Path, runtime: str, is_found: bool) -> None:
    """From nodejs24.x on it is found there too."""
    code = "export default { handler: async () => 1 };"

    run = run_function(tmp_path, {"app.mjs": code}, runtime=runtime)

    expected = ["Runtime.HandlerNotFound", "app.handler is undefined or not exported"]
    assert run.values == [1 if is_found else expected]


def test_managed_instances(tmp_path: Path) -> None:
    """Several invocations at a time, each with its own request in its log lines."""
    code = """
        exports.handler = async (event, context) => {
          await new Promise((done) => setTimeout(done, 20));
          console.log(context.awsRequestId);
          return event;
        };
    """
    run = run_function(
        tmp_path,
        {"app.js": code},
        events=(1, 2, 3),
        runtime="nodejs22.x",
        init_type="lambda-managed-instances",
        max_concurrency=3,
        log_format="JSON",
    )

    lines = [json.loads(message) for message in run.messages if '"requestId"' in message]
    logged = [line for line in lines if "timestamp" in line]
    assert run.values == [1, 2, 3]
    assert len(logged) == 3
    assert all(line["requestId"] == line["message"] for line in logged)


def test_what_cannot_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No SnapStart for Node.js; without a node in the PATH one sentence says so."""
    with pytest.raises(ConfigError, match="no SnapStart for Node"):
        FunctionConfig(
            tmp_path, "app.handler", runtime="nodejs22.x", init_type="snap-start", version="1"
        )
    monkeypatch.setattr(node, "installed", lambda: None)
    with pytest.raises(RuntimeNotFound, match=r"nodejs22\.x needs node in the PATH"):
        FunctionConfig(tmp_path, "app.handler", runtime="nodejs22.x")


@pytest.mark.parametrize(
    ("runtime", "present", "options", "expected"),
    [
        ("nodejs20.x", (20, 20, 2), "", ["--no-experimental-require-module"]),
        ("nodejs20.x", (18, 20, 0), "", []),
        ("nodejs22.x", (20, 9, 0), "", []),
        (
            "nodejs22.x", (22, 12, 0), "--experimental-require-module",
            ["--no-experimental-detect-module"],
        ),
        (
            "nodejs22.x", (24, 1, 0), "",
            ["--no-experimental-require-module", "--no-experimental-detect-module"],
        ),
        ("nodejs24.x", (24, 1, 0), "", []),
    ],
)  # fmt: skip
def test_what_lambda_switches_off(
    runtime: str, present: tuple[int, ...], options: str, expected: list[str]
) -> None:
    """By the runtime, as far as this Node.js knows the options; NODE_OPTIONS win."""
    variables = {"NODE_OPTIONS": options}

    assert node.switched_off(runtime, present, variables) == expected
