"""What one line of a container's log says: the platform's own lines, in both formats, and records.

A line of a sandbox's log file is `{"timestamp": <epoch ms>, "message": <text>}`. Platform lines are
those that CloudWatch Logs shows: INIT_START, START, END and REPORT as text, or `platform.*` objects
where the function logs JSON.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reuse_cli.sources.marks import KINDS

PLAIN = re.compile(
    rb'\{"timestamp":(\d{1,15}),"message":"'
    rb'(?:(INIT_START)|(START|END|REPORT) RequestId: ([^\s"\\]+))([^"]*)"\}'
)
"""A platform line as the sandbox writes it: most lines are one, and are not decoded as JSON."""
FIELD = re.compile(rb"((?:Init |Restore |Billed )*Duration|Max Memory Used): ([\d.]+)")
STATUS = re.compile(rb"Status: (\w+)")
PLATFORM = {
    "platform.initStart": "init_start",
    "platform.start": "start",
    "platform.runtimeDone": "end",
    "platform.report": "report",
}
TEXT = {b"START": "start", b"END": "end", b"REPORT": "report"}


@dataclass(frozen=True)
class LogEvent:
    """One thing that happened in a container. Times in epoch ms, durations in ms."""

    kind: str
    """`init_start`, `start`, `end`, `report` or `record`."""
    at_ms: int
    request_id: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    """Of a report: `init_ms`, `duration_ms`, `memory_mb`, `status`; of a record: all its fields."""


def parse(line: bytes) -> LogEvent | None:
    """The event in a line; None where it holds none."""
    match = PLAIN.fullmatch(line)
    if match is not None:
        return _platform(match)
    if b'"message":"{' not in line:
        return None
    try:
        event = json.loads(line)
        return _object(event["message"], int(event["timestamp"]))
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError):
        return None


def _platform(match: re.Match[bytes]) -> LogEvent:
    at_ms = int(match[1])
    if match[2]:
        return LogEvent("init_start", at_ms)
    values = _reported(match[5]) if match[3] == b"REPORT" else {}
    return LogEvent(TEXT[match[3]], at_ms, match[4].decode("utf-8", "replace"), values)


def _reported(text: bytes) -> dict[str, Any]:
    found = {name: float(value) for name, value in FIELD.findall(text)}
    status = STATUS.search(text)
    return {
        "init_ms": found.get(b"Init Duration", found.get(b"Restore Duration")),
        "duration_ms": found.get(b"Duration"),
        "memory_mb": found.get(b"Max Memory Used"),
        "status": status[1].decode() if status else "success",
    }


def _object(message: str, at_ms: int) -> LogEvent | None:
    value = json.loads(message)
    if not isinstance(value, dict):
        return None
    if value.get("record") in KINDS:
        return LogEvent("record", at_ms, values=value)
    kind, record = PLATFORM.get(str(value.get("type"))), value.get("record")
    if kind is None or not isinstance(record, dict):
        return None
    metrics = record.get("metrics")
    metrics = metrics if isinstance(metrics, dict) else {}
    values = {
        "init_ms": metrics.get("initDurationMs", metrics.get("restoreDurationMs")),
        "duration_ms": metrics.get("durationMs"),
        "memory_mb": metrics.get("maxMemoryUsedMB"),
        "status": record.get("status", "success"),
    }
    return LogEvent(kind, _time(value, at_ms), str(record.get("requestId", "")), values)


def _time(value: dict[str, Any], at_ms: int) -> int:
    try:
        return int(datetime.fromisoformat(value["time"]).timestamp() * 1000)
    except (ValueError, TypeError, KeyError):
        return at_ms
