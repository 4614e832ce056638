"""Platform events as Lambda writes them, from a time and the few facts a test cares about.

Shapes: the Telemetry API's event schema reference, version 2025-01-29.
"""

from datetime import UTC, datetime

INSTANCE = "2026/11/21/[$LATEST]22be53a8c0de4f5a9d3e6b7c8d9e0f10"


def iso(time_ms: int) -> str:
    moment = datetime.fromtimestamp(time_ms / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time_ms % 1000:03d}Z"


def event(kind: str, time_ms: int, **record: object) -> dict:
    return {"time": iso(time_ms), "type": "platform." + kind, "record": record}


def init_start(time_ms: int, init_type: str = "on-demand", phase: str = "init", **more) -> dict:
    return event(
        "initStart",
        time_ms,
        **{
            "initializationType": init_type,
            "phase": phase,
            "runtimeVersion": "python:3.13.v58",
            "runtimeVersionArn": "arn:aws:lambda:eu-west-1::runtime:0123456789abcdef",
            "functionName": "orders",
            "functionVersion": "$LATEST",
            "instanceId": INSTANCE,
            "instanceMaxMemory": 134217728,
            **more,
        },
    )


def init_runtime_done(time_ms: int, init_type: str = "on-demand", phase: str = "init") -> dict:
    return event(
        "initRuntimeDone",
        time_ms,
        initializationType=init_type,
        phase=phase,
        status="success",
    )


def init_report(
    time_ms: int,
    duration_ms: float,
    init_type: str = "on-demand",
    phase: str = "init",
    status: str = "success",
    **more: object,
) -> dict:
    return event(
        "initReport",
        time_ms,
        initializationType=init_type,
        phase=phase,
        status=status,
        metrics={"durationMs": duration_ms},
        **more,
    )


def start(time_ms: int, request_id: str, **more: object) -> dict:
    return event("start", time_ms, requestId=request_id, version="$LATEST", **more)


def runtime_done(
    time_ms: int, request_id: str, duration_ms: float, status: str = "success", **more: object
) -> dict:
    return event(
        "runtimeDone",
        time_ms,
        requestId=request_id,
        status=status,
        metrics={"durationMs": duration_ms, "producedBytes": 42},
        spans=[{"name": "responseLatency", "start": iso(time_ms), "durationMs": 1.0}],
        **more,
    )


def report(
    time_ms: int,
    request_id: str,
    duration_ms: float,
    status: str = "success",
    used_mb: int = 40,
    init_ms: float | None = None,
    restore_ms: float | None = None,
    **more: object,
) -> dict:
    metrics = {
        "durationMs": duration_ms,
        "billedDurationMs": int(duration_ms + (init_ms or 0)) + 1,
        "memorySizeMB": 128,
        "maxMemoryUsedMB": used_mb,
    }
    if init_ms is not None:
        metrics["initDurationMs"] = init_ms
    if restore_ms is not None:
        metrics["restoreDurationMs"] = restore_ms
    return event("report", time_ms, requestId=request_id, status=status, metrics=metrics, **more)
