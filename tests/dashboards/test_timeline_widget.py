"""The custom widget: the event that CloudWatch sends, and the HTML that comes back."""

import html
import importlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from reuse_cli import errors
from reuse_cli.main import run

from tests.browser import chromium, faults, needs_chromium
from tests.dashboards.logs_server import LogsServer, logs_server

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parents[2] / "dashboards" / "timeline_widget"
BEGIN_MS = 1_790_000_000_000
HOUR_MS = 3_600_000
CONTEXT = SimpleNamespace(invoked_function_arn="arn:aws:lambda:eu-west-1:1:function:timeline")
GROUP = "/aws/lambda/orders"


def container_id(number: int) -> str:
    return f"2026/09/21/[$LATEST]{number:032x}"


def record(number: int, **values: Any) -> dict[str, Any]:
    """The only record of a container that lived from minute `number` on."""
    started_ms = BEGIN_MS + number * 1000
    return {
        "record": "container/1",
        "FunctionName": "orders",
        "container_id": container_id(number),
        "container_started_ms": started_ms,
        "to_ms": started_ms + 60_000,
        "sequence": 1,
        "Duration": [100, 200.5],
        "IdleTime": [5000],
        "total": {"invocations": 2, "init_ms": 450.5, "resets": 0},
        "end": "spindown",
        **values,
    }


def event(**values: Any) -> dict[str, Any]:
    """What CloudWatch sends, by the example of its user guide."""
    view = {
        "dashboardName": "d",
        "widgetId": "w",
        "accountId": "1",
        "locale": "en",
        "timezone": {"label": "UTC", "offsetISO": "+00:00", "offsetInMinutes": 0},
        "period": 300,
        "isAutoPeriod": True,
        "timeRange": {"mode": "relative", "start": BEGIN_MS, "end": BEGIN_MS + HOUR_MS},
        "theme": "light",
        "linkCharts": True,
        "title": "Containers",
        "params": {"function": "orders"},
        "forms": {"all": {}},
        "width": 900,
        "height": 400,
        **values,
    }
    return {"function": "orders", "widgetContext": view}


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LogsServer]:
    with logs_server(tmp_path) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "example")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
        yield server


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The handler's module, as Lambda imports it: from its own folder."""
    monkeypatch.syspath_prepend(str(FOLDER))
    for name in ("app", "lanes"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    module = importlib.import_module("app")
    yield module
    for name in ("app", "lanes"):
        sys.modules.pop(name, None)


def times(page: str) -> list[str]:
    """The marks of the axis."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", page)


@pytest.mark.parametrize(
    ("span_ms", "width", "expected"),
    [
        (HOUR_MS, 900, ["14:13", "14:28", "14:43", "14:58", "15:13"]),
        (40_000, 900, ["14:13:20", "14:13:30", "14:13:40", "14:13:50", "14:14:00"]),
        (40_000, 400, ["14:13:20", "14:13:40", "14:14:00"]),
        (48 * HOUR_MS, 900, ["09-21 14:13", "09-22 02:13", "09-22 14:13", "09-23 02:13",
                             "09-23 14:13"]),
        (48 * HOUR_MS, 100, ["09-21 14:13", "09-23 14:13"]),
    ],
)  # fmt: skip
def test_the_marks_of_the_axis_are_distinct(
    app: Any, logs: LogsServer, span_ms: int, width: int, expected: list[str]
) -> None:
    """With seconds or dates where the range asks for them, and as many as there is room for."""
    logs.put(GROUP, [record(1, to_ms=BEGIN_MS + 20_000)])
    span = {"start": BEGIN_MS, "end": BEGIN_MS + span_ms}
    assert times(app.handler(event(timeRange=span, width=width), CONTEXT)) == expected


def rows(page: str) -> list[str]:
    """The labels of the lanes."""
    return [html.unescape(text) for text in re.findall(r'role="img" aria-label="([^"]*)"', page)]


def test_a_lane_a_container(app: Any, logs: LogsServer) -> None:
    """The newest first: init, invocations, end; and the records behind a click."""
    logs.put(GROUP, [record(1), record(2, end=None), record(3, FunctionName="other")])
    page = app.handler(event(), CONTEXT)

    assert rows(page) == [
        "00000000: 2 invocations, init 450 ms, not ended",
        "00000000: 2 invocations, init 450 ms, ended by spindown",
    ]
    action = re.search(
        r'<cwdb-action action="call" display="popup" endpoint="([^"]*)">([^<]*)<', page
    )
    assert action is not None
    assert action[1] == CONTEXT.invoked_function_arn
    clicked = {**event(), **json.loads(html.unescape(action[2]))}
    assert clicked["container"] == container_id(2)
    details = app.handler(clicked, CONTEXT)
    assert html.unescape(details).count('"record": "container/1"') == 1
    assert container_id(2) in html.unescape(details)


def test_invocations_are_where_they_were(app: Any, logs: LogsServer) -> None:
    """By the arrays of the record, which end with it."""
    logs.put(
        GROUP,
        [record(0, Duration=[600_000, 300_000], IdleTime=[900_000], to_ms=BEGIN_MS + HOUR_MS)],
    )
    page = app.handler(event(width=1080), CONTEXT)
    path = re.search(r'<path d="M(\d+) \d+H(\d+)M(\d+) \d+H(\d+)"', page)

    assert path is not None
    # 900 px are an hour: the second invocation is the last 5 minutes, the first 10 end 20 before.
    assert [int(x) for x in path.groups()] == [450, 600, 825, 900]


def test_the_zoom_decides_the_range(app: Any, logs: LogsServer) -> None:
    logs.put(GROUP, [record(0), record(1800)])
    zoom = {"start": BEGIN_MS + 1_700_000, "end": BEGIN_MS + 2_000_000}
    page = app.handler(event(timeRange={"start": 0, "end": 1, "zoom": zoom}), CONTEXT)

    assert len(rows(page)) == 1
    assert logs.queries[0]["startTime"] == zoom["start"] // 1000


def test_many_containers_are_put_together(app: Any, logs: LogsServer) -> None:
    """Beyond 200, and the answer stays small."""
    logs.put(
        GROUP, [record(number // 2, container_id=container_id(number)) for number in range(5000)]
    )
    page = app.handler(event(), CONTEXT)

    assert len(rows(page)) == 200
    assert all(row.startswith("25 containers: 50 invocations") for row in rows(page))
    assert "<cwdb-action" not in page
    assert len(page.encode()) < 200_000


def test_two_hundred_busy_containers_stay_small(app: Any, logs: LogsServer) -> None:
    busy = {"Duration": [50.0] * 100, "IdleTime": [9950.0] * 99}
    records = [
        record(number, sequence=part, to_ms=BEGIN_MS + part * 1_000_000, **busy)
        for number in range(200)
        for part in range(1, 4)
    ]
    logs.put(GROUP, records)
    page = app.handler(event(), CONTEXT)

    assert len(rows(page)) == 200
    assert page.count("<path") == 200
    assert len(page.encode()) < 200_000


def test_names_are_no_markup(app: Any, logs: LogsServer) -> None:
    """Markup in a container's id or end is escaped on the page and in the details."""
    odd = "<b onclick='x'>&\"</b>"
    logs.put(GROUP, [record(1, container_id=f"x]{odd}", end=odd)])
    page = app.handler(event(), CONTEXT)
    details = app.handler({**event(), "container": f"x]{odd}".replace('"', "")}, CONTEXT)

    for made in (page, details):
        assert "<b " not in made


def test_what_there_is_to_say(app: Any, logs: LogsServer) -> None:
    """No data, no such group, no right, a failed query, no function: each in a sentence."""
    logs.put(GROUP, [])
    assert "No containers of orders in this time range" in app.handler(event(), CONTEXT)
    other = {**event(), "logGroup": "/nowhere"}
    assert "There is no log group /nowhere" in app.handler(other, CONTEXT)
    logs.refusal = "AccessDeniedException"
    assert "may not query /aws/lambda/orders" in app.handler(event(), CONTEXT)
    logs.refusal = "LimitExceededException"
    assert "LimitExceededException" in app.handler(event(), CONTEXT)
    logs.refusal, logs.status = None, "Failed"
    assert "ended as Failed" in app.handler(event(), CONTEXT)
    assert "Set the parameter" in app.handler({"widgetContext": {}}, CONTEXT)
    assert "Set the parameter" in app.handler({"function": 'a"b'}, CONTEXT)


def test_a_query_that_takes_too_long_is_stopped(
    app: Any, logs: LogsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.put(GROUP, [record(1)])
    logs.status = "Running"
    monkeypatch.setattr(app, "QUERY_SECONDS", 0)

    assert "choose a shorter time range" in app.handler(event(), CONTEXT)


def test_it_documents_itself(app: Any) -> None:
    """CloudWatch asks a custom widget for its documentation with `describe`."""
    assert "### Parameters" in app.handler({"describe": True}, CONTEXT)


def test_in_the_sandbox(
    logs: LogsServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The real runtime, with boto3 and nothing else, answers CloudWatch's event."""
    logs.put(GROUP, [record(1)])
    arguments = ["--event", json.dumps(event()), "--env", f"AWS_ENDPOINT_URL={logs.url}"]
    data = ["--data", str(tmp_path / "run"), "--output", "json", "--memory", "512"]
    assert run(["local", "run", f"{FOLDER}:app.handler", *arguments, *data]) == errors.FINE
    answer = json.loads(capsys.readouterr().out)

    assert answer["function_error"] is None
    assert rows(answer["response"]) == ["00000000: 2 invocations, init 450 ms, ended by spindown"]


@needs_chromium
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_in_a_browser(app: Any, logs: LogsServer, tmp_path: Path, theme: str) -> None:
    """It is drawn as wide as the widget, and axe finds no serious fault."""
    logs.put(GROUP, [record(number * 30) for number in range(30)])
    ground = {"light": "#ffffff", "dark": "#161e2d"}[theme]
    page = app.handler(event(theme=theme), CONTEXT)
    file = tmp_path / "widget.html"
    file.write_text(
        '<!doctype html><html lang="en"><title>widget</title>'
        # CloudWatch takes the actions out of the page that it shows.
        "<style>cwdb-action { display: none }</style>"
        f'<main style="background:{ground};color:gray;width:900px">{page}</main>'
    )
    with chromium(1000, 700) as driver:
        driver.get(file.as_uri())
        widths = driver.execute_script(
            "return [...document.querySelectorAll('svg[role=img]')]"
            ".map((lane) => lane.getBoundingClientRect().right)"
        )

        assert len(widths) == 30
        assert max(widths) <= 910
        found = [fault for fault in faults(driver) if fault["rule"] != "page-has-heading-one"]
        assert found == []
