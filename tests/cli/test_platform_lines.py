"""Functions without the layer: what REPORT lines and platform events say, and no more."""

import gzip
import json
from pathlib import Path

import pytest
from reuse_cli.errors import NoRecordsError
from reuse_cli.sources import places, platform_lines
from reuse_cli.sources.span import Span

from tests.cli import shapes
from tests.cli.asking import ask
from tests.cli.records import STARTED_MS, container, write

A, B = shapes.STREAMS
REQUESTS, report, events = shapes.REQUESTS, shapes.report, shapes.platform_events
WITHOUT_STREAM = {
    *("get-log-events", "--query events[].message", "--query events[].message --output text"),
    *("get-log-events --output text", "--query events[].[timestamp,message] --output text"),
    *("get-log-events --output table", "--query events[].message --output table"),
    *("console CSV", "get-query-results", "console JSON", "S3 export", "sandbox"),
}


WITHOUT_TIME = {
    *("--query events[].message", "--query events[].message --output text", "awslogs"),
    "--query events[].message --output table",
}


@pytest.mark.parametrize("shape", shapes.SHAPES)
def test_every_shape_gives_the_same_answer(tmp_path, monkeypatch, shape):
    """Containers where the lines have the stream; invocations, init, memory, timeouts always."""
    monkeypatch.setattr(shapes, "events", events)
    file = tmp_path / "orders.log"
    file.write_text(shapes.SHAPES[shape](), encoding="utf-8")

    (function,), notes = ask("summary", file)

    assert notes == [
        "without records of lambda-reuse, by the platform's report lines alone: orders"
    ]
    expected = {
        "function_name": "orders",
        "containers": None if shape in WITHOUT_STREAM else 2,
        "invocations": 4,
        "cold_starts": 2,
        "cold_by_kind": {"on-demand": 1, "snap-start": 1, "suppressed": 0},
        "inits": 2,
        "init_total_ms": 790.25,
        "busy_ms": 3040,
        "timeouts": 1,
        "errors": 0,
        "observed": "report_lines",
        **dict.fromkeys(("hits", "hit_rate", "saved_ms", "resets", "ended", "lost_records")),
    }
    assert {name: function[name] for name in expected} == expected
    if shape not in WITHOUT_STREAM:
        rows, _ = ask("containers", file)
        assert {row["container_id"]: row["invocations"] for row in rows} == {A: 2, B: 2}


@pytest.mark.parametrize("shape", sorted(shapes.SHAPES.keys() - WITHOUT_TIME))
def test_every_shape_has_the_times_of_its_events(tmp_path, monkeypatch, shape):
    """`--since` and `--until` part the invocations."""
    monkeypatch.setattr(shapes, "events", events)
    file = tmp_path / "orders.log"
    file.write_text(shapes.SHAPES[shape](), encoding="utf-8")
    middle_ms = STARTED_MS + 2000
    spans = Span(None, middle_ms), Span(middle_ms, None)

    found = [ask("summary", file, span=span)[0][0]["invocations"] for span in spans]
    assert found == [2, 2]


@pytest.mark.parametrize("shape", ["filter-log-events --output text", "sam logs"])
def test_what_a_function_prints_has_its_own_time(tmp_path, monkeypatch, shape):
    """The line of the function behind START does not move it: no init is proactive by that."""
    at, request = STARTED_MS + 1_000, REQUESTS[0]
    found = [
        (STARTED_MS, A, "INIT_START Runtime Version: python:3.13.v60\n"),
        (at, A, f"START RequestId: {request} Version: $LATEST\n"),
        (at + 60_000, A, "a line of the function\n"),
        (at + 61_000, A, report(0, 61_000, "Init Duration: 980.00 ms") + "\n"),
    ]
    monkeypatch.setattr(shapes, "events", lambda: found)
    file = tmp_path / "orders.log"
    file.write_text(shapes.SHAPES[shape](), encoding="utf-8")

    ((row,), _) = ask("containers", file)
    assert (row["init_kind"], row["cold_starts"]) == ("on-demand", 1)
    assert (row["started_ms"], row["last_ms"]) == (STARTED_MS, at + 61_000)


def test_an_init_that_is_there_with_and_without_its_container_counts_once(tmp_path):
    """As a line with a request does; of `aws logs tail` and of an export without its folder."""
    found = [
        (STARTED_MS, A, "INIT_REPORT Init Duration: 480.25 ms\tPhase: init\tStatus: success"),
        (STARTED_MS + 500, B, "INIT_REPORT Init Duration: 480.25 ms\tPhase: init\tStatus: success"),
        (STARTED_MS + 900, A, report(0, 12.5)),
    ]
    named = "".join(f"{shapes.iso(at)[:23]}Z {stream} {text}\n" for at, stream, text in found)
    bare = "".join(f"{shapes.iso(at)[:23]}Z {text}\n" for at, _, text in found)
    for folder, text in (("tail", named), ("export", bare)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "orders.log").write_text(text)

    rows, _ = ask("containers", tmp_path)

    assert {row["container_id"]: row["inits"] for row in rows} == {A: 1, B: 1}


def test_inits_of_containers_that_no_line_names_are_told_apart(tmp_path):
    """A provisioned container's lines do not make others' inits provisioned."""
    lines = [
        {"type": "platform.initReport", "time": shapes.iso(STARTED_MS)[:23] + "Z",
         "record": {"initializationType": "provisioned-concurrency", "phase": "init",
                    "status": "success", "metrics": {"durationMs": 700.0}}},
        {"type": "platform.report", "time": shapes.iso(STARTED_MS + 900)[:23] + "Z",
         "record": {"requestId": REQUESTS[0], "status": "success",
                    "metrics": {"durationMs": 5.0, "billedDurationMs": 6, "memorySizeMB": 128,
                                "maxMemoryUsedMB": 40, "initDurationMs": 300.0}}},
    ]  # fmt: skip
    file = tmp_path / "orders.log"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))

    (function,), _ = ask("summary", file)
    inits, _ = ask("inits", file)

    assert (function["cold_starts"], function["cold_by_kind"]["on-demand"]) == (1, 1)
    assert [one["init_kind"] for one in inits] == ["provisioned", "on-demand"]


def test_a_provisioned_init_does_not_price_what_was_cold(tmp_path):
    """Lines without their container, of a provisioned one and of one on demand beside it."""
    init = "INIT_REPORT Init Duration: 700.00 ms\tPhase: init\tStatus: success"
    lines = [init, report(0, 1000, "Init Duration: 300.00 ms")]
    times = [shapes.iso(STARTED_MS + at)[:23] + "Z" for at in (0, 9000)]
    lines = [f"{time} {line.strip()}\n" for time, line in zip(times, lines, strict=True)]
    (tmp_path / "orders.log").write_text("".join(lines))

    (row,), _ = ask("cost", tmp_path)

    assert row["duration_usd"] == pytest.approx(1.0 / 2 * 0.0000166667)


def test_a_container_by_its_report_lines(tmp_path):
    """Start, age, kind, idle gaps from the times of the events."""
    lines = [json.dumps(shapes.as_events(*event)) for event in events()]
    file = tmp_path / "orders.jsonl"
    file.write_text("\n".join(lines))

    first, second = ask("containers", file)[0]

    assert {name: first[name] for name in first if first[name] is not None} == {
        "function_name": "orders",
        "container_id": A,
        "started_ms": STARTED_MS,
        "last_ms": STARTED_MS + 2530,
        "age_s": 2.53,
        "init_type": "on-demand",
        "init_kind": "on-demand",
        "init_ms": 480.25,
        "inits": 1,
        "init_total_ms": 480.25,
        "invocations": 2,
        "cold_starts": 1,
        "errors": 0,
        "timeouts": 0,
        "out_of_memory": 0,
        "idle_p50_ms": 1999.5,
        "memory_mb": 512,
        "memory_used_mb": 70,
        "observed": "report_lines",
    }
    assert (second["init_kind"], second["init_ms"], second["timeouts"]) == ("snap-start", 310, 1)


def platform(kind: str, at_ms: int, **record: object) -> str:
    return json.dumps({"time": shapes.iso(at_ms), "type": f"platform.{kind}", "record": record})


def lives() -> list[tuple[int, str, str]]:
    """JSON events: a proactive init, a provisioned one, one repeated for an invocation."""
    names = {"functionName": "billing", "functionVersion": "7", "phase": "init"}
    memory = {"memorySizeMB": 128, "maxMemoryUsedMB": 128, "billedDurationMs": 10}
    return [
        (0, A, platform("initStart", STARTED_MS, **names, initializationType="on-demand")),
        (1, A, platform("initReport", STARTED_MS + 300, phase="init", status="success",
                        initializationType="on-demand", metrics={"durationMs": 300.001})),
        (2, A, platform("start", STARTED_MS + 9000, requestId=REQUESTS[0], version="7")),
        (3, A, platform("report", STARTED_MS + 9010, requestId=REQUESTS[0], status="success",
                        metrics={"durationMs": 8, "initDurationMs": 300, **memory})),
        (4, B, platform("initStart", STARTED_MS, **names,
                        initializationType="provisioned-concurrency")),
        (5, B, platform("initReport", STARTED_MS + 200, phase="init", status="success",
                        metrics={"durationMs": 200})),
        (6, B, platform("report", STARTED_MS + 500, requestId=REQUESTS[1], status="error",
                        errorType="Runtime.OutOfMemory", metrics={"durationMs": 9, **memory})),
        (7, B, platform("initReport", STARTED_MS + 900, phase="invoke", status="success",
                        metrics={"durationMs": 100})),
        (8, B, platform("report", STARTED_MS + 950, requestId=REQUESTS[2], status="success",
                        metrics={"durationMs": 140, **memory})),
    ]  # fmt: skip


@pytest.mark.parametrize("shape", ["aws logs tail --format json", "filter-log-events", "sam logs"])
def test_platform_events_as_json(tmp_path, monkeypatch, shape):
    """An init that nobody waited for is no cold start; one that was reported twice counts once."""
    monkeypatch.setattr(
        shapes, "events", lambda: [(STARTED_MS, b, f"{c}\n") for _, b, c in lives()]
    )
    file = tmp_path / "log"
    file.write_text(shapes.SHAPES[shape]())

    rows, _ = ask("containers", file)
    columns = ("function_name", "init_kind", "inits", "cold_starts", "errors", "out_of_memory")

    assert [[row[name] for name in columns] for row in rows] == [
        ["billing", "proactive", 1, 0, 0, 0],
        ["billing", "provisioned", 2, 1, 1, 1],
    ]
    inits, _ = ask("inits", file)
    assert sorted((row["phase"], row["init_kind"], row["duration_ms"]) for row in inits) == [
        ("init", "proactive", 300),
        ("init", "provisioned", 200),
        ("invoke", "suppressed", 100),
    ]


def test_a_function_with_records_is_answered_from_them_alone(tmp_path):
    """Its report lines are not counted a second time; another function's are."""
    for name in ("with", "without"):
        lines = [{"timestamp": at, "message": text} for at, stream, text in events() if stream == A]
        columns = [container(total={"invocations": 7}, FunctionName="with", container_id=A)]
        path = tmp_path / f"{name}.jsonl"
        group = {"logGroup": f"/aws/lambda/{name}", "logStream": A if name == "with" else B}
        records = [{"message": json.dumps(record)} for record in columns if name == "with"]
        path.write_text(json.dumps({**group, "logEvents": [*lines, *records]}))

    rows, notes = ask("summary", tmp_path)

    assert [(row["function_name"], row["invocations"], row["observed"]) for row in rows] == [
        ("with", 7, "records"),
        ("without", 2, "report_lines"),
    ]
    assert notes == [
        "without records of lambda-reuse, by the platform's report lines alone: without"
    ]


def test_a_line_that_is_there_twice_counts_once(tmp_path, monkeypatch):
    """Downloads that overlap, in several shapes, with and without streams and times."""
    monkeypatch.setattr(shapes, "events", events)
    for number, shape in enumerate(("aws logs tail", "Insights CSV", "awslogs", "S3 export")):
        (tmp_path / f"orders.{number}").write_text(shapes.SHAPES[shape]())
    (tmp_path / "orders.gz").write_bytes(gzip.compress(shapes.tail().encode()))

    (function,), _ = ask("summary", tmp_path)

    assert (function["invocations"], function["containers"], function["inits"]) == (4, 2, 2)


def test_a_request_that_is_tried_again_counts_each_time(tmp_path):
    """Asynchronous retries keep the request id, and a timeout its duration."""
    line = report(1, 3000, "Status: timeout")
    minute = 60_000
    write_events(tmp_path / "orders.json", [(STARTED_MS + i * minute, A, line) for i in (1, 2, 2)])

    (function,), _ = ask("summary", tmp_path)

    assert (function["invocations"], function["timeouts"]) == (2, 2)


def write_events(path: Path, found: list[tuple[int, str, str]]) -> None:
    path.write_text(json.dumps({"events": [shapes.as_events(*event) for event in found]}))


def test_cost_by_report_lines(tmp_path):
    """512 MB x 3.04 s of run time and 0.79025 s of init; the product itself costs nothing."""
    write_events(tmp_path / "orders.json", events())

    (row,), _ = ask("cost", tmp_path)

    assert row["duration_gb_s"] == pytest.approx(3.04 / 2)
    assert row["init_usd"] == pytest.approx(0.79025 / 2 * 0.0000166667)
    assert (row["own_log_usd"], row["own_metric_usd"], row["saved_usd"]) == (0, 0, None)


def test_resources_need_the_layer(tmp_path):
    """Report lines do not answer `resources`; the error says so."""
    write_events(tmp_path / "orders.json", events())

    with pytest.raises(NoRecordsError, match="the platform's own lines do not answer this"):
        ask("resources", tmp_path)


@pytest.mark.parametrize("cut", [0.45, 0.8])
def test_of_a_document_that_is_cut_off_the_whole_events_count(tmp_path, cut):
    whole = json.dumps({"events": [shapes.as_events(*event) for event in events()]}, indent=4)
    (tmp_path / "orders.json").write_text(whole[: int(len(whole) * cut)])

    (function,), _ = ask("summary", tmp_path)

    assert function["invocations"] == {0.45: 1, 0.8: 3}[cut]


TEXTS = {
    "INIT_REPORT Init Duration: 9999.85 ms\tPhase: init\tStatus: timeout": {
        "kind": "init_report", "init_ms": 9999.85, "phase": "init", "status": "timeout",
    },
    "INIT_REPORT Init Duration: 1236.04 ms Phase: invoke Status: error Error Type: Runtime.X": {
        "kind": "init_report", "init_ms": 1236.04, "phase": "invoke", "status": "error",
        "error_type": "Runtime.X",
    },
    "RESTORE_REPORT Restore Duration: 45.5 ms": {"kind": "restore_report", "restore_ms": 45.5},
    "REPORT RequestId: r-1 Duration: 3 ms Billed Duration: 2 ms Memory Size: 128 MB": {
        "kind": "report", "request_id": "r-1", "duration_ms": 3, "billed_ms": 2, "memory_mb": 128,
    },
    "REPORT RequestId: r-1\tInit Duration: 5 ms\tDuration: 3 ms": {
        "kind": "report", "request_id": "r-1", "init_ms": 5, "duration_ms": 3,
    },
    "REPORT RequestId: r-1\tDuration: nan ms": None,
    "REPORT RequestId: r-1": None,
    "the REPORT says nothing": None,
    '{"type":"platform.report","record":{"requestId":"r","metrics":{"durationMs":1e999}}}': None,
    '{"type":"platform.report","record":[]}': None,
    '{"type":"platform.extension","record":{"name":"x"}}': None,
}  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_a_line_in_either_style(text):
    assert platform_lines.of_message(text) == TEXTS[text]


@pytest.mark.parametrize(
    ("path", "function", "stream"),
    [
        ("logs/pay/2026-11-26-LATEST-" + "0" * 32 + ".jsonl", "pay",
         "2026/11/26/[$LATEST]" + "0" * 32),
        ("x/2026-11-26-[$LATEST]" + "0" * 32 + "/000000.gz", "unknown",
         "2026/11/26/[$LATEST]" + "0" * 32),
        ("x/2026-11-26-pay[7]" + "0" * 32 + "/000000.gz", "pay", "2026/11/26/pay[7]" + "0" * 32),
        ("x/orders.2.log.gz", "orders", None),
        ("x/orders.log.zst", "orders", None),
        ("-", "unknown", None),
    ],
)  # fmt: skip
def test_what_a_path_says(path, function, stream):
    """Function and log stream, from the names that exports give to files."""
    assert places.of_path(path) == (function, stream)


def test_records_and_lines_of_the_sandbox(tmp_path):
    """A container's file has both; nothing is said about report lines."""
    file = tmp_path / "logs" / "orders" / ("2026-11-26-LATEST-" + "0" * 32 + ".jsonl")
    write(file, report(1, 5), container(total={"invocations": 3}), report(2, 5))

    rows, notes = ask("containers", tmp_path)

    assert ([row["invocations"] for row in rows], notes) == ([3], [])
