"""`lambda-reuse dashboard render`: from log files in any shape to what each widget shows."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reuse_cli import errors
from reuse_cli.cloudwatch.evaluate import Shown
from reuse_cli.cloudwatch.series import Series, TimeRange
from reuse_cli.formats import chart
from reuse_cli.formats.chart import number
from reuse_cli.formats.dashboard_page import page
from reuse_cli.main import run

from tests.browser import chromium, faults, needs_chromium

from .conftest import BEGIN_MS, MINUTE_MS, line

ROOT = Path(__file__).parents[3]
METRIC = {
    "type": "metric",
    "x": 0, "y": 0, "width": 12, "height": 6,
    "properties": {
        "title": "Calls",
        "region": "us-east-1",
        "stat": "Sum",
        "period": 60,
        "metrics": [
            ["Shop", "Calls", "Function", "NAME", {"id": "calls"}],
            [{"expression": "calls / 2", "id": "half", "label": "Half"}],
        ],
    },
}  # fmt: skip
LOG = {
    "type": "log",
    "x": 12, "y": 0, "width": 12, "height": 6,
    "properties": {
        "title": "Lines",
        "region": "us-east-1",
        "query": "SOURCE 'x' | filter Function = 'NAME' | stats count(*) as n, sum(Calls) as calls",
    },
}  # fmt: skip
BODY = {
    "start": "-PT1H",
    "widgets": [METRIC, LOG],
    "variables": [
        {
            "type": "pattern", "pattern": "NAME", "inputType": "select", "id": "name",
            "search": '{Shop,Function} MetricName="Calls"', "populateFrom": "Function",
            "defaultValue": "__FIRST",
        }
    ],
}  # fmt: skip
LINES = [
    line(BEGIN_MS, {"Function": "a"}, Calls=1),
    line(BEGIN_MS + MINUTE_MS, {"Function": "a"}, Calls=2),
    line(BEGIN_MS + MINUTE_MS, {"Function": "b"}, Calls=10),
]


def texts() -> list[str]:
    return [json.dumps(one, separators=(",", ":")) for one in LINES]


def cloudwatch_events() -> list[dict[str, Any]]:
    return [
        {"timestamp": one["_aws"]["Timestamp"], "message": text, "logStreamName": "s"}
        for one, text in zip(LINES, texts(), strict=True)
    ]


SHAPES: dict[str, Callable[[], bytes]] = {
    "lines": lambda: "\n".join([*texts(), "START RequestId: x", "{broken"]).encode(),
    "lines.gz": lambda: gzip.compress("\n".join(texts()).encode()),
    "tail": lambda: "\n".join(f"2026-11-26T00:00:00 stream {text}" for text in texts()).encode(),
    "sandbox": lambda: "\n".join(json.dumps(event) for event in cloudwatch_events()).encode(),
    "filter_log_events": lambda: json.dumps({"events": cloudwatch_events()}, indent=2).encode(),
    "messages": lambda: json.dumps(texts(), indent=4).encode(),
    "subscription": lambda: json.dumps(
        {"logGroup": "x", "logEvents": cloudwatch_events()}
    ).encode(),
    "BOM": lambda: b"\xef\xbb\xbf" + "\r\n".join(texts()).encode(),
}


@pytest.fixture
def body(tmp_path: Path) -> Path:
    path = tmp_path / "body.json"
    path.write_text(json.dumps(BODY))
    return path


def render(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    assert run(["dashboard", "render", "--output", "json", *map(str, arguments)]) == errors.FINE
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_same(
    shape: str, tmp_path: Path, body: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Points of each series, and the rows of a query, in the body's order."""
    log = tmp_path / "log[1]"
    log.write_bytes(SHAPES[shape]())

    assert render(capsys, "--body", body, "--source", log) == {
        "version": 1,
        "widgets": [
            {
                "title": "Calls",
                "type": "metric",
                "series": [
                    {
                        "id": "calls",
                        "label": "Calls",
                        "points": [[BEGIN_MS, 1.0], [BEGIN_MS + MINUTE_MS, 2.0]],
                    },
                    {
                        "id": "half",
                        "label": "Half",
                        "points": [[BEGIN_MS, 0.5], [BEGIN_MS + MINUTE_MS, 1.0]],
                    },
                ],
            },
            {
                "title": "Lines",
                "type": "log",
                "series": [],
                "columns": ["n", "calls"],
                "rows": [[2, 3.0]],
            },
        ],
    }


def test_a_range_and_a_variable(
    tmp_path: Path, body: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Epoch ms, ISO times and spans; what is not in the range does not count."""
    log = tmp_path / "log"
    log.write_bytes(SHAPES["lines"]())

    def points(*arguments: object) -> list[list[float]]:
        found = render(capsys, "--body", body, "--source", log, *arguments)
        values: list[list[float]] = found["widgets"][0]["series"][0]["points"]
        return values

    assert points("--variable", "name=b") == [[BEGIN_MS + MINUTE_MS, 10.0]]
    assert points("--start", BEGIN_MS, "--end", BEGIN_MS + 1) == [[BEGIN_MS, 1.0]]
    assert points("--end", "2026-09-21T14:14:00Z") == []
    assert points("--start", "1m") == [[BEGIN_MS + MINUTE_MS, 2.0]]
    assert points("--start", "-PT1M") == [[BEGIN_MS + MINUTE_MS, 2.0]]


@pytest.mark.slow
def test_our_own_dashboards_tell_the_truth_of_a_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a real run in the sandbox: what the dashboards show is what the invocations were."""
    handler = f"{ROOT / 'examples' / 'hello.py'}:handler"
    sent = ["--count", "20", "--concurrency", "3", "--output", "json", "--data", str(tmp_path)]
    assert run(["local", "run", handler, *sent]) == errors.FINE
    answers = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    containers = {answer["container_id"] for answer in answers}
    widgets = render(capsys, "--source", tmp_path)["widgets"]
    shown = {one["title"]: one for one in widgets if one["type"] == "metric"}
    (table,) = [one for one in widgets if one["title"] == "Containers"]

    def value(title: str) -> float:
        (series,) = shown[title]["series"]
        ((_, number),) = series["points"]
        return float(number)

    assert value("Invocations") == len(answers) == 20
    assert value("Cold starts") == len(containers)
    assert value("Warm share") != 0
    assert all("error" not in one for one in shown.values())
    assert sorted(row[0] for row in table["rows"]) == sorted(containers)
    assert sum(row[1] for row in table["rows"]) == 20
    fleet = {one["title"]: one for one in render(capsys, "fleet", "--source", tmp_path)["widgets"]}
    assert fleet["Invocations"]["series"][0]["points"][0][1] == 20
    assert [row[:2] for row in fleet["Functions by cold start rate"]["rows"]] == [["hello", 20.0]]


def test_the_page_escapes_names(
    tmp_path: Path, body: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No name of a log or a body becomes markup, and nothing is loaded."""
    log = tmp_path / "log"
    log.write_text(json.dumps(line(BEGIN_MS, {"Function": "<b>&\"'"}, Calls=1)))
    changed = json.loads(body.read_text())
    changed["widgets"][0]["properties"]["title"] = "<script>alert(1)</script>"
    body.write_text(json.dumps(changed))

    assert run(["dashboard", "render", "--body", str(body), "--source", str(log)]) == errors.FINE
    page = capsys.readouterr().out
    assert "<script" not in page
    assert "<b>&" not in page
    assert "&lt;b&gt;&amp;" in page
    assert "default-src 'none'" in page


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--source", "{folder}/nothing"], errors.USAGE, "there is no file or folder"),
        (["--source", "{folder}/empty"], errors.OTHER, "no log lines"),
        (["--source", "{folder}/plain"], errors.OTHER, "no embedded metrics"),
        (["--source", "{folder}/log", "--variable", "x=1"], errors.USAGE, "no variable 'x'"),
        (["--source", "{folder}/log", "--variable", "x"], errors.USAGE, "not ID=VALUE"),
        (["--source", "{folder}/log", "--start", "soon"], errors.USAGE, "--start 'soon'"),
        (["--source", "{folder}/log", "--start", "5", "--end", "5"], errors.USAGE, "not before"),
        (["--source", "{folder}/log", "--body", "{folder}/plain"], errors.USAGE, "would refuse"),
        (["--source", "{folder}/log", "--body", "{folder}/empty"], errors.USAGE, "is not JSON"),
        (["--source", "{folder}/log", "--all"], errors.USAGE, "either --source or --all"),
    ],
)
def test_bad_input_is_one_sentence(
    tmp_path: Path, arguments: list[str], code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "plain").write_text('{"hello": 1}\n')
    (tmp_path / "log").write_bytes(SHAPES["lines"]())
    filled = [argument.replace("{folder}", str(tmp_path)) for argument in arguments]

    assert run(["dashboard", "render", *filled]) == code
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    "others", [[], ["START RequestId: x"], ["2026-11-26T00:00:00 s {}"], ["{}", "[{}]"]]
)
def test_a_large_file_is_read_where_it_is(
    others: list[str],
    tmp_path: Path,
    body: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What else stands in it after its beginning is found all the same."""
    monkeypatch.setattr("reuse_cli.sources.files.LARGE", 1)
    monkeypatch.setattr("reuse_cli.sources.files._HEAD", 500)
    log = tmp_path / "large.log"
    wrapped = [one.format(texts()[0]) for one in others]
    wrapped += [json.dumps({"timestamp": BEGIN_MS, "message": texts()[0]})] * bool(others)
    log.write_text("\n".join([*texts(), *wrapped]))
    found = render(capsys, "--body", body, "--source", log)

    more = 1 + sum("{}" in one for one in others) if others else 0
    assert found["widgets"][0]["series"][0]["points"][0] == [BEGIN_MS, 1.0 + more]


def test_a_variable_may_name_the_metric(
    tmp_path: Path, body: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which metrics are read is known only when it has its value."""
    own = json.loads(json.dumps(BODY).replace('"Calls"', '"WHICH"').replace("MetricName=", "Name="))
    own["variables"] = [
        {"type": "pattern", "pattern": "WHICH", "inputType": "input", "id": "w"},
        {"type": "pattern", "pattern": "NAME", "inputType": "input", "id": "n"},
    ]
    body.write_text(json.dumps(own))
    log = tmp_path / "log"
    log.write_text("\n".join(texts()))
    found = render(
        capsys, "--body", body, "--source", log, "--variable", "w=Calls", "--variable", "n=b"
    )

    assert found["widgets"][0]["series"][0]["points"] == [[BEGIN_MS + MINUTE_MS, 10.0]]


TEXTS = [
    "START RequestId: 8476a536-e9f4-11e8-9739-2dfe598c3fcd Version: $LATEST",
    "[ERROR] ValueError: no",
    '{"level": "ERROR", "message": "no", "n": 2}',
    "REPORT RequestId: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\tDuration: 3.5 ms\tMemory Size: 128 MB",
]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("stats count(*) as n", [[5]]),
        ("filter @message like /ERROR/ | stats count(*) as n", [[2]]),
        ("filter @message like 'START' | fields @message", [[TEXTS[0]]]),
        ("filter level = 'ERROR' | fields message, n", [["no", "2"]]),
        ("filter level = 'ERROR' | fields @message", [[TEXTS[2]]]),
        ("filter @type = 'REPORT' | stats max(@duration) as d, max(@memorySize / 1e6) as m",
         [[3.5, 128]]),
        ("filter Calls > 0 | stats count(*) as n, sum(Calls) as calls", [[1, 1]]),
        ("filter not ispresent(Calls) | stats count(*) as n", [[4]]),
    ],
)  # fmt: skip
def test_log_widgets_see_every_event(
    tmp_path: Path, query: str, rows: list[list[Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Texts and objects of any kind, beside embedded metrics."""
    events = [{"timestamp": BEGIN_MS + at, "message": text} for at, text in enumerate(TEXTS, 1)]
    lines = [cloudwatch_events()[0], *events]
    (tmp_path / "log").write_text("\n".join(map(json.dumps, lines)))
    properties = {"region": "us-east-1", "query": f"SOURCE 'x' | {query}"}
    widget = {**LOG, "properties": properties}
    (tmp_path / "body.json").write_text(json.dumps({"widgets": [widget]}))

    found = render(capsys, "--body", tmp_path / "body.json", "--source", tmp_path / "log")

    assert found["widgets"][0]["rows"] == rows


def test_a_log_widget_asks_its_own_groups(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the files say which group an event is of; others belong to all."""
    groups = [
        {"logGroup": group, "logEvents": [{"timestamp": BEGIN_MS, "message": "hello"}] * number}
        for group, number in (("/aws/lambda/a", 1), ("/aws/lambda/b", 2), (None, 4))
    ]
    lines = [*map(json.dumps, groups), texts()[0]]
    (tmp_path / "log").write_text("\n".join(lines))
    widgets = [
        {**LOG, "y": at * 6, "properties": {"region": "us-east-1", "query": query}}
        for at, query in enumerate(
            f"SOURCE {names} | filter @message = 'hello' | stats count(*) as n"
            for names in ("'/aws/lambda/a'", "'/aws/lambda/a', '/aws/lambda/b'", "'/aws/lambda/c'")
        )
    ]
    (tmp_path / "body.json").write_text(json.dumps({"widgets": widgets}))

    found = render(capsys, "--body", tmp_path / "body.json", "--source", tmp_path / "log")

    assert [widget["rows"] for widget in found["widgets"]] == [[[5]], [[7]], [[4]]]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (4.3214e-5, "0.00004321"), (0.5, "0.5"), (1234.56, "1235"), (-2e-4, "-0.0002"),
     (3e-9, "3e-09"), (123456, "123.5k")],
)  # fmt: skip
def test_numbers_of_charts_read_well(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.slow
@needs_chromium
@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1300, 420], ids=["wide", "narrow"])
def test_the_page_in_a_browser(
    tmp_path: Path, body: Path, capsys: pytest.CaptureFixture[str], width: int, is_dark: bool
) -> None:
    """Axe finds no serious fault, nothing is wider than the window, and a value has its tooltip."""
    source = tmp_path / "events.jsonl"
    source.write_text("\n".join(texts()) + "\n")
    assert run(["dashboard", "render", "--body", str(body), "--source", str(source)]) == 0
    html = tmp_path / "page.html"
    html.write_text(capsys.readouterr().out)
    with chromium(width, 900, is_dark=is_dark) as driver:
        driver.get(html.as_uri())

        assert faults(driver) == []
        assert driver.execute_script("return document.documentElement.scrollWidth <= innerWidth")
        dots = driver.execute_script(
            "return [...document.querySelectorAll('.chart .dot title')].map((t) => t.textContent)"
        )
        assert len(dots) >= 2
        assert dots[0].startswith("Calls: ")
        assert [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_the_point_of_a_period_that_begins_before_the_range_is_drawn() -> None:
    """A range of two minutes, and a period of five."""
    widget = {"type": "metric", "properties": {"title": "Calls"}}
    series = Series("calls", "Calls", {BEGIN_MS - 3 * MINUTE_MS: 7.0})
    shown = Shown("Calls", "metric", widget, series=[series])
    html = page("x", [shown], [], TimeRange(BEGIN_MS, BEGIN_MS + 2 * MINUTE_MS))
    (x,) = re.findall(r'class="dot"[^>]*d="M([0-9.-]+) ', html)

    assert float(x) == chart.LEFT
