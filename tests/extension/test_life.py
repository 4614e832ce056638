"""The extension's life as a process: what it asks, in which order, and what it leaves behind."""

import json
import time
from pathlib import Path

import pytest

from tests import platform_events as pe
from tests.core.play import START_MS
from tests.core.test_lives import FIXTURES, mismatches
from tests.line_schema import check_line

pytestmark = pytest.mark.slow

MANAGED = {"AWS_LAMBDA_INITIALIZATION_TYPE": "lambda-managed-instances"}

TIMED = {"from_ms", "to_ms", "container_started_ms", "start_ms", "ContainerLifetime"}
TIMED |= {"ContainerAge", "init_to_invoke_ms"}
"""What depends on when a process was told, and so is held against the pure core alone."""


def test_it_registers_subscribes_and_asks_in_this_order(play):
    """Under its file's name, for platform events only, by the newest schema."""
    player = play().start()

    headers, body = player.wait_for("register")
    subscription = player.wait_for("subscribe")
    player.wait_for("next")

    assert headers["Lambda-Extension-Name"] == "lambda-reuse"
    assert body == {"events": ["INVOKE", "SHUTDOWN"]}
    assert subscription["schemaVersion"] == "2025-01-29"
    assert subscription["types"] == ["platform"]
    assert subscription["destination"]["protocol"] == "HTTP"
    assert subscription["destination"]["URI"].startswith("http://sandbox.localdomain:")
    assert 25 <= subscription["buffering"]["timeoutMs"] <= 30_000


def test_a_life(play):
    """From the first init to spindown, one line at a time."""
    now_ms = int(time.time() * 1000)
    player = play().start().ready()
    player.tell(pe.init_start(now_ms), pe.init_report(now_ms + 400, 399.5))
    player.invoke("one")
    player.tell(
        pe.start(now_ms + 400, "one"),
        pe.runtime_done(now_ms + 420, "one", 19.5),
        pe.report(now_ms + 421, "one", 19.5, init_ms=399.5),
    )
    first, init = player.wait_for_records(2)
    player.invoke("two")
    player.shutdown()
    player.tell(
        pe.start(now_ms + 900, "two"),
        pe.runtime_done(now_ms + 910, "two", 9.5),
        pe.report(now_ms + 911, "two", 9.5),
    )

    assert player.end() == 0
    last = player.records()[2]
    assert [first["ColdStarts"], first["InitDuration"], first["Duration"]] == [1, 399.5, [19.5]]
    assert init["duration_ms"] == 399.5
    assert last["IdleTime"] == [480.5]
    assert last["end"] == "spindown"
    assert last["total"]["invocations"] == 2
    assert player.errors == []
    for line in player.records():
        check_line(line)


def test_the_last_record_is_out_before_the_deadline(play):
    """Also where the report of the last invocation never comes."""
    player = play().start().ready()
    player.tell(pe.start(int(time.time() * 1000), "one"))
    player.invoke("one")

    deadline = time.time() + 1.0
    player.shutdown(grace_ms=1000)

    assert player.end() == 0
    assert time.time() < deadline
    last = player.records()[-1]
    assert [last["end"], last["total"]["invocations"]] == ["spindown", 1]


def test_next_is_asked_again_at_once(play):
    """`Player.invoke` returns when it was: no telemetry is waited for."""
    player = play().start().ready()

    for i in range(50):
        player.invoke(f"request-{i}")


def test_on_managed_instances_it_asks_for_shutdown_only(play):
    """INVOKE would be refused there; a timer flushes instead."""
    player = play().start(**MANAGED)

    _, body = player.wait_for("register")

    assert body == {"events": ["SHUTDOWN"]}


def test_switched_off_it_registers_for_nothing_and_waits(play):
    """No subscription, no line, and no end of its own."""
    player = play().start(LAMBDA_REUSE_DISABLED="1")

    _, body = player.wait_for("register")
    asked, _ = player.asked.get(timeout=10)

    assert body == {"events": []}
    assert asked == "next"
    assert player.process.poll() is None
    assert player.lines == []


def test_wrong_settings_are_one_warning_each_on_stderr(play):
    """And the extension goes on with the default."""
    player = play().start(LAMBDA_REUSE_FLUSH="hourly", LAMBDA_REUSE_NAMESPACE="AWS/x").ready()
    player.shutdown()

    assert player.end() == 0
    assert len(player.errors) == 2
    assert player.errors[1].startswith("lambda-reuse WARN LAMBDA_REUSE_FLUSH is ")


def test_in_json_format_its_own_lines_are_json(play):
    """So that the function's log stays machine-readable throughout."""
    player = play().start(LAMBDA_REUSE_FLUSH="hourly", AWS_LAMBDA_LOG_FORMAT="JSON").ready()
    player.shutdown()
    player.end()

    (error,) = [json.loads(line) for line in player.errors]
    assert error["level"] == "WARN"
    assert "hourly" in error["message"]
    assert player.records()[0]["level"] == "INFO"


def test_one_record_an_invocation_when_asked(play):
    """LAMBDA_REUSE_FLUSH=invocation."""
    now_ms = int(time.time() * 1000)
    player = play().start(LAMBDA_REUSE_FLUSH="invocation").ready()
    player.tell(pe.init_start(now_ms), pe.init_report(now_ms + 10, 10))
    for i in range(3):
        player.invoke(str(i))
        at_ms = now_ms + 10 + i * 100
        player.tell(
            pe.start(at_ms, str(i)),
            pe.runtime_done(at_ms + 5, str(i), 5),
            pe.report(at_ms + 5, str(i), 5),
        )
    player.shutdown()
    player.end()

    records = player.records("container/1")
    assert [record.get("Invocations") for record in records] == [1, 1, 1, None]


@pytest.mark.parametrize("status", [202, 400, 403, 404, 500])
def test_without_telemetry_it_counts_what_it_sees(play, status):
    """Invocations, age and end come from the Extensions API."""
    player = play(subscribe_status=status).start().ready()
    for i in range(3):
        player.invoke(str(i))
    player.shutdown()

    assert player.end() == 0
    last = player.records("container/1")[-1]
    assert last["telemetry"] == "none"
    assert last["total"]["invocations"] == 3
    assert last["InvocationsPerContainer"] == 3


UNTIMED = [path for path in FIXTURES if '"tick"' not in path.read_text()]
"""The others wait for a minute to pass."""


@pytest.mark.parametrize("reader", ["native", "python"])
@pytest.mark.parametrize("path", UNTIMED, ids=lambda path: path.stem)
def test_a_life_is_recorded_by_the_process_as_by_the_core(play, path: Path, reader: str):
    """Every fixture again, with real processes, restarts and telemetry, by each reader."""
    fixture = json.loads(path.read_text())
    fixture["environment"]["LAMBDA_REUSE_READER"] = reader
    # Whole minutes, so that what falls into one minute still does.
    shift_ms = (int(time.time() * 1000) - START_MS) // 60_000 * 60_000
    player = play(subscribe_status=fixture["subscription"])
    player.start(**fixture["environment"]).ready()
    lines = []
    for step in fixture["steps"]:
        if "restart" in step:
            player.end()
            lines += player.records()
            player = play(subscribe_status=fixture["subscription"])
            player.start(**fixture["environment"]).ready()
        elif "batch" in step and player.process.poll() is None:
            tell_if_alive(player, [moved(event, shift_ms) for event in step["batch"]])
        elif "invoke" in step:
            player.invoke(step["invoke"])
        elif "shutdown" in step:
            player.shutdown(step["shutdown"])
    assert player.end() == 0
    lines += player.records()

    expected = [
        {name: value for name, value in line.items() if name not in TIMED}
        for line in fixture["expected"]
    ]
    totals = [line for line in lines if line["record"] == "container/1"][-1]["total"]
    last = [line for line in expected if line["record"] == "container/1"][-1]
    assert {name: totals[name] for name in last.get("total", {}) if name != "records"} == {
        name: value for name, value in last.get("total", {}).items() if name != "records"
    }
    if len(lines) == len(expected):
        wrong = [mismatches(line, reported) for line, reported in zip(lines, expected, strict=True)]
        assert wrong == [[] for _ in lines]
    for line in lines:
        check_line(line)


def tell_if_alive(player, events: list) -> None:
    """A batch that comes after the last record finds nobody, as it may on Lambda."""
    try:
        player.tell(*events)
    except (ConnectionError, OSError):
        player.end()


def moved(event: object, shift_ms: int) -> object:
    """The same event at another time."""
    if not isinstance(event, dict) or "time" not in event:
        return event
    from reuse_extension.core.events import parse_time

    return {**event, "time": pe.iso(parse_time(event["time"]) + shift_ms)}
