"""The recorder by itself: events and pages in, lines and a state file out, whatever fails."""

import json
import os

import pytest
from reuse_extension import interpreter, recorder
from reuse_extension.core.events import Invoke
from reuse_extension.recorder import MANY_PAGES, MANY_PAGES_MS, MAX_EVENTS, Recorder

from tests import platform_events as pe
from tests.core.play import START_MS
from tests.extension.pages import ended_pid, leave, names
from tests.line_schema import check_line

FUNCTION = {"functionName": "orders", "functionVersion": "7"}
NEXT = {"eventType": "INVOKE", "requestId": "one", "deadlineMs": START_MS + 60_000}
LIFE = [
    pe.init_start(START_MS),
    pe.init_report(START_MS + 400, 399.5),
    pe.start(START_MS + 400, "one"),
    pe.runtime_done(START_MS + 420, "one", 19.5),
    pe.report(START_MS + 421, "one", 19.5, init_ms=399.5),
]


class World:
    """Time, the two streams and a TMPDIR, for one recorder after another."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.now_ms = START_MS
        self.written: list[dict] = []
        self.errors: list[str] = []
        self.has_reader = True

    def write_if_room(self, _file: int, data: bytes) -> int:
        if not self.has_reader:
            return 0
        self.written += [json.loads(line) for line in data.splitlines()]
        return len(data)

    def recorder(self, *, has_telemetry: bool = True) -> Recorder:
        return Recorder(FUNCTION, has_telemetry, self.now_ms, None)

    def records(self, kind: str) -> list[dict]:
        return [line for line in self.written if line["record"] == kind]


@pytest.fixture
def world(tmp_path, monkeypatch):
    found = World(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    for name in list(os.environ):
        if name.startswith(("LAMBDA_REUSE_", "AWS_LAMBDA_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr(interpreter, "now_ms", lambda: found.now_ms)
    monkeypatch.setattr(interpreter, "ticks_ms", lambda: found.now_ms)
    monkeypatch.setattr(interpreter, "write_if_room", found.write_if_room)
    monkeypatch.setattr(interpreter, "write_error", found.errors.append)
    return found


def batch(*events: dict) -> bytes:
    """What Lambda posts."""
    return json.dumps(events).encode()


def live(recorder: Recorder) -> None:
    """An init and an invocation, told whole."""
    recorder.receive_next(NEXT)
    recorder.receive_batch(batch(*LIFE))


def end(recorder: Recorder, reason: str = "spindown") -> None:
    """The container ends, or its process."""
    recorder.receive_next({"eventType": "SHUTDOWN", "shutdownReason": reason})
    recorder.begin_end()
    while not recorder.is_idle:
        recorder.tick()
    recorder.finish()


def test_a_life_is_lines_that_are_as_documented(world):
    """The first invocation is written at once, the end at the end."""
    own = world.recorder()
    live(own)
    at_once = list(world.written)
    end(own)

    assert [line["record"] for line in at_once] == ["container/1", "init/1"]
    assert [line["record"] for line in world.written[2:]] == ["container/1"]
    assert world.written[-1]["end"] == "spindown"
    assert world.errors == []
    for line in world.written:
        check_line(line)


def test_the_fields_that_never_change(world, monkeypatch):
    """From what Lambda says of the function, and the environment."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "provisioned-concurrency")
    end(world.recorder(has_telemetry=False))

    record = world.records("container/1")[-1]
    assert {
        name: record[name]
        for name in ("FunctionName", "function_version", "init_type", "memory_mb", "telemetry")
    } == {
        "FunctionName": "orders",
        "function_version": "7",
        "init_type": "provisioned-concurrency",
        "memory_mb": 512,
        "telemetry": "none",
    }


@pytest.mark.parametrize("size", ["", "much", "9" * 20])
def test_a_memory_size_that_is_no_number_is_absent(world, monkeypatch, size):
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", size)
    end(world.recorder())

    assert "memory_mb" not in world.written[-1]


def test_a_function_without_a_name_has_that_of_the_environment(world, monkeypatch):
    monkeypatch.setitem(FUNCTION, "functionName", None)
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "fallback")
    end(world.recorder())

    assert world.written[-1]["FunctionName"] == "fallback"


def test_the_next_process_goes_on_with_the_container(world):
    """After a reset: the same id, the next number, the totals."""
    live(world.recorder())
    first = world.written[0]
    world.now_ms += 1000
    end(world.recorder())

    last = world.written[-1]
    assert last["container_id"] == first["container_id"]
    assert last["sequence"] == first["sequence"] + 1
    assert last["total"]["invocations"] == 1


def test_a_process_that_is_killed_after_a_reset_counts_too(world):
    """Also where the platform never names the container, since its initStart was lost."""
    first = world.recorder()
    first.receive_next(NEXT)
    first.receive_batch(batch(*LIFE[1:]))
    end(first, "timeout")
    world.recorder().receive_next({**NEXT, "requestId": "two"})
    end(world.recorder())

    assert world.written[-1]["total"]["resets"] == 2


def test_the_state_is_written_before_the_lines(world, monkeypatch):
    """Killed between the two, a line is missing; nothing is told twice."""
    order = []
    own = world.recorder()
    save, write = own._state_file.save, own._output.write
    monkeypatch.setattr(own._state_file, "save", lambda state: order.append("state") or save(state))
    monkeypatch.setattr(own._output, "write", lambda line: order.append("line") or write(line))
    live(own)

    assert order == ["state", "line", "line"]


def test_a_state_that_cannot_be_gone_on_from_is_another_container(world):
    """It is whole, and not what this version writes."""
    own = world.recorder()
    own._state_file.save({"state": "idle", "sequence": "three", "totals": {}})
    end(world.recorder())

    assert [line["sequence"] for line in world.records("container/1")] == [1]
    (error,) = world.errors
    assert error.startswith("lambda-reuse WARN the state in /tmp is not legible: ")


def test_pages_are_read_before_each_record(world):
    """A process that lives keeps its page; what it counts later is in the next record."""
    own = world.recorder()
    leave(world.folder, os.getpid(), START_MS, 3)
    live(own)
    leave(world.folder, os.getpid(), START_MS, 8)
    end(own)

    assert [line["hits"] for line in world.records("resource/1")] == [3, 5]
    assert len(names(world.folder)) == 1


def test_the_page_of_an_ended_process_goes_once_it_is_counted(world):
    own = world.recorder()
    leave(world.folder, ended_pid(), START_MS, 3)
    end(own)

    assert [line["hits"] for line in world.records("resource/1")] == [3]
    assert names(world.folder) == []


def test_many_pages_of_ended_processes_are_looked_for_before_the_next_record(world):
    """So that /tmp does not fill with them."""
    own = world.recorder()
    live(own)
    pid = ended_pid()
    for number in range(MANY_PAGES):
        leave(world.folder, pid, START_MS + number, 1)
    own._count(own._pages.read)
    while own._pages.has_more:
        own.tick()
    waits = own.wait_ms()
    leave(world.folder, pid, START_MS - 1, 1)
    world.now_ms += MANY_PAGES_MS
    own.tick()

    assert waits == MANY_PAGES_MS
    assert names(world.folder) == []


def test_a_large_batch_is_taken_in_piece_by_piece(world):
    """So that `next` can be asked in between."""
    own = world.recorder()
    own.receive_batch(batch(*LIFE, *[{"type": "platform.x", "record": {}}] * MAX_EVENTS))
    busy = [(own.is_busy, own.is_idle, own.wait_ms())]
    own.tick()
    busy.append((own.is_busy, own.is_idle, own.wait_ms() == 0))

    assert busy == [(True, False, 0), (False, True, False)]
    assert len(world.records("container/1")) == 1


def test_a_batch_that_was_too_large_is_counted(world):
    own = world.recorder()
    own.receive_batch(None)
    end(own)

    assert world.records("container/1")[-1]["dropped"] == 1


def test_lines_wait_for_a_reader(world):
    own = world.recorder()
    world.has_reader = False
    live(own)
    waiting = (own.has_lines, list(world.written))
    world.has_reader = True
    own.tick()

    assert waiting == (True, [])
    assert not own.has_lines
    assert len(world.written) == 2


def test_a_defect_costs_what_it_is_about(world, monkeypatch):
    """Three are logged; each is counted as dropped."""
    own = world.recorder()
    with monkeypatch.context() as broken:
        receive = own._container.receive
        broken.setattr(
            own._container,
            "receive",
            lambda event, ms: 1 / 0 if isinstance(event, Invoke) else receive(event, ms),
        )
        for _ in range(5):
            own.receive_next(NEXT)
    end(own)

    assert len(world.errors) == recorder.MAX_FAILURES_LOGGED
    assert world.errors[0].startswith("lambda-reuse ERROR something is not reported: ZeroDivision")
    assert world.records("container/1")[-1]["dropped"] == 5


def test_wrong_settings_are_a_warning_each(world, monkeypatch):
    monkeypatch.setenv("LAMBDA_REUSE_FLUSH", "hourly")
    world.recorder()

    (error,) = world.errors
    assert error.startswith("lambda-reuse WARN LAMBDA_REUSE_FLUSH is ")


def test_below_the_level_nothing_is_logged(world, monkeypatch):
    monkeypatch.setenv("LAMBDA_REUSE_LOG_LEVEL", "ERROR")
    own = world.recorder()
    own.log("WARN", "unimportant")
    own.log("ERROR", "important")

    assert world.errors == ["lambda-reuse ERROR important"]


def test_in_a_json_log_its_own_lines_are_json(world, monkeypatch):
    monkeypatch.setenv("AWS_LAMBDA_LOG_FORMAT", "JSON")
    world.recorder().log("WARN", 'say "x"')

    (error,) = world.errors
    assert json.loads(error) == {"level": "WARN", "message": 'lambda-reuse WARN say "x"'}


def test_debug_lines_tell_each_event_with_the_states_and_records(world, monkeypatch):
    monkeypatch.setenv("LAMBDA_REUSE_LOG_LEVEL", "DEBUG")
    live(world.recorder())

    lines = [line.removeprefix("lambda-reuse DEBUG ") for line in world.errors]
    assert len(lines) == len(world.errors)
    assert [line for line in lines if line.startswith("event Invoke ")]
    assert "record container/1 1 Invocations=1 ColdStarts=1" in lines


class Native:
    """Stands for the native module: holds one event each time."""

    def __init__(self) -> None:
        self.asked: list[tuple] = []

    def hold(self, files, request, _received, _usual, held, most, *minutes):
        self.asked.append((files, request, most, minutes))
        held.append(object())
        return (0, 5)


def test_events_are_held_only_while_no_record_is_due(world, monkeypatch):
    """What is held is received before whatever comes next."""
    own = world.recorder()
    native = own._native = Native()
    before = own.hold([3, 4], b"next")
    monkeypatch.setattr(type(own._container), "calm_minutes", (7, 8))
    found = own.hold([3, 4], b"next")
    received = []
    monkeypatch.setattr(own, "_receive", lambda events, *_: received.append(len(events)))
    own.receive_next(NEXT)

    assert (before, found) == (None, (0, 5))
    assert native.asked == [([3, 4], b"next", recorder.MAX_HELD, (7, 8))]
    assert received == [1, 1]


def test_no_more_is_held_than_the_caches_have_room_for(world, monkeypatch):
    own = world.recorder()
    own._native = Native()
    monkeypatch.setattr(type(own._container), "calm_minutes", (7, 8))
    received = []
    monkeypatch.setattr(own, "_receive", lambda events, *_: received.append(len(events)))
    for _ in range(recorder.MAX_HELD + 1):
        own.hold([3, 4], b"next")

    assert received == [recorder.MAX_HELD]
