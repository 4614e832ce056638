"""Platform events as Lambda writes them to the function's log; pure.

In text format Lambda writes a line of its own for some events, with tabs between the fields; in
JSON format it writes the event itself, if the system log level lets it, and takes lines of the
function and of extensions only from the application log level on ("Log-level filtering").
"""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

Record = Mapping[str, Any]


def text_lines(kind: str, record: Record) -> list[str]:
    """The lines for an event in text format; most events have none."""
    write = TEXT.get(kind)
    return write(record) if write else []


def json_lines(kind: str, record: Record, time: str, least: str = "INFO") -> list[str]:
    """The line for an event in JSON format, if it is written at this system log level."""
    if LEVELS[_level(kind, record)] < LEVELS[least]:
        return []
    return [json.dumps({"time": time, "type": kind, "record": record}, separators=(",", ":"))]


def is_logged(text: str, least: str) -> bool:
    """Whether a line of the function or an extension is written at this application log level.

    A line without a level that Lambda knows is one at INFO; what is no JSON object is not filtered.
    """
    if not text.startswith("{"):
        return True
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return True
    level = line.get("level", "")
    known = LEVELS.get(level.upper() if isinstance(level, str) else "", LEVELS["INFO"])
    return known >= LEVELS[least]


def _level(kind: str, record: Record) -> str:
    if record.get("status", "success") != "success":
        return "WARN"
    return "DEBUG" if kind in DEBUG_WHEN_SUCCESSFUL else "INFO"


def _init_start(record: Record) -> list[str]:
    if record["phase"] != "init":
        return []  # an init repeated inside an invocation has no line
    version, arn = record["runtimeVersion"], record["runtimeVersionArn"]
    return [f"INIT_START Runtime Version: {version}\tRuntime Version ARN: {arn}"]


def _init_report(record: Record) -> list[str]:
    if record["status"] == "success":
        return []
    duration = record["metrics"]["durationMs"]
    fields = [f"INIT_REPORT Init Duration: {duration:.2f} ms", f"Phase: {record['phase']}"]
    return ["\t".join(fields + _status(record))]


def _restore_start(record: Record) -> list[str]:
    version, arn = record["runtimeVersion"], record["runtimeVersionArn"]
    return [f"RESTORE_START Runtime Version: {version}\tRuntime Version ARN: {arn}"]


def _restore_report(record: Record) -> list[str]:
    duration = record["metrics"]["durationMs"]
    status = [] if record["status"] == "success" else _status(record)
    return ["\t".join([f"RESTORE_REPORT Restore Duration: {duration:.2f} ms", *status])]


def _extension(record: Record) -> list[str]:
    events = ",".join(record["events"])
    fields = [f"Name: {record['name']}", f"State: {record['state']}", f"Events: [{events}]"]
    return ["\t".join(["EXTENSION", *fields, *_error_type(record)])]


def _telemetry_subscription(record: Record) -> list[str]:
    types = ", ".join(kind.capitalize() for kind in record["types"])
    return [f"TELEMETRY\tName: {record['name']}\tState: {record['state']}\tTypes: [{types}]"]


def _start(record: Record) -> list[str]:
    return [f"START RequestId: {record['requestId']} Version: {record['version']}"]


def _report(record: Record) -> list[str]:
    request_id, metrics = record["requestId"], record["metrics"]
    fields = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {metrics['durationMs']:.2f} ms",
        f"Billed Duration: {metrics['billedDurationMs']} ms",
        f"Memory Size: {metrics['memorySizeMB']} MB",
        f"Max Memory Used: {metrics['maxMemoryUsedMB']} MB",
    ]
    if "initDurationMs" in metrics:
        fields.append(f"Init Duration: {metrics['initDurationMs']:.2f} ms")
    if "restoreDurationMs" in metrics:
        restore_ms = metrics["restoreDurationMs"]
        fields.append(f"Restore Duration: {restore_ms:.2f} ms")
        fields.append(f"Billed Restore Duration: {math.ceil(restore_ms)} ms")
    if record["status"] != "success":
        fields += _status(record)
    return [f"END RequestId: {request_id}", "\t".join(fields)]


def _status(record: Record) -> list[str]:
    return [f"Status: {record['status']}", *_error_type(record)]


def _error_type(record: Record) -> list[str]:
    return [f"Error Type: {record['errorType']}"] if "errorType" in record else []


TEXT: Mapping[str, Callable[[Record], list[str]]] = {
    "platform.initStart": _init_start,
    "platform.initReport": _init_report,
    "platform.restoreStart": _restore_start,
    "platform.restoreReport": _restore_report,
    "platform.extension": _extension,
    "platform.telemetrySubscription": _telemetry_subscription,
    "platform.start": _start,
    "platform.report": _report,
}
DEBUG_WHEN_SUCCESSFUL = frozenset(
    {
        "platform.initReport",
        "platform.initRuntimeDone",
        "platform.restoreReport",
        "platform.restoreRuntimeDone",
        "platform.runtimeDone",
    }
)
LEVELS = {"TRACE": 0, "DEBUG": 1, "INFO": 2, "WARN": 3, "WARNING": 3, "ERROR": 4, "FATAL": 5}
LEVELS["CRITICAL"] = LEVELS["FATAL"]  # Python's name for it
