"""What the platform's own lines in a log say: REPORT, INIT_REPORT and the like, and JSON events.

Lambda writes them for every function, with or without a layer. In text format the fields of a line
are `Name: value`, with tabs or blanks between them, in no order that is promised ("Understanding
the Lambda execution environment lifecycle" of the Lambda guide). In JSON format a line is
`{"time": ..., "type": "platform.report", "record": {...}}`.
"""

import json
import math
import re
from datetime import UTC, datetime
from typing import Any

Event = dict[str, Any]
"""What one line says, by the names in `FIELDS`; what it does not say is left out."""

FIELDS = {
    "kind": "VARCHAR",
    "file": "BIGINT",
    "function_name": "VARCHAR",
    "fallback": "VARCHAR",
    "container_id": "VARCHAR",
    "at_ms": "BIGINT",
    "began_ms": "BIGINT",
    "request_id": "VARCHAR",
    "duration_ms": "DOUBLE",
    "billed_ms": "DOUBLE",
    "init_ms": "DOUBLE",
    "restore_ms": "DOUBLE",
    "memory_mb": "BIGINT",
    "memory_used_mb": "BIGINT",
    "init_type": "VARCHAR",
    "phase": "VARCHAR",
    "status": "VARCHAR",
    "error_type": "VARCHAR",
    "function_version": "VARCHAR",
}
"""The fields of an event and their SQL types; `began_ms` of a report is the time of its START."""

HINTS = (
    *(b"START RequestId", b"REPORT RequestId", b"platform."),
    *(b"INIT_", b"RESTORE_", b"timed out after"),
)
"""One of these is in every line of the platform."""

_SPACE = r"(?:\\+[tnr]|\s)"
_LINE = re.compile(
    r"(?:^|(?<=[\s\"'|>]))(?:"
    rf"(?P<kind>START|REPORT) RequestId: (?P<request>[\w-]+)(?P<rest>.*)"
    rf"|(?P<init>INIT_START|INIT_REPORT|RESTORE_START|RESTORE_REPORT){_SPACE}(?P<values>.*)"
    rf"|(?P<late>[0-9a-f-]{{36}}) Task timed out after [\d.]+ seconds"
    r")",
    re.DOTALL,
)
_VALUE = re.compile(
    r"(?<!Runtime )(Billed Restore Duration|Billed Duration|Init Duration|Restore Duration|Duration"
    r"|Memory Size|Max Memory Used|Status|Error Type|Phase|Version): *([^\s\\\"]+)"
)
_NAMES = {
    "Duration": "duration_ms",
    "Billed Duration": "billed_ms",
    "Init Duration": "init_ms",
    "Restore Duration": "restore_ms",
    "Memory Size": "memory_mb",
    "Max Memory Used": "memory_used_mb",
    "Status": "status",
    "Error Type": "error_type",
    "Phase": "phase",
    "Version": "function_version",
}
_KINDS = {
    "START": "start",
    "REPORT": "report",
    "INIT_START": "init_start",
    "INIT_REPORT": "init_report",
    "RESTORE_START": "restore_start",
    "RESTORE_REPORT": "restore_report",
}
_TYPES = {
    "platform.start": "start",
    "platform.report": "report",
    "platform.initStart": "init_start",
    "platform.initReport": "init_report",
    "platform.restoreStart": "restore_start",
    "platform.restoreReport": "restore_report",
}
_MEMBERS = {
    "requestId": "request_id",
    "functionName": "function_name",
    "functionVersion": "function_version",
    "version": "function_version",
    "instanceId": "container_id",
    "initializationType": "init_type",
    "phase": "phase",
    "status": "status",
    "errorType": "error_type",
}
_METRICS = {
    "durationMs": "duration_ms",
    "billedDurationMs": "billed_ms",
    "initDurationMs": "init_ms",
    "restoreDurationMs": "restore_ms",
    "memorySizeMB": "memory_mb",
    "maxMemoryUsedMB": "memory_used_mb",
}
_ARN = re.compile(r"arn:[\w-]+:lambda:[\w-]*:\d*:function:([\w-]+)")


def of_text(text: str) -> Event | None:
    """What the platform says in a message, or at the end of a line with something before it."""
    found = _LINE.search(text)
    if found is None:
        return None
    if found["late"]:
        return {"kind": "timed_out", "request_id": found["late"]}
    event: Event = {"kind": _KINDS[found["kind"] or found["init"]]}
    if found["request"]:
        event["request_id"] = found["request"]
    for name, value in _VALUE.findall(found["rest"] or found["values"] or ""):
        _put(event, _NAMES.get(name), value)
    if event["kind"] == "report" and "duration_ms" not in event:
        return None
    return event


def of_object(value: dict[str, Any]) -> Event | None:
    """What a platform event in JSON says; None for any other object."""
    kind = _TYPES.get(str(value.get("type")))
    record = value.get("record")
    if kind is None or not isinstance(record, dict):
        return None
    event: Event = {"kind": kind}
    for member, name in _MEMBERS.items():
        _put(event, name, record.get(member))
    metrics = record.get("metrics")
    if isinstance(metrics, dict):
        for member, name in _METRICS.items():
            _put(event, name, metrics.get(member))
    arn = _ARN.search(str(record.get("functionArn", "")))
    if arn:
        event.setdefault("function_name", arn[1])
    at_ms = epoch_ms(value.get("time"))
    if at_ms is not None:
        event["at_ms"] = at_ms
    # An init's or a restore's only metric is its duration.
    if kind in ("init_report", "restore_report") and "duration_ms" in event:
        own = "init_ms" if kind == "init_report" else "restore_ms"
        event[own] = event.pop("duration_ms")
    is_whole = kind != "report" or ("request_id" in event and "duration_ms" in event)
    return event if is_whole else None


def of_message(text: str) -> Event | None:
    """What a log event's message says: text, or an object as text."""
    text = text.strip()
    if not text.startswith("{"):
        return of_text(text)
    if '"platform.' not in text:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return of_object(value) if isinstance(value, dict) else None


def epoch_ms(value: Any) -> int | None:
    """A time as epoch milliseconds: a number of them, of seconds, or an ISO time, UTC if bare."""
    if isinstance(value, str):
        if not value.isdecimal():
            return _iso_ms(value)
        value = int(value) if len(value) in (10, 13) else None
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        value = value * 1000 if value < 1e11 else value
        return int(value) if 0 <= value < 1e15 else None
    return None


def _iso_ms(value: str) -> int | None:
    if not _ISO.match(value):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(known.timestamp() * 1000)


_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")


def _put(event: Event, name: str | None, value: Any) -> None:
    """Keep a value that has the type of its field."""
    if name is None or value is None:
        return
    if FIELDS[name] == "VARCHAR":
        if isinstance(value, str) and value:
            event[name] = value
        return
    try:
        number = float(value)
    except (TypeError, ValueError):
        return
    if math.isfinite(number) and 0 <= number < 1e12:
        event[name] = round(number) if FIELDS[name] == "BIGINT" else number
