"""How a Node.js handler is found and run: each case under our client and under AWS's own."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.runtimes.node_function import Run, needs_node, run_function

pytestmark = [pytest.mark.slow, needs_node]


class Case(NamedTuple):
    """A function, and what each event is answered with; of an error its type and message."""

    code: str
    answers: list[Any]
    file: str = "app.js"
    handler: str = "app.handler"
    files: dict[str, str] = {}
    events: tuple[Any, ...] = ({},)


ES_COUNTER = "let n = 0;\nexport const handler = async () => ++n;\n"
MODULE = {"package.json": '{"type": "module"}'}

CASES = {
    # where the code is
    "CommonJS": Case("exports.handler = async (event) => ({ got: event });", [{"got": {}}]),
    "an ES module, imported once": Case(ES_COUNTER, [1, 2], "app.mjs", events=({}, {})),
    "an ES module by package.json": Case(ES_COUNTER, [1], files=MODULE),
    "a .cjs file": Case(
        "exports.handler = async () => __filename.slice(-7);", ["app.cjs"], "app.cjs"
    ),
    "a .cjs file in a module package": Case(
        "exports.handler = async () => typeof require;", ["function"], "app.cjs", files=MODULE
    ),
    "package.json of a folder above": Case(
        ES_COUNTER, [1], "src/deep/app.js", "src/deep/app.handler", MODULE
    ),
    "node_modules hides package.json": Case(
        "exports.handler = async () => 'common';",
        ["common"],
        "node_modules/app.js",
        "node_modules/app.handler",
        MODULE,
    ),
    "await at the top": Case(
        "const value = await Promise.resolve(3);\nexport const handler = async () => value;",
        [3],
        "app.mjs",
    ),
    "a path": Case(
        "exports.handler = async () => 1;", [1], "src/api/app.js", "src/api/app.handler"
    ),
    "a folder with an index": Case(
        "exports.handler = async () => 1;", [1], "orders/index.js", "orders.handler"
    ),
    "a package": Case(
        "exports.handler = async () => 1;", [1], "node_modules/orders/index.js", "orders.handler"
    ),
    "a function in an object": Case(
        "exports.api = { orders: { get: async () => 'got' } };",
        ["got"],
        handler="app.api.orders.get",
    ),
    "a default export": Case("export default async () => 1;", [1], "app.mjs", "app.default"),
    "JSON and packages of its own": Case(
        "const data = require('./data.json');\n"
        "exports.handler = async () => [data.a, require('orders')];",
        [[1, "orders"]],
        files={
            "data.json": '{"a": 1}',
            "node_modules/orders/package.json": '{"main": "lib.js"}',
            "node_modules/orders/lib.js": "module.exports = 'orders';",
        },
    ),
    # how it answers
    "a promise of its own": Case(
        "exports.handler = () => new Promise((done) => setTimeout(done, 5, 'later'));", ["later"]
    ),
    "undefined": Case("exports.handler = async () => {};", [None]),
    "a value that is not awaited is not an answer": Case("exports.handler = () => 5;", [None]),
    "a callback": Case("exports.handler = (event, context, call) => call(null, event);", [{}]),
    "a callback waits for the event loop": Case(
        "exports.handler = (event, context, call) => {\n"
        "  const answer = { n: 1 };\n"
        "  setTimeout(() => answer.n++, 30);\n"
        "  call(null, answer);\n"
        "};",
        [{"n": 2}, {"n": 2}],
        events=({}, {}),
    ),
    "a callback that does not wait": Case(
        "exports.handler = (event, context, call) => {\n"
        "  const answer = { n: 1, waits: context.callbackWaitsForEmptyEventLoop };\n"
        "  context.callbackWaitsForEmptyEventLoop = false;\n"
        "  setTimeout(() => answer.n++, 30);\n"
        "  call(null, answer);\n"
        "};",
        [{"n": 1, "waits": True}],
    ),
    "an error for the callback": Case(
        "exports.handler = (event, context, call) => call(new RangeError('too far'));",
        [["RangeError", "too far"]],
    ),
    "the first call counts": Case(
        "exports.handler = (event, context, call) => {\n"
        "  context.succeed('first'); call(new Error('second')); context.fail('third');\n"
        "};",
        ["first"],
    ),
    "context.done": Case(
        "exports.handler = (event, context) => {\n"
        "  setTimeout(() => {}, 50);\n"
        "  event.ok ? context.done(null, 'done') : context.done(new Error('not done'));\n"
        "};",
        ["done", ["Error", "not done"]],
        events=({"ok": 1}, {}),
    ),
    "context.fail": Case(
        "exports.handler = (event, context) => context.fail(event.why);",
        [["string", "tired"], ["string", "handled"]],
        events=({"why": "tired"}, {}),
    ),
    "no answer at all": Case("exports.handler = () => { setTimeout(() => {}, 5); };", [None]),
    "an interval does not hold a promise up": Case(
        "setInterval(() => {}, 1000);\nexports.handler = async () => 1;", [1, 1], events=({}, {})
    ),
    # how it fails
    "an error": Case(
        "exports.handler = async () => { throw new TypeError('no'); };", [["TypeError", "no"]]
    ),
    "an error at once": Case(
        "exports.handler = () => { throw new Error('now'); };",
        [["Error", "now"], ["Error", "now"]],
        events=({}, {}),
    ),
    "an error with a name": Case(
        "class OrderError extends Error { name = 'OrderError'; }\n"
        "exports.handler = async () => { throw new OrderError('gone'); };",
        [["OrderError", "gone"]],
    ),
    "what is not an error": Case(
        "exports.handler = async (event) => { throw event.what; };",
        [["string", "oops"], ["number", "7"], ["object", "[object Object]"]],
        events=({"what": "oops"}, {"what": 7}, {"what": {"a": 1}}),
    ),
    "what looks like an error": Case(
        "exports.handler = async () => {\n"
        "  throw { name: 'Custom', message: 'sort of', stack: 'Custom: sort of' };\n"
        "};",
        [["Custom", "sort of"]],
    ),
    "an answer that is not JSON": Case(
        "exports.handler = async () => 1n;", [["Error", "Unable to stringify response body"]]
    ),
    "no module": Case(
        "",
        [["Runtime.ImportModuleError", "Error: Cannot find module 'other'"]],
        handler="other.handler",
    ),
    "no package": Case(
        "require('absent');", [["Runtime.ImportModuleError", "Error: Cannot find module 'absent'"]]
    ),
    "no package to import": Case(
        "import 'absent';", [["Error", "Cannot find package 'absent' imported from"]], "app.mjs"
    ),
    "no function": Case(
        "exports.other = 1;",
        [["Runtime.HandlerNotFound", "app.handler is undefined or not exported"]],
    ),
    "not a function": Case(
        "exports.handler = 1;", [["Runtime.HandlerNotFound", "app.handler is not a function"]]
    ),
    "no dot": Case("", [["Runtime.MalformedHandlerName", "Bad handler"]], handler="app"),
    "a path that climbs": Case(
        "",
        [["Runtime.MalformedHandlerName", "'../app.handler' is not a valid handler name."]],
        handler="../app.handler",
    ),
    "a syntax error": Case(
        "exports.handler = async () => {", [["Runtime.UserCodeSyntaxError", "SyntaxError: "]]
    ),
    "a syntax error of an ES module": Case(
        "export const = 1;", [["Runtime.UserCodeSyntaxError", "SyntaxError: "]], "app.mjs"
    ),
    "an error of the init": Case(
        "throw new RangeError('too early');", [["RangeError", "too early"]]
    ),
    "a rejection of the init": Case(
        "throw new RangeError('too early');", [["RangeError", "too early"]], "app.mjs"
    ),
    "a rejection that nobody handles": Case(
        "exports.handler = async (event) => {\n"
        "  if (event.fine) return 'fine';\n"
        "  Promise.reject(new Error('lost'));\n"
        "  await new Promise((done) => setTimeout(done, 5000));\n"
        "};",
        [["Runtime.UnhandledPromiseRejection", "Error: lost"], "fine"],
        events=({}, {"fine": 1}),
    ),
    "an error that nobody catches": Case(
        "exports.handler = async (event) => {\n"
        "  if (event.fine) return 'fine';\n"
        "  setTimeout(() => { throw new RangeError('loose'); }, 1);\n"
        "  await new Promise((done) => setTimeout(done, 5000));\n"
        "};",
        [["RangeError", "loose"], "fine"],
        events=({}, {"fine": 1}),
    ),
    "a promise that is never settled": Case(
        "exports.handler = async (event) => event.fine ?? new Promise(() => {});",
        [["Runtime.NodeJsExit", ""], 1],
        events=({}, {"fine": 1}),
    ),
    "an exit": Case(
        "exports.handler = async (event) => event.fine ?? process.exit(3);",
        [["Runtime.ExitError", "RequestId: "], 1],
        events=({}, {"fine": 1}),
    ),
    "an ES module that is required": Case(
        "const orders = require('./orders.mjs');",
        [["Error", "require() of ES Module"]],
        files={"orders.mjs": "export const n = 1;"},
    ),
}


def play(folder: Path, case: Case, *, aws_client: bool) -> Run:
    files = {case.file: case.code, **case.files}
    return run_function(
        folder, files, events=case.events, handler=case.handler, aws_client=aws_client
    )


def agrees(answer: Any, expected: Any) -> bool:
    """Whether it is that answer; of a long message the beginning is shown."""
    if not isinstance(expected, list) or answer == expected:
        return bool(answer == expected)
    return answer[0] == expected[0] and str(answer[1]).startswith(str(expected[1]).rstrip("."))


@pytest.mark.parametrize("name", CASES)
def test_answers(tmp_path: Path, name: str) -> None:
    """Each kind of handler gives the responses and errors that it gives on Lambda."""
    run = play(tmp_path, CASES[name], aws_client=False)

    pairs = zip(run.values, CASES[name].answers, strict=True)
    assert [pair for pair in pairs if not agrees(*pair)] == [], run.messages


# What Lambda does since after the release of npm, as its client's repository and reports have it.
NEWER = {"a promise that is never settled"}


@pytest.mark.parametrize("name", [name for name in CASES if name not in NEWER])
def test_aws_client_answers_the_same(tmp_path: Path, name: str) -> None:
    """What is expected of our client is what AWS's does; both log at the same levels."""
    case = CASES[name]
    ours, aws = tmp_path / "ours", tmp_path / "aws"
    mine = play(ours, case, aws_client=False)
    theirs = play(aws, case, aws_client=True)

    pairs = zip(theirs.values, case.answers, strict=True)
    assert [pair for pair in pairs if not agrees(*pair)] == [], theirs.messages
    assert [result.status for result in mine.results] == [
        result.status for result in theirs.results
    ]
    assert [line[0] for line in mine.lines] == [line[0] for line in theirs.lines]
