"""DEBUG lines: an event's way, where they are asked for, and nothing where they are not."""

import json
import time

import pytest

from tests import platform_events as pe

pytestmark = pytest.mark.slow


def live(player) -> list[str]:
    """One invocation; the lines on stderr."""
    player.ready()
    now_ms = int(time.time() * 1000)
    init = [pe.init_start(now_ms), pe.init_report(now_ms + 400, 400)]
    player.tell(*init, {"type": "platform.extension", "record": {}}, "nonsense")
    player.invoke("one")
    player.tell(pe.start(now_ms + 400, "one"), pe.runtime_done(now_ms + 405, "one", 5))
    player.shutdown("timeout")
    player.end()
    return player.errors


def test_debug_lines_follow_every_event(play):
    """What it was, the state before and after, what left the container; then the records."""
    lines = live(play().start(LAMBDA_REUSE_LOG_LEVEL="DEBUG"))

    assert all(line.startswith("lambda-reuse DEBUG ") for line in lines)
    lines = [line.removeprefix("lambda-reuse DEBUG ") for line in lines]
    assert lines[0].startswith("event InitStart time=")
    assert "phase='init'" in lines[0]
    assert lines[0].endswith(" starting -> starting")
    assert lines[1].startswith("event InitReport ")
    assert lines[2] == "event Ignored platform.extension starting -> starting"
    assert lines[3].startswith("event Unknown why=")
    invoke = next(line for line in lines if line.startswith("event Invoke "))
    assert "request_id='one'" in invoke
    assert invoke.endswith(" starting -> running")
    assert "record container/1 1 Invocations=1 ColdStarts=1" in lines
    shutdown = next(line for line in lines if line.startswith("event Shutdown "))
    assert shutdown.endswith(" running -> resetting")
    assert "record container/1 2 end=timeout" in lines


def test_without_debug_there_are_none(play):
    assert live(play().start()) == []


def test_in_json_format_they_are_json(play):
    lines = live(play().start(LAMBDA_REUSE_LOG_LEVEL="DEBUG", AWS_LAMBDA_LOG_FORMAT="JSON"))

    assert {json.loads(line)["level"] for line in lines} == {"DEBUG"}
