"""The extension's life, in order: register, subscribe, then one loop until SHUTDOWN.

Lambda starts the function's runtime only when every extension has registered, so registering comes
first, and whatever can be done after it is done after it, its imports included. Once registered the
process must not end before SHUTDOWN, not even with code 0: Lambda would call it Extension.Crash and
fail the function. `run` is therefore called inside one safety net, and what is left when it breaks
is a bare loop of `next`.
"""

import os

from . import config, interpreter
from .lambda_api import ApiError, LambdaApi

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
MOST_SHUTDOWN_MS = 5000


def main() -> int:
    """Live beside the function until SHUTDOWN; the exit code."""
    poller = interpreter.Poller()
    api = LambdaApi(os.getenv("AWS_LAMBDA_RUNTIME_API") or "127.0.0.1:9001", poller)
    name = interpreter.executable().rpartition("/")[2]
    is_disabled = config.is_disabled(os.getenv)
    is_managed = os.getenv("AWS_LAMBDA_INITIALIZATION_TYPE") == MANAGED
    events = [] if is_disabled else ["SHUTDOWN"] if is_managed else ["INVOKE", "SHUTDOWN"]
    try:
        function = api.register(name, events)
    except ApiError as error:
        interpreter.write_error("lambda-reuse ERROR " + error.args[0])
        return 1
    try:
        if not is_disabled:
            _run(api, poller, function)
            return 0
    except Exception as error:
        # The safety net: a defect of ours must not become the function's.
        interpreter.write_error("lambda-reuse ERROR it goes on without telling: " + repr(error))
    _idle(api, poller)
    return 0


def _run(api: "LambdaApi", poller: "interpreter.Poller", function: "dict[str, Any]") -> None:
    """Everything after registering, in order."""
    from .listener import Listener

    # 1. Hear telemetry. Lambda takes a subscription only before the first `next`.
    listener, status = None, 0
    try:
        listener = Listener(poller)
        status = api.subscribe(listener.port)
    except OSError:
        pass  # no free port: go on without telemetry

    # 2. Say that this process is ready; the function's init does not wait for the rest.
    api.ask_next()

    # 3. Begin the container's account, or go on with the one that an earlier process left.
    from .recorder import Recorder

    recorder = Recorder(function, status == TELEMETRY)
    if status not in (TELEMETRY, NO_TELEMETRY):
        recorder.log("WARN", "there is no telemetry; the subscription's status is " + str(status))

    # 4. Listen to both sides until SHUTDOWN.
    deadline_ms = _serve(api, poller, listener, recorder)

    # 5. Wait for what is still to be told, and tell the rest.
    while not recorder.is_settled and interpreter.now_ms() < deadline_ms:
        ready = poller.wait(deadline_ms - interpreter.now_ms())
        _hear(ready, listener, recorder)
    recorder.finish()


def _serve(
    api: "LambdaApi",
    poller: "interpreter.Poller",
    listener: "Listener | None",
    recorder: "Recorder",
) -> int:
    """The loop of a container's life; the time by which the last record must be out."""
    while True:
        api.ask_next()
        ready = poller.wait(_shorter(api.wait_ms(), recorder.wait_ms()))
        if api.socket is not None and api.socket in ready:
            ready.remove(api.socket)
            answer = api.receive()
            if answer is not None and answer["eventType"] == "SHUTDOWN":
                return _deadline(recorder.receive_next(answer).deadline_ms)
            if answer is not None:
                # Asked at once, before anything is done about the answer: an invocation ends for
                # Lambda only when every extension has asked again.
                api.ask_next()
                recorder.receive_next(answer)
        _hear(ready, listener, recorder)
        recorder.tick()


def _hear(ready: "list[Any]", listener: "Listener | None", recorder: "Recorder") -> None:
    """Take in what telemetry has arrived."""
    if listener is not None:
        for connection in ready:
            for body in listener.handle(connection):
                recorder.receive_batch(body)


def _idle(api: "LambdaApi", poller: "interpreter.Poller") -> None:
    """Nothing but `next`, until SHUTDOWN."""
    while True:
        api.ask_next()
        if api.socket in poller.wait(api.wait_ms()):
            answer = api.receive()
            if answer is not None and answer["eventType"] == "SHUTDOWN":
                return


def _shorter(one: "int | None", other: "int | None") -> "int | None":
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _deadline(given_ms: "int | None") -> int:
    """When to stop waiting, by the wall clock, for a SHUTDOWN with this deadline."""
    now_ms = interpreter.now_ms()
    left_ms = (given_ms or 0) - now_ms
    if not 0 < left_ms <= MOST_SHUTDOWN_MS:
        left_ms = SHUTDOWN_MS
    return now_ms + max(left_ms - SHUTDOWN_MARGIN_MS, left_ms // 4)
