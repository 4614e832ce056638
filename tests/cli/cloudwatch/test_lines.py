"""Which lines of a file have metrics, and which are text for CloudWatch."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from reuse_cli import errors
from reuse_cli.cloudwatch import lines
from reuse_cli.main import run

from .conftest import BEGIN_MS
from .test_render import BODY, texts


@pytest.fixture(params=["small file", "large file"])
def refused(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[list[str]], None]:
    """Renders these lines; the metrics of one of them are refused, and all others are there."""
    if request.param == "large file":
        monkeypatch.setattr("reuse_cli.sources.files.LARGE", 1)
        monkeypatch.setattr("reuse_cli.sources.files._HEAD", 200)

    def render(found: list[str]) -> None:
        log, body = tmp_path / "log", tmp_path / "body.json"
        log.write_text("\n".join(found))
        body.write_text(json.dumps(BODY))
        arguments = ["--body", body, "--source", log, "--output", "json"]

        assert run(["dashboard", "render", *map(str, arguments)]) == errors.FINE
        said = capsys.readouterr()
        assert json.loads(said.out)["widgets"][0]["series"][0]["points"][0] == [BEGIN_MS, 1]
        assert "would refuse the metrics of 1 line\n" in said.err

    return render


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "[1,NaN]"])
def test_a_line_that_is_no_json_has_no_metrics(
    number: str, refused: Callable[[list[str]], None]
) -> None:
    """Many libraries write NaN; CloudWatch takes nothing from such a line, and we say so."""
    named = texts()[0].replace('"Calls":1', '"Calls":1,"note":"NaN"')
    bad = texts()[0].replace('"Calls":1', f'"Calls":1,"Other":{number}')
    refused([*texts()[1:], bad, named])


def test_queries_know_the_stream_and_the_group(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As `@logStream` and `@log`, which are no part of the message."""
    log, body = tmp_path / "log", tmp_path / "body.json"
    around = {"timestamp": BEGIN_MS, "logStreamName": "s/[1]", "logGroupName": "/aws/lambda/x"}
    log.write_text(json.dumps({**around, "message": texts()[0]}))
    query = "SOURCE '/aws/lambda/x' | fields @logStream, @log, @message"
    widget = {"type": "log", "properties": {"region": "r", "query": query}}
    body.write_text(json.dumps({"widgets": [widget]}))
    arguments = ["--body", body, "--source", log, "--output", "json"]

    assert run(["dashboard", "render", *map(str, arguments)]) == errors.FINE
    (found,) = json.loads(capsys.readouterr().out)["widgets"]
    assert found["rows"] == [["s/[1]", "/aws/lambda/x", texts()[0]]]


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (b'{"a":1}\n{"a":2}\n', 2),
        (b'{"a":1}\n{"a":2}', 2),
        (b'{"a":1}\r\n{"a":", \'x\' \\" |;\t"}\r\n', 2),
        ('{"a":"é ☃"}\n'.encode(), 1),
        (b'{"a":NaN}\n', math.inf),
        (b'{"a":[1,-Infinity]}\n', math.inf),
        (b'{"a":"\xff"}\n', math.inf),
        (b'{"a":"\x01"}\n', math.inf),
        (b'{"a":"' + b"x" * (1 << 21) + b'"}\n', math.inf),
    ],
)
def test_lines_are_counted_where_duckdb_may_read_them(
    data: bytes, count: float, tmp_path: Path
) -> None:
    """Infinity where a line is over a megabyte, a byte is no text, or a number is NaN."""
    file = tmp_path / "a[1]*.jsonl"
    file.write_bytes(data)

    assert lines._count(file) == count


@pytest.mark.parametrize("form", ["[INFO] {}", "{} done", "{}{}"])
def test_an_event_is_one_object_and_nothing_else(
    form: str, refused: Callable[[list[str]], None]
) -> None:
    """A logger's prefix, or two objects on a line: CloudWatch reads no metrics, and we say so."""
    refused([*texts(), form.replace("{}", texts()[0])])


@pytest.mark.parametrize("scale", [1000, 1_000_000])
def test_a_time_in_another_unit_is_none(
    scale: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Microseconds are refused, and do not move the end of the range to another age."""
    log, body = tmp_path / "log", tmp_path / "body.json"
    body.write_text(json.dumps(BODY))
    wrong = texts()[0].replace(str(BEGIN_MS), str(BEGIN_MS * scale))
    log.write_text("\n".join([*texts(), wrong]))
    arguments = ["dashboard", "render", "--body", str(body), "--source", str(log)]

    assert run([*arguments, "--output", "json"]) == errors.FINE
    said = capsys.readouterr()
    assert json.loads(said.out)["widgets"][0]["series"][0]["points"][0] == [BEGIN_MS, 1]
    assert "would refuse the metrics of 1 line\n" in said.err
    assert run([*arguments, "--end", "9" * 15]) == errors.USAGE
    assert "is not a time" in capsys.readouterr().err
