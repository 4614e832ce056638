"""The loop by itself: the order of its steps, and what it does when something fails."""

import pytest
from reuse_extension import interpreter, main
from reuse_extension.core.events import parse_next
from reuse_extension.lambda_api import ApiError

SHUTDOWN = {"eventType": "SHUTDOWN", "shutdownReason": "spindown", "deadlineMs": 0}
INVOKE = {"eventType": "INVOKE", "requestId": "one", "deadlineMs": 0}


class Waits:
    """Stands for the poller; each wait lasts until its end."""

    def __init__(self, clock: list[int]) -> None:
        self.clock = clock

    def wait(self, milliseconds: int | None) -> list:
        self.clock[0] += milliseconds or 0
        return []


class Scripted:
    """Stands for poller, API, listener and recorder, which do nothing but note it.

    `events`: what `next` brings, in order; a text is a batch of telemetry.
    """

    is_busy = False
    is_settled = True
    is_idle = True
    is_paused = False
    has_lines = False
    max_wait_ms = None
    calm_sockets = ()
    is_calm = False

    def __init__(self, events: list) -> None:
        self.events = events
        self.done: list[str] = []
        self.socket = "api"
        self.is_asked = False

    def wait(self, _milliseconds: int | None) -> list:
        is_batch = self.events and isinstance(self.events[0], str)
        return [] if not self.events else ["telemetry" if is_batch else "api"]

    def wait_ms(self) -> None:
        return None

    def ask_next(self) -> None:
        self.done.append("next")
        self.is_asked = True

    def receive(self, _size: int | None) -> dict:
        self.is_asked = False
        return self.events.pop(0)

    def handle(self, _connection: str, _size: int | None) -> list:
        return [self.events.pop(0).encode()]

    def receive_next(self, answer: dict) -> object:
        self.done.append(answer["eventType"])
        return parse_next(answer, 0)

    def receive_batch(self, body: bytes) -> None:
        self.done.append(body.decode())

    def tick(self) -> None:
        pass

    def begin_end(self) -> None:
        self.done.append("begin_end")

    def finish(self) -> None:
        self.done.append("finish")


def scripted(*events: object) -> tuple[main.Loop, Scripted]:
    """A loop whose four neighbours are one script."""
    script = Scripted(list(events))
    loop = main.Loop(script, script, None)
    loop._listener = loop._recorder = script
    return loop, script


def test_next_is_asked_before_an_event_is_taken_in():
    """An invocation ends for Lambda only when it was asked again."""
    loop, script = scripted(INVOKE, "batch", SHUTDOWN)
    loop.run()

    assert script.done == ["next", "next", "INVOKE", "batch", "SHUTDOWN", "begin_end", "finish"]


def test_without_a_recorder_the_loop_lives_on():
    """What is left where the beginning failed: `next` alone, and telemetry that is received."""
    loop, script = scripted(INVOKE, "batch", SHUTDOWN)
    loop._recorder = None
    loop.run()

    assert script.done == ["next", "next"]
    assert loop._batches == []


def test_a_batch_that_comes_while_one_is_taken_in_waits():
    loop, script = scripted()
    script.is_busy = True
    loop._batches = [b"one", b"two"]
    loop._hear([])
    script.is_busy = False
    loop._hear([])
    first = list(script.done)
    loop._hear([])

    assert (first, script.done) == (["one"], ["one", "two"])


class Unsettled:
    """A recorder for which something is missing for ever."""

    is_settled = False
    is_idle = True
    is_busy = False
    has_lines = False
    max_wait_ms: int | None = None

    def __init__(self) -> None:
        self.finished = self.ticked = 0

    def wait_ms(self) -> None:
        return None

    def begin_end(self) -> None:
        pass

    def tick(self) -> None:
        self.ticked += 1

    def finish(self) -> None:
        self.finished += 1


@pytest.fixture
def clock(monkeypatch):
    """Ticks from 0, in a list."""
    ticks = [0]
    monkeypatch.setattr(interpreter, "ticks_ms", lambda: ticks[0])
    return ticks


@pytest.mark.parametrize("step_ms", [0, -3_600_000, 3_600_000])
def test_a_clock_that_is_set_does_not_move_the_last_record(monkeypatch, clock, step_ms):
    """By more than SHUTDOWN grants, either way: the wait is measured by another clock."""
    wall = [1_000_000]
    monkeypatch.setattr(interpreter, "now_ms", lambda: wall[0])
    loop = main.Loop(None, Waits(clock), None)
    loop._recorder = recorder = Unsettled()
    end_ticks = main._end_ticks(wall[0] + 2000)
    wall[0] += step_ms

    loop._finish(end_ticks)

    assert recorder.finished == 1
    assert clock[0] == end_ticks == main.MAX_WAIT_MS


def test_it_waits_no_longer_than_the_recorder_may_need(clock):
    loop = main.Loop(None, Waits(clock), None)
    loop._recorder = recorder = Unsettled()
    recorder.max_wait_ms = 70
    loop._finish(1000)

    assert (recorder.finished, clock[0]) == (1, 70)


def test_last_lines_that_nobody_reads_are_tried_until_the_end(monkeypatch, clock):
    def sleep(milliseconds):
        clock[0] += milliseconds

    monkeypatch.setattr(interpreter, "sleep_ms", sleep)
    loop = main.Loop(None, Waits(clock), None)
    loop._recorder = recorder = Unsettled()
    recorder.is_settled = recorder.has_lines = True
    loop._finish(100)

    assert recorder.ticked == 100 / main.OUTPUT_MS


@pytest.mark.parametrize(
    ("left_ms", "expected"),
    [
        (2000, 1100),
        (1000, 700),
        (400, 100),
        (200, 50),
        (20, 10),
        (0, 10),
        (-1500, 10),
        (-3_600_000, 700),
        (3_600_000, 700),
    ],
)
def test_the_wait_at_the_end_leaves_time_for_the_last_record(monkeypatch, clock, left_ms, expected):
    """Of the time that SHUTDOWN grants; a second where its deadline is not believable."""
    monkeypatch.setattr(interpreter, "now_ms", lambda: 1_000_000)

    assert main._end_ticks(1_000_000 + left_ms) == expected


def test_a_failing_loop_pauses_and_goes_on(monkeypatch):
    """Whatever fails outside of the recorder's own net; until SHUTDOWN comes."""
    pauses = []
    monkeypatch.setattr(interpreter, "sleep_ms", pauses.append)
    monkeypatch.setattr(interpreter, "write_error", pauses.append)
    loop = main.Loop(None, None, None)
    turns = iter([ValueError(), MemoryError(), OSError(), 0])

    def turn() -> int:
        result = next(turns)
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(loop, "_turn", turn)
    loop.run()

    assert [pause for pause in pauses if isinstance(pause, int)] == [10, 20, 30]
    assert len([line for line in pauses if isinstance(line, str)]) == 1


class Registering:
    """Stands for the API while the process begins; `refusal`: what registering raises."""

    refusal: Exception | None = None
    made: "list[Registering]" = []

    def __init__(self, address: str, *_: object) -> None:
        self.address = address
        self.made.append(self)

    def register(self, name: str, events: list[str]) -> dict:
        self.registered = (name, events)
        if self.refusal:
            raise self.refusal
        return {"functionName": "orders"}


@pytest.fixture
def begun(monkeypatch):
    """Registers with `Registering`; notes what else `main` does."""
    noted: list[object] = []
    monkeypatch.setattr(main, "LambdaApi", Registering)
    monkeypatch.setattr(Registering, "made", [])
    monkeypatch.setattr(interpreter, "ignore_signals", lambda: noted.append("signals"))
    monkeypatch.setattr(interpreter, "write_error", noted.append)
    monkeypatch.setattr(interpreter, "executable", lambda: "/opt/extensions/lambda-reuse")
    monkeypatch.setattr(main.Loop, "begin", lambda _loop, function, _ms: noted.append(function))
    monkeypatch.setattr(main.Loop, "run", lambda _: noted.append("run"))
    for name in ("LAMBDA_REUSE_DISABLED", "AWS_LAMBDA_INITIALIZATION_TYPE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:4711")
    return noted


def test_it_registers_before_it_begins(begun):
    assert main.main() == 0

    (api,) = Registering.made
    assert api.address == "127.0.0.1:4711"
    assert api.registered == ("lambda-reuse", ["INVOKE", "SHUTDOWN"])
    assert begun == ["signals", {"functionName": "orders"}, "run"]


@pytest.mark.parametrize(
    ("name", "value", "events", "done"),
    [
        ("AWS_LAMBDA_INITIALIZATION_TYPE", main.MANAGED, ["SHUTDOWN"], 3),
        ("LAMBDA_REUSE_DISABLED", "1", [], 2),
    ],
)
def test_where_it_may_not_or_shall_not_hear_of_invocations(
    begun, monkeypatch, name, value, events, done
):
    """On managed instances INVOKE is refused; switched off it only waits."""
    monkeypatch.setenv(name, value)

    assert main.main() == 0
    assert Registering.made[0].registered[1] == events
    assert len(begun) == done


def test_a_refusal_ends_the_process_with_its_reason(begun, monkeypatch):
    """Before the function was registered with, ending is allowed."""
    monkeypatch.setattr(Registering, "refusal", ApiError("refused: 403"))

    assert main.main() == 1
    assert begun == ["signals", "lambda-reuse ERROR refused: 403"]


def test_a_failing_beginning_leaves_the_loop(begun, monkeypatch):
    """Ending now would fail the function."""

    def begin(loop, function, started_ms):
        raise MemoryError

    monkeypatch.setattr(main.Loop, "begin", begin)

    assert main.main() == 0
    assert [str(line)[:45] for line in begun[1:]] == [
        "lambda-reuse ERROR it goes on without reporti",
        "run",
    ]
