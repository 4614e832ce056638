"""Platform events as the log shows them."""

import json
from typing import Any

import pytest
from reuse_sandbox.life.log_lines import is_logged, json_lines, text_lines

METRICS = {
    "durationMs": 1233.96,
    "billedDurationMs": 1698,
    "memorySizeMB": 256,
    "maxMemoryUsedMB": 123,
}
REPORT = "REPORT RequestId: id\tDuration: 1233.96 ms\tBilled Duration: 1698 ms"
REPORT += "\tMemory Size: 256 MB\tMax Memory Used: 123 MB"
INIT_REPORT = "INIT_REPORT Init Duration: 150.79 ms\tPhase: init"
INIT = {"metrics": {"durationMs": 150.789}, "phase": "init"}


@pytest.mark.parametrize(
    ("kind", "record", "lines"),
    [
        (
            "initStart",
            {"phase": "init", "runtimeVersion": "python:3.13.v60", "runtimeVersionArn": "arn:x"},
            ["INIT_START Runtime Version: python:3.13.v60\tRuntime Version ARN: arn:x"],
        ),
        ("initStart", {"phase": "invoke"}, []),
        ("initReport", {**INIT, "status": "success"}, []),
        (
            "initReport",
            {**INIT, "status": "error", "errorType": "Runtime.ExitError"},
            [f"{INIT_REPORT}\tStatus: error\tError Type: Runtime.ExitError"],
        ),
        (
            "initReport",
            {**INIT, "status": "timeout"},
            [f"{INIT_REPORT}\tStatus: timeout"],
        ),
        (
            "extension",
            {"name": "x", "state": "Ready", "events": ["INVOKE", "SHUTDOWN"]},
            ["EXTENSION\tName: x\tState: Ready\tEvents: [INVOKE,SHUTDOWN]"],
        ),
        (
            "telemetrySubscription",
            {"name": "x", "state": "Subscribed", "types": ["platform", "function"]},
            ["TELEMETRY\tName: x\tState: Subscribed\tTypes: [Platform, Function]"],
        ),
        (
            "start",
            {"requestId": "id", "version": "$LATEST"},
            ["START RequestId: id Version: $LATEST"],
        ),
        ("runtimeDone", {"requestId": "id", "status": "success"}, []),
        (
            "report",
            {"requestId": "id", "status": "success", "metrics": METRICS},
            ["END RequestId: id", REPORT],
        ),
        (
            "report",
            {
                "requestId": "id",
                "status": "timeout",
                "metrics": {**METRICS, "initDurationMs": 463.512},
            },
            ["END RequestId: id", f"{REPORT}\tInit Duration: 463.51 ms\tStatus: timeout"],
        ),
        (
            "report",
            {
                "requestId": "id",
                "status": "error",
                "errorType": "Extension.Crash",
                "metrics": METRICS,
            },
            ["END RequestId: id", f"{REPORT}\tStatus: error\tError Type: Extension.Crash"],
        ),
    ],
)
def test_text(kind: str, record: dict[str, Any], lines: list[str]) -> None:
    """Word for word as Lambda writes them."""
    assert lines == text_lines(f"platform.{kind}", record)


@pytest.mark.parametrize(
    ("kind", "status", "emitted"),
    [
        ("initStart", None, True),
        ("initRuntimeDone", "success", False),
        ("initRuntimeDone", "error", True),
        ("initReport", "success", False),
        ("initReport", "timeout", True),
        ("start", None, True),
        ("runtimeDone", "success", False),
        ("runtimeDone", "timeout", True),
        ("report", "success", True),
    ],
)
def test_json(kind: str, status: str | None, emitted: bool) -> None:
    """The event itself, unless its level is DEBUG."""
    record = {"status": status} if status else {}
    event = {"time": "2026-11-21T00:00:00.000Z", "type": f"platform.{kind}", "record": record}

    lines = json_lines(f"platform.{kind}", record, "2026-11-21T00:00:00.000Z")
    assert ([event] if emitted else []) == [json.loads(line) for line in lines]


@pytest.mark.parametrize(
    ("least", "emitted"),
    [
        ("DEBUG", ["runtimeDone", "report", "failed report"]),
        ("INFO", ["report", "failed report"]),
        ("WARN", ["failed report"]),
    ],
)
def test_system_log_level(least: str, emitted: list[str]) -> None:
    """What failed is a warning, what commonly succeeds is for debugging."""
    events = {
        "runtimeDone": ("platform.runtimeDone", {"status": "success"}),
        "report": ("platform.report", {"status": "success"}),
        "failed report": ("platform.report", {"status": "error"}),
    }
    assert emitted == [
        name for name, (kind, record) in events.items() if json_lines(kind, record, "", least)
    ]


@pytest.mark.parametrize(
    ("line", "least", "emitted"),
    [
        ('{"level": "DEBUG"}', "INFO", False),
        ('{"level": "debug"}', "DEBUG", True),
        ('{"level": "WARNING"}', "ERROR", False),
        ('{"level": "CRITICAL"}', "FATAL", True),
        ('{"level": "LOUD"}', "INFO", True),
        ('{"level": "LOUD"}', "WARN", False),
        ('{"level": 7}', "WARN", False),
        ("{}", "WARN", False),
        ("{not JSON", "FATAL", True),
        ("plain", "FATAL", True),
    ],
)
def test_application_log_level(line: str, least: str, emitted: bool) -> None:
    """By the line's own level, which is INFO where there is none."""
    assert is_logged(line, least) is emitted
