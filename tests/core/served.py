"""A container with its init over, and invocations that it serves."""

import json

from tests import platform_events as pe
from tests.core.play import START_MS, Played

FULL = {"environment": {}, "subscription": 200}


def served(at_ms: int, request_id: str, duration_ms: float = 5.0) -> list[dict]:
    at_ms += START_MS
    end_ms = at_ms + int(duration_ms)
    return [
        pe.start(at_ms, request_id),
        pe.runtime_done(end_ms, request_id, duration_ms),
        pe.report(end_ms + 1, request_id, duration_ms),
    ]


def begun(environment: dict | None = None) -> Played:
    """A container whose init is over."""
    played = Played({"environment": environment or {}, "subscription": 200})
    played.step(
        {"at_ms": 100, "batch": [pe.init_start(START_MS), pe.init_report(START_MS + 90, 90)]}
    )
    return played


def serve(played: Played, at_ms: int, request_id: str, duration_ms: float = 5.0) -> None:
    played.step({"at_ms": at_ms, "invoke": request_id})
    reported = served(at_ms, request_id, duration_ms)
    played.step({"at_ms": at_ms + 5 + int(duration_ms), "batch": reported})


def containers(played: Played) -> list[dict]:
    return [line for line in map(json.loads, played.lines()) if line["record"] == "container/1"]
