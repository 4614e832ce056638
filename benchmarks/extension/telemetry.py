"""Telemetry of invocations, as the platform sends it."""

import json
import time

INTERVAL_MS = 100
"""Between invocations: ten a second."""


def name(number: int) -> str:
    return f"8f66dbe6-3db0-4f99-bf49-{number:012}"


_BEGUN_MS = int(time.time() * 1000)


def batch(first: int, count: int) -> bytes:
    return json.dumps(events(first, count)).encode()


def events(first: int, count: int) -> list[dict]:
    """The telemetry of invocations, at ten a second."""
    found = []
    for number in range(first, first + count):
        request_id, at_ms = name(number), _BEGUN_MS + number * INTERVAL_MS
        metrics = {"durationMs": 4.512}
        report = {**metrics, "billedDurationMs": 5, "memorySizeMB": 128, "maxMemoryUsedMB": 64}
        start = {"requestId": request_id, "version": "$LATEST"}
        done = {"requestId": request_id, "status": "success", "metrics": metrics}
        reported = {"requestId": request_id, "status": "success", "metrics": report}
        for kind, offset, record in (
            ("start", 0, start),
            ("runtimeDone", 5, done),
            ("report", 6, reported),
        ):
            time_text = _iso(at_ms + offset)
            found.append({"time": time_text, "type": f"platform.{kind}", "record": record})
    return found


def _iso(time_ms: int) -> str:
    seconds, milliseconds = divmod(time_ms, 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{milliseconds:03}Z"
