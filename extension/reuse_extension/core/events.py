"""What the platform can say: telemetry records and Extensions API events as small values.

`parse` reads one telemetry record, `{"time": …, "type": …, "record": {…}}`, and never raises: what
it cannot understand becomes `Unknown`, which is counted; what it understands and does not need
(other types, the extension's own state) becomes `Ignored`. Fields that AWS documents as optional
are None where they are missing or not of their type. Field names and types follow the Telemetry
API's event schema reference, 2025-01-29; where reality differs, a comment says so.

Times are epoch milliseconds, durations microseconds (the platform writes milliseconds with three
decimals, and whole numbers add up without error). `time` is when the platform made the event, or
None where it does not say so legibly.
"""

from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

InitStart = namedtuple(
    "InitStart", ("time", "init_type", "phase", "instance_id", "version", "runtime")
)
InitRuntimeDone = namedtuple("InitRuntimeDone", ("time", "phase", "status", "error_type"))
InitReport = namedtuple(
    "InitReport", ("time", "init_type", "phase", "duration_us", "status", "error_type")
)
RestoreStart = namedtuple("RestoreStart", ("time", "instance_id", "version", "runtime"))
RestoreReport = namedtuple("RestoreReport", ("time", "duration_us", "status", "error_type"))
Start = namedtuple("Start", ("time", "request_id", "tenant_id"))
RuntimeDone = namedtuple(
    "RuntimeDone", ("time", "request_id", "status", "error_type", "duration_us", "tenant_id")
)
Report = namedtuple(
    "Report",
    (
        "time",
        "request_id",
        "status",
        "error_type",
        "duration_us",
        "billed_ms",
        "memory_size_mb",
        "memory_used_mb",
        "init_us",
        "restore_us",
        "tenant_id",
    ),
)
Served = namedtuple(
    "Served",
    (
        "time",
        "request_id",
        "done_ms",
        "report_ms",
        "done_us",
        "report_us",
        "billed_ms",
        "memory_size_mb",
        "memory_used_mb",
    ),
)
"""A whole invocation that succeeded: its Start, RuntimeDone and Report, one after the other,
within a minute. `time` is the Start's. None of them names a tenant, an init or an error."""
LogsDropped = namedtuple("LogsDropped", ("time", "records"))
Invoke = namedtuple("Invoke", ("time", "request_id"))
"""The Extensions API's INVOKE. It carries no time of its own: `time` is when it was received."""
Shutdown = namedtuple("Shutdown", ("time", "reason", "deadline_ms"))
"""The Extensions API's SHUTDOWN. `reason` in lower case, as the platform writes it; the
documentation prints it in capitals. `deadline_ms`: epoch milliseconds, or None."""
Ignored = namedtuple("Ignored", ("type",))
Unknown = namedtuple("Unknown", ("why",))

if TYPE_CHECKING:
    Telemetry = (
        InitStart
        | InitRuntimeDone
        | InitReport
        | RestoreStart
        | RestoreReport
        | Start
        | RuntimeDone
        | Report
        | Served
        | LogsDropped
        | Ignored
        | Unknown
    )
    Event = Telemetry | Invoke | Shutdown

PHASES = ("init", "invoke", "snap-start")
"""The phases of an init; any other text is none."""
SUCCESS = "success"
NOTHING = (None,) * 7
MINUTE_MS = 60000
MAX_TEXT = 1024
MAX_COUNT = 1 << 53
"""Beyond this a JSON number is no longer exact, and nothing here is that large."""


def parse(item: "Any") -> "Telemetry":
    """The event in one telemetry record, or Ignored, or Unknown."""
    if not isinstance(item, dict):
        return Unknown("not an object")
    kind = item.get("type")
    if not isinstance(kind, str):
        return Unknown("no type")
    reader = READERS.get(kind)
    if reader is None:
        return Ignored(kind)
    record = item.get("record")
    if not isinstance(record, dict):
        return Unknown(kind + " without a record")
    event: "Any" = reader(parse_time(item.get("time")), record)
    known: "Telemetry" = event or Unknown(kind + " without its request id")
    return known


def joined(start: "Any", done: "Any", report: "Any") -> "Served | None":
    """The one event that these come to, a Start, a RuntimeDone and any event; None for others."""
    request_id, start_ms, done_ms = start.request_id, start.time, done.time
    if not isinstance(report, Report) or report.time is None:
        return None
    if start_ms is None or done_ms is None or not start_ms <= done_ms <= report.time:
        return None
    is_usual = (
        request_id == done.request_id == report.request_id
        and done.status == report.status == SUCCESS
        and start_ms // MINUTE_MS == report.time // MINUTE_MS
        and done.duration_us is not None
        and report.duration_us is not None
    )
    unusual = (done.error_type, report.error_type, report.init_us, report.restore_us)
    tenants = (start.tenant_id, done.tenant_id, report.tenant_id)
    if not is_usual or unusual + tenants != NOTHING:
        return None
    return Served(
        start_ms,
        request_id,
        done_ms,
        report.time,
        done.duration_us,
        report.duration_us,
        report.billed_ms,
        report.memory_size_mb,
        report.memory_used_mb,
    )


def pieces(served: "Served") -> "tuple[Start, RuntimeDone, Report]":
    """The three events that were joined."""
    request_id = served.request_id
    return (
        Start(served.time, request_id, None),
        RuntimeDone(served.done_ms, request_id, SUCCESS, None, served.done_us, None),
        Report(
            served.report_ms,
            request_id,
            SUCCESS,
            None,
            served.report_us,
            served.billed_ms,
            served.memory_size_mb,
            served.memory_used_mb,
            None,
            None,
            None,
        ),
    )


def parse_next(item: "Any", now_ms: int) -> "Invoke | Shutdown | Unknown":
    """The event in the Extensions API's answer to `next`."""
    if not isinstance(item, dict):
        return Unknown("not an object")
    kind = item.get("eventType")
    if kind == "SHUTDOWN":
        reason = (text(item, "shutdownReason") or "").lower()
        return Shutdown(now_ms, reason, count(item.get("deadlineMs")))
    request_id = text(item, "requestId")
    if kind != "INVOKE" or request_id is None:
        return Unknown("neither INVOKE with a request id nor SHUTDOWN")
    return Invoke(now_ms, request_id)


def parse_time(value: "Any") -> "int | None":
    """Epoch milliseconds of an ISO 8601 time such as 2026-11-21T00:04:21.886Z, or None."""
    if not isinstance(value, str) or len(value) < 20 or value[4] + value[7] + value[10] != "--T":
        return None
    try:
        days = _days(_number(value[:4]), _number(value[5:7]), _number(value[8:10]))
        minutes = (days * 24 + _number(value[11:13])) * 60 + _number(value[14:16])
        milliseconds, offset_minutes = _fraction_and_offset(value[19:])
        return (minutes - offset_minutes) * 60000 + _number(value[17:19]) * 1000 + milliseconds
    except ValueError:
        return None


def _number(digits: str) -> int:
    """The value of ASCII digits; `int` alone takes signs, spaces and other scripts' digits."""
    if not digits.isdigit() or len(digits.encode()) != len(digits):
        raise ValueError("not digits")
    return int(digits)


def _fraction_and_offset(rest: str) -> "tuple[int, int]":
    """(milliseconds, minutes east of Greenwich) of what follows the seconds."""
    fraction, offset = (rest[:-1], 0) if rest.endswith("Z") else (rest[:-6], _offset(rest[-6:]))
    if not fraction:
        return 0, offset
    if fraction[0] != ".":
        raise ValueError("not a fraction")
    return _number((fraction[1:] + "00")[:3]), offset


def _offset(zone: str) -> int:
    """Minutes east of Greenwich of a zone such as +02:00."""
    if len(zone) != 6 or zone[0] not in "+-" or zone[3] != ":":
        raise ValueError("not a zone")
    minutes = _number(zone[1:3]) * 60 + _number(zone[4:])
    return -minutes if zone[0] == "-" else minutes


def _days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 in the Gregorian calendar."""
    if not (year >= 1970 and 1 <= month <= 12 and 1 <= day <= 31):
        raise ValueError("not a date")
    # Years that begin in March have the leap day at their end.
    march_year = year - (month <= 2)
    day_of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return (
        march_year * 365
        + march_year // 4
        - march_year // 100
        + march_year // 400
        + day_of_year
        - 719468
    )


def microseconds(value: "Any") -> "int | None":
    """A duration that the platform wrote in milliseconds, as microseconds; None if it is none."""
    if not isinstance(value, (int, float)) or value is True or value is False:
        return None
    # Compared before it is converted: NaN fails every comparison, infinity the second.
    return int(value * 1000 + 0.5) if 0 <= value < MAX_COUNT // 1000 else None


def count(value: "Any") -> "int | None":
    """A whole number of something, or None."""
    if not isinstance(value, (int, float)) or value is True or value is False:
        return None
    return int(value) if 0 <= value < MAX_COUNT else None


def text(record: "dict[str, Any]", key: str) -> "str | None":
    """A text of bearable length, or None."""
    value = record.get(key)
    return value if isinstance(value, str) and 0 < len(value) <= MAX_TEXT else None


def _phase(record: "dict[str, Any]") -> "str | None":
    phase = text(record, "phase")
    return phase if phase in PHASES else None


def _metrics(record: "dict[str, Any]") -> "dict[str, Any]":
    metrics = record.get("metrics")
    return metrics if isinstance(metrics, dict) else {}


def _init_start(time: "int | None", record: "dict[str, Any]") -> "InitStart":
    instance_id, version = text(record, "instanceId"), text(record, "functionVersion")
    return InitStart(
        time,
        text(record, "initializationType"),
        _phase(record),
        None if instance_id == version else instance_id,  # AWS's emulator has one id for all
        version,
        text(record, "runtimeVersion"),
    )


def _init_runtime_done(time: "int | None", record: "dict[str, Any]") -> "InitRuntimeDone":
    return InitRuntimeDone(time, _phase(record), text(record, "status"), text(record, "errorType"))


def _init_report(time: "int | None", record: "dict[str, Any]") -> "InitReport":
    return InitReport(
        time,
        text(record, "initializationType"),
        _phase(record),
        microseconds(_metrics(record).get("durationMs")),
        text(record, "status"),
        text(record, "errorType"),
    )


def _restore_start(time: "int | None", record: "dict[str, Any]") -> "RestoreStart":
    return RestoreStart(
        time,
        text(record, "instanceId"),
        text(record, "functionVersion"),
        text(record, "runtimeVersion"),
    )


def _restore_report(time: "int | None", record: "dict[str, Any]") -> "RestoreReport":
    return RestoreReport(
        time,
        microseconds(_metrics(record).get("durationMs")),
        text(record, "status"),
        text(record, "errorType"),
    )


def _start(time: "int | None", record: "dict[str, Any]") -> "Start | None":
    request_id = text(record, "requestId")
    if request_id is None:
        return None
    return Start(time, request_id, text(record, "tenantId"))


def _runtime_done(time: "int | None", record: "dict[str, Any]") -> "RuntimeDone | None":
    request_id = text(record, "requestId")
    if request_id is None:
        return None
    return RuntimeDone(
        time,
        request_id,
        text(record, "status"),
        text(record, "errorType"),
        microseconds(_metrics(record).get("durationMs")),
        text(record, "tenantId"),
    )


def _report(time: "int | None", record: "dict[str, Any]") -> "Report | None":
    metrics = _metrics(record)
    request_id = text(record, "requestId")
    if request_id is None:
        return None
    return Report(
        time,
        request_id,
        text(record, "status"),
        text(record, "errorType"),
        microseconds(metrics.get("durationMs")),
        count(metrics.get("billedDurationMs")),
        count(metrics.get("memorySizeMB")),
        count(metrics.get("maxMemoryUsedMB")),
        microseconds(metrics.get("initDurationMs")),
        microseconds(metrics.get("restoreDurationMs")),
        text(record, "tenantId"),
    )


def _logs_dropped(time: "int | None", record: "dict[str, Any]") -> "LogsDropped":
    return LogsDropped(time, count(record.get("droppedRecords")) or 1)


READERS = {
    "platform.initStart": _init_start,
    "platform.initRuntimeDone": _init_runtime_done,
    "platform.initReport": _init_report,
    "platform.restoreStart": _restore_start,
    "platform.restoreReport": _restore_report,
    "platform.start": _start,
    "platform.runtimeDone": _runtime_done,
    "platform.report": _report,
    "platform.logsDropped": _logs_dropped,
}
