"""The records of platform events, field by field in the order of AWS's event schema reference."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reuse_sandbox.clock import Instant, iso
from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.life.agents import Extension
from reuse_sandbox.life.events import InvokeRequest

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time inside an invocation."""

    name: str
    start: Instant
    end: Instant

    def record(self) -> Record:
        """The span as telemetry has it."""
        duration = self.end.ms_since(self.start)
        return {"name": self.name, "start": iso(self.start.wall), "durationMs": duration}


def init_start(function: FunctionConfig, instance_id: str, phase: str) -> Record:
    """platform.initStart: what a restore tells, and which init it is."""
    kind = {"initializationType": function.init_type, "phase": phase}
    return {**kind, **restore_start(function, instance_id)}


def init_runtime_done(
    function: FunctionConfig, phase: str, status: str, error_type: str | None
) -> Record:
    """platform.initRuntimeDone."""
    record = {"initializationType": function.init_type, "phase": phase, "status": status}
    return _with_error(record, error_type)


def init_report(
    function: FunctionConfig, phase: str, status: str, error_type: str | None, duration_ms: float
) -> Record:
    """platform.initReport."""
    record = {
        "initializationType": function.init_type,
        "phase": phase,
        "status": status,
        "metrics": {"durationMs": duration_ms},
    }
    return _with_error(record, error_type)


def restore_start(function: FunctionConfig, instance_id: str) -> Record:
    """platform.restoreStart; `instanceId` is the log stream, `instanceMaxMemory` bytes."""
    return {
        "functionName": function.name,
        "functionVersion": function.version,
        "instanceId": instance_id,
        "instanceMaxMemory": function.memory_mb * 1024 * 1024,
        "runtimeVersion": function.runtime_version,
        "runtimeVersionArn": function.runtime_version_arn,
    }


def restore_runtime_done(status: str, error_type: str | None) -> Record:
    """platform.restoreRuntimeDone."""
    return _with_error({"status": status}, error_type)


def restore_report(status: str, error_type: str | None, duration_ms: float) -> Record:
    """platform.restoreReport."""
    return _with_error({"status": status, "metrics": {"durationMs": duration_ms}}, error_type)


def extension(agent: Extension) -> Record:
    """platform.extension."""
    record = {"name": agent.name, "state": agent.state, "events": list(agent.events)}
    return _with_error(record, agent.error_type)


def start(function: FunctionConfig, request: InvokeRequest) -> Record:
    """platform.start."""
    record = {
        "requestId": request.id,
        "functionArn": request.arn or function.arn,
        "version": function.version,
    }
    return _with_caller(record, request)


def runtime_done(
    request: InvokeRequest,
    status: str,
    error_type: str | None,
    *,
    duration_ms: float,
    produced: int,
    spans: Sequence[Span],
) -> Record:
    """platform.runtimeDone; no spans without a response."""
    record: Record = {"requestId": request.id, "status": status}
    if spans:
        record["spans"] = [span.record() for span in spans]
    record["metrics"] = {"durationMs": duration_ms, "producedBytes": produced}
    return _with_caller(_with_error(record, error_type), request)


def report(
    request: InvokeRequest,
    status: str,
    error_type: str | None,
    metrics: Record,
    spans: Sequence[Span],
) -> Record:
    """platform.report."""
    record: Record = {"requestId": request.id, "status": status, "metrics": metrics}
    if spans:
        record["spans"] = [span.record() for span in spans]
    return _with_caller(_with_error(record, error_type), request)


def report_metrics(
    function: FunctionConfig,
    duration_ms: float,
    max_memory_mb: int,
    init_ms: float | None,
    restore_ms: float | None = None,
) -> Record:
    """The metrics of platform.report; an awaited init is billed with the invocation.

    Lambda bills init since August 2025: a report of 1233.96 ms with an init of 463.512 ms had a
    billed duration of 1698 ms.
    """
    metrics = {
        "durationMs": duration_ms,
        "billedDurationMs": math.ceil(round(duration_ms + (init_ms or 0.0), 3)),
        "memorySizeMB": function.memory_mb,
        "maxMemoryUsedMB": max_memory_mb,
    }
    if restore_ms is not None:
        metrics["restoreDurationMs"] = restore_ms
    return metrics if init_ms is None else {**metrics, "initDurationMs": init_ms}


def telemetry_subscription(name: str, state: str, types: Sequence[str]) -> Record:
    """platform.telemetrySubscription."""
    return {"name": name, "state": state, "types": list(types)}


def logs_dropped(dropped_bytes: int, dropped_records: int, reason: str) -> Record:
    """platform.logsDropped."""
    return {"droppedBytes": dropped_bytes, "droppedRecords": dropped_records, "reason": reason}


def _with_error(record: Record, error_type: str | None) -> Record:
    return record if error_type is None else {**record, "errorType": error_type}


def _with_caller(record: Record, request: InvokeRequest) -> Record:
    if request.tenant:
        record["tenantId"] = request.tenant
    if request.sampled:
        record["tracing"] = {"type": "X-Amzn-Trace-Id", "value": request.trace}
    return record
