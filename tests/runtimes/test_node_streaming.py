"""Responses that a Node.js handler streams, and large ones, under both clients."""

import json
from pathlib import Path

import pytest

from tests.runtimes.node_function import both_clients, needs_node, run_function

pytestmark = [pytest.mark.slow, needs_node]

STREAM = """
    const { pipeline } = require("node:stream/promises");
    const { Readable } = require("node:stream");
    exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {
      if (event === "early") throw new RangeError("too early");
      if (event === "http") {
        const head = { statusCode: 201, headers: { "x-a": "b" } };
        stream = awslambda.HttpResponseStream.from(stream, head);
      }
      if (event === "pipe") return pipeline(Readable.from(["a", "b"]), stream);
      stream.write("one ");
      await new Promise((done) => setTimeout(done, 5));
      if (event === "late") throw new TypeError("too late");
      stream.write({ id: context.awsRequestId.length });
      stream.end(event === "http" ? undefined : " end");
    }, { highWaterMark: 2 });
"""


@both_clients
def test_streaming(tmp_path: Path, aws_client: bool) -> None:
    """What is written is the answer; an HTTP response has its head before it."""
    events = ("plain", "http", "pipe", "plain")
    run = run_function(tmp_path, {"app.js": STREAM}, events=events, aws_client=aws_client)

    head, body = run.results[1].payload.split(b"\0" * 8)
    assert json.loads(head) == {"statusCode": 201, "headers": {"x-a": "b"}}
    assert body == b'one {"id":36}'
    assert [run.values[n] for n in (0, 2, 3)] == ['one {"id":36} end', "ab", 'one {"id":36} end']
    assert {result.status for result in run.results} == {"success"}
    assert len({result.container_id for result in run.results}) == 1


@both_clients
def test_a_stream_that_fails(tmp_path: Path, aws_client: bool) -> None:
    """Before it begins or after: the error is the answer, and the next invocation is served."""
    run = run_function(
        tmp_path, {"app.js": STREAM}, events=("early", "late", "pipe"), aws_client=aws_client
    )

    assert run.values == [["RangeError", "too early"], ["TypeError", "too late"], "ab"]
    assert [level for level, _ in run.lines] == ["ERROR", "ERROR"]
    assert len({result.container_id for result in run.results}) == 1


def test_a_stream_that_nobody_catches_an_error_of(tmp_path: Path) -> None:
    """The error ends the answer and the process; the next invocation has a new one."""
    code = """
        exports.handler = awslambda.streamifyResponse(async (event, stream) => {
          stream.write("begun");
          if (event) setTimeout(() => { throw new RangeError("loose"); }, 5);
          else stream.end();
          await new Promise((done) => event ? setTimeout(done, 5000) : done());
        });
    """
    run = run_function(tmp_path, {"app.js": code}, events=(1, 0))

    assert run.values == [["RangeError", "loose"], "begun"]


@pytest.mark.parametrize("handler", ["app.whole", "app.streamed"])
def test_answers_of_some_megabytes(tmp_path: Path, handler: str) -> None:
    """Five are an answer, nine are too many; the same process goes on."""
    code = """
        const { once } = require("node:events");
        exports.whole = async (event) => "x".repeat(event << 20);
        exports.streamed = awslambda.streamifyResponse(async (event, stream) => {
          const piece = Buffer.alloc(1 << 20, "x");
          for (let n = 0; n < event; n++) if (!stream.write(piece)) await once(stream, "drain");
          stream.end();
        });
    """
    run = run_function(tmp_path, {"app.js": code}, events=(5, 9, 1), handler=handler)

    five, nine, one = run.values
    assert [len(five), len(one)] == [5 << 20, 1 << 20]
    assert nine[0] == "Function.ResponseSizeTooLarge"
    assert len({result.container_id for result in run.results}) == 1


def test_an_error_in_a_stream_with_a_long_trace(tmp_path: Path) -> None:
    """Its trace is cut to what a trailer holds."""
    code = """
        Error.stackTraceLimit = Infinity;
        const deep = (n) => { if (n) return deep(n - 1); throw new RangeError("deep"); };
        exports.handler = awslambda.streamifyResponse(async (event, stream) => {
          await new Promise((done) => stream.write("begun", done));
          deep(2000);
        });
    """
    run = run_function(tmp_path, {"app.js": code})

    assert run.values == [["RangeError", "deep"]]
    assert len(run.results[0].value["trace"]) > 5


def test_what_streaming_refuses(tmp_path: Path) -> None:
    """A handler that is not async, and a content type that comes too late."""
    code = """
        exports.sync = awslambda.streamifyResponse(() => {});
        exports.late = awslambda.streamifyResponse(async (event, stream) => {
          stream.write("x");
          try { stream.setContentType("text/html"); } catch (error) { stream.write(error.name); }
          stream.end();
        });
    """
    sync = run_function(tmp_path / "a", {"app.js": code}, handler="app.sync")
    late = run_function(tmp_path / "b", {"app.js": code}, handler="app.late")

    assert sync.values == [["Error", "Streaming does not support non-async handlers."]]
    assert late.values == ["xRuntime.InvalidStreamingOperation"]
