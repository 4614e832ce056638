"""Records as the extension writes them, from the few values a test cares about."""

import json
from pathlib import Path

STARTED_MS = 1795219200000


def container(name: str = "a", sequence: int = 1, **values: object) -> dict:
    """A container record; `total` is filled up with zeros."""
    totals = dict.fromkeys(
        (
            *("invocations", "cold_starts", "errors", "timeouts", "out_of_memory", "resets"),
            *("init_ms", "duration_ms", "billed_ms", "hits", "misses", "saved_ms", "recreated_ms"),
        ),
        0,
    )
    total = {**totals, "records": sequence, **values.pop("total", {})}
    return {
        "record": "container/1",
        "FunctionName": "orders",
        "function_version": "$LATEST",
        "container_id": f"2026/11/21/[$LATEST]{name}",
        "init_type": "on-demand",
        "architecture": "x86_64",
        "memory_mb": 128,
        "container_started_ms": STARTED_MS,
        "sequence": sequence,
        "from_ms": STARTED_MS,
        "to_ms": STARTED_MS + 60_000 * sequence,
        "telemetry": "full",
        **values,
        "total": total,
    }


def resource(name: str, container: str = "a", sequence: int = 1, **total: object) -> dict:
    """A resource record with these totals."""
    counted = {
        "hits": 0,
        "misses": 0,
        "reasons": {},
        "build_ms": 0,
        "builds_in_init": 0,
        "builds_in_invocations": 0,
        "saved_ms": 0,
        "recreated_ms": 0,
        **total,
    }
    return {
        "record": "resource/1",
        "FunctionName": "orders",
        "container_id": f"2026/11/21/[$LATEST]{container}",
        "sequence": sequence,
        "from_ms": STARTED_MS,
        "to_ms": STARTED_MS + 60_000 * sequence,
        "Resource": name,
        "kind": "resource",
        "call_site": "app.py:12",
        **counted,
        "total": counted,
    }


def write(path: Path, *records: object) -> Path:
    """A log file of the sandbox: one event a line."""
    lines = [
        record if isinstance(record, str) else json.dumps(record, separators=(",", ":"))
        for record in records
    ]
    events = [json.dumps({"timestamp": STARTED_MS, "message": line}) for line in lines]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(event + "\n" for event in events))
    return path
