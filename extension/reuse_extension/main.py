"""The extension's life, in order: register, subscribe, then one loop until SHUTDOWN.

Lambda starts the function's runtime only when every extension has registered, so registering comes
first, and whatever can be done after it is done after it, its imports included. Once registered the
process must not end before SHUTDOWN, not even with code 0: Lambda would call it Extension.Crash and
fail the function. So whatever fails in the loop costs what it was about, and the loop goes on; and
when not even the loop can begin, what is left is one of `next` alone.
"""

import os

from . import config, interpreter
from .alarm import sooner
from .lambda_api import BUFFERING_MS, ApiError, LambdaApi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .listener import Listener
    from .recorder import Recorder

MANAGED = "lambda-managed-instances"
TELEMETRY = 200
NO_TELEMETRY = 202
"""The status by which an emulator says that it has no Telemetry API."""
SHUTDOWN_MARGIN_MS = 300
"""Kept of the time that SHUTDOWN grants, for the last record."""
SHUTDOWN_MS = 1000
"""The time taken where SHUTDOWN names no believable deadline: Lambda grants 2 s, of which the
runtime may have used 600 ms before."""
MAX_SHUTDOWN_MS = 5000
MAX_WAIT_MS = BUFFERING_MS + 100
"""How long SHUTDOWN waits for a report: what is not lost has come when the buffering is over."""
MIN_WAIT_MS = 10
"""What has been sent already is there by then."""
OUTPUT_MS = 20
"""Between attempts to write the last lines, while nobody reads them."""
FAILURE_MS = 10
MAX_FAILURE_MS = 400
"""The pause after a failure of the loop itself, longer each time: it must not take a CPU."""


def main() -> int:
    """Live beside the function until SHUTDOWN; the exit code."""
    started_ms = interpreter.now_ms()
    interpreter.ignore_signals()
    poller = interpreter.Poller()
    native = None if config.reads_in_python(interpreter.getenv) else interpreter.reader
    api = LambdaApi(os.getenv("AWS_LAMBDA_RUNTIME_API") or "127.0.0.1:9001", poller, native)
    name = interpreter.executable().rpartition("/")[2]
    is_disabled = config.is_disabled(interpreter.getenv)
    is_managed = os.getenv("AWS_LAMBDA_INITIALIZATION_TYPE") == MANAGED
    events = [] if is_disabled else ["SHUTDOWN"] if is_managed else ["INVOKE", "SHUTDOWN"]
    try:
        function = api.register(name, events)
    except ApiError as error:
        interpreter.write_error("lambda-reuse ERROR " + error.args[0])
        return 1
    loop = Loop(api, poller, native)
    try:
        if not is_disabled:
            loop.begin(function, started_ms)
    except Exception as error:
        interpreter.write_error("lambda-reuse ERROR it goes on without reporting: " + repr(error))
    loop.run()
    return 0


class Loop:
    """What happens in turn. `next` comes before everything else, in small steps: an invocation ends
    for Lambda only when every extension has asked again."""

    def __init__(self, api: "LambdaApi", poller: "interpreter.Poller", native: "Any") -> None:
        self._api = api
        self._native = native
        self._poller = poller
        self._listener: "Listener | None" = None
        self._recorder: "Recorder | None" = None
        self._batches: "list[bytes | None]" = []  # received, and not taken in yet
        self._failures = 0

    def begin(self, function: "dict[str, Any]", started_ms: int) -> None:
        """Everything between registering and the loop, in order."""
        # 1. Hear telemetry. Lambda takes a subscription only before the first `next`.
        status = self._subscribe()

        # 2. Say that this process is ready; the function's init does not wait for the rest.
        self._api.ask_next()

        # 3. Begin the container's account, or go on with the one that an earlier process left.
        from .recorder import Recorder

        self._recorder = Recorder(function, status == TELEMETRY, started_ms, self._native)
        if status not in (TELEMETRY, NO_TELEMETRY):
            self._recorder.log(
                "WARN", "there is no telemetry; the subscription's status is " + str(status)
            )

    def _subscribe(self) -> int:
        """The subscription's status; 0 where there could be none."""
        from .listener import Listener

        try:
            self._listener = Listener(self._poller, self._native)
            return self._api.subscribe(self._listener.port)
        except OSError:
            return 0  # no free port: go on without telemetry

    def run(self) -> None:
        """Listen to both sides until SHUTDOWN; then wait for what is missing; write the rest."""
        end_ticks: "int | None" = None
        while end_ticks is None:
            try:
                end_ticks = self._turn()
            except Exception as error:
                self._failed(error)
        try:
            self._finish(end_ticks)
        except Exception as error:
            self._failed(error)

    def _turn(self) -> "int | None":
        """Wait for something and do it; when to end, in ticks, once SHUTDOWN has come."""
        api = self._api
        ready, size = self._hold()
        if not ready:
            wait_ms = self._wait_ms()
            if not api.is_asked:
                api.ask_next()
                wait_ms = sooner(api.wait_ms(), wait_ms)
            ready = self._poller.wait(wait_ms)
        if api.socket is not None and api.socket in ready:
            ready.remove(api.socket)
            answer = api.receive(size)
            if answer is not None:
                if answer["eventType"] != "SHUTDOWN" and not api.is_asked:
                    api.ask_next()
                event = self._recorder.receive_next(answer) if self._recorder else None
                if answer["eventType"] == "SHUTDOWN":
                    return _end_ticks(getattr(event, "deadline_ms", None))
        self._hear(ready, size)
        return None

    def _hold(self) -> "tuple[list[Any], int | None]":
        """Let events come that nothing is due for; the socket that has said something else.

        And how many bytes were received from it, as `hold` of the recorder returns.
        """
        if self._recorder is None or self._listener is None or self._batches:
            return [], None
        sockets = self._listener.calm_sockets if self._native and self._api.is_calm else []
        if not sockets:
            return [], None
        sockets.insert(0, self._api.socket)
        files = [connection.fileno() for connection in sockets]
        found = self._recorder.hold(files, self._api.next_request)
        return ([], None) if found is None else ([sockets[found[0]]], found[1])

    def _wait_ms(self) -> "int | None":
        """How long until something here is due."""
        if self._batches:
            return 0
        wait_ms = None if self._recorder is None else self._recorder.wait_ms()
        if self._listener is not None and self._listener.is_paused:
            return sooner(self._listener.wait_ms(), wait_ms)
        return wait_ms

    def _hear(self, ready: "list[Any]", size: "int | None" = None) -> None:
        """Receive telemetry, answer it, and take in one batch of what has come."""
        if self._listener is not None:
            for connection in ready:
                self._batches.extend(self._listener.handle(connection, size))
            if self._listener.is_paused:
                self._listener.tick()
        recorder = self._recorder
        if recorder is None:
            self._batches = []
            return
        if self._batches and not recorder.is_busy:
            recorder.receive_batch(self._batches.pop(0))
        recorder.tick()

    def _finish(self, end_ticks: int) -> None:
        recorder = self._recorder
        if recorder is None:
            return
        recorder.begin_end()
        settled_ticks = end_ticks
        if recorder.max_wait_ms is not None:
            settled_ticks = min(end_ticks, interpreter.ticks_ms() + recorder.max_wait_ms)
        while self._batches or not recorder.is_settled:
            ticks = interpreter.ticks_ms()
            is_idle = recorder.is_idle and not self._batches
            if ticks >= end_ticks or (is_idle and ticks >= settled_ticks):
                break
            left_ms = (settled_ticks if ticks < settled_ticks else end_ticks) - ticks
            self._hear(self._poller.wait(sooner(left_ms, self._wait_ms())))
        recorder.finish()
        while recorder.has_lines and interpreter.ticks_ms() < end_ticks:
            interpreter.sleep_ms(OUTPUT_MS)
            recorder.tick()

    def _failed(self, error: Exception) -> None:
        """A defect of ours must not become the function's."""
        if not self._failures:
            interpreter.write_error("lambda-reuse ERROR it goes on after: " + repr(error))
        self._failures += 1
        interpreter.sleep_ms(min(FAILURE_MS * self._failures, MAX_FAILURE_MS))


def _end_ticks(deadline_ms: "int | None") -> int:
    """When to stop waiting for a SHUTDOWN with this deadline, epoch milliseconds.

    By the clock that nobody sets: it does not stand still now, since nothing is frozen any more.
    Where the deadline has passed a moment ago, this process may be killed at any time.
    """
    left_ms = (deadline_ms or 0) - interpreter.now_ms()
    if not -MAX_SHUTDOWN_MS <= left_ms <= MAX_SHUTDOWN_MS:
        left_ms = SHUTDOWN_MS
    wait_ms = min(MAX_WAIT_MS, max(left_ms - SHUTDOWN_MARGIN_MS, left_ms // 4, MIN_WAIT_MS))
    return interpreter.ticks_ms() + wait_ms
