"""Runs a function in the sandbox: sends it its events and tells the result of each."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from reuse_sandbox import InvokeResult, Sandbox, SandboxError

from reuse_cli.errors import CliError, ConfigurationError
from reuse_cli.local.traffic import Arrival, Traffic

NOT_THERE = (
    "Runtime.ImportModuleError",
    "Runtime.HandlerNotFound",
    "Runtime.MalformedHandlerName",
    "Runtime.InvalidEntrypoint",
)
"""Errors of an init that found no function to run."""

Tell = Callable[[InvokeResult], None]


class Outcome:
    """How the invocations of a run ended: counts by the message of their error."""

    def __init__(self) -> None:
        self.invocations = 0
        self.errors: Counter[str] = Counter()

    def add(self, result: InvokeResult) -> None:
        """Count one."""
        self.invocations += 1
        if result.function_error:
            self.errors[error_message(result)] += 1

    @property
    def has_failed(self) -> bool:
        """Whether not one invocation succeeded."""
        return self.invocations > 0 and self.errors.total() == self.invocations

    def __str__(self) -> str:
        """A sentence about the errors."""
        (message, _), *others = self.errors.most_common()
        more = f" (and {len(others)} other errors)" if others else ""
        return f"{self.errors.total()} of {self.invocations} invocations failed: {message}{more}"


async def drive(sandbox: Sandbox, traffic: Traffic, tell: Tell) -> Outcome:
    """Send every event at its time, or, where it has none, when a worker is free.

    Raises CliError when the first invocation shows that the function cannot be initialised: the
    others would tell the same.
    """
    outcome = Outcome()
    try:
        await _send_all(sandbox, traffic, tell, outcome)
    except* (CliError, SandboxError) as group:
        failure = _first(group)
    else:
        return outcome
    raise failure


async def _send_all(sandbox: Sandbox, traffic: Traffic, tell: Tell, outcome: Outcome) -> None:
    loop = asyncio.get_running_loop()
    free, started = asyncio.Semaphore(traffic.workers), loop.time()

    async def send(arrival: Arrival) -> None:
        result = await sandbox.invoke(arrival.payload, tenant=arrival.tenant, wait=True)
        outcome.add(result)
        tell(result)
        if outcome.invocations == 1 and result.function_error:
            _check_init(result)

    async def send_in_turn(arrival: Arrival) -> None:
        try:
            await send(arrival)
        finally:
            free.release()

    async with asyncio.TaskGroup() as tasks:
        for arrival in traffic.arrivals:
            if arrival.at_s is None:
                await free.acquire()
                if loop.time() - started >= traffic.duration_s:
                    break
                tasks.create_task(send_in_turn(arrival))
            elif arrival.at_s >= traffic.duration_s:
                break
            else:
                await asyncio.sleep(started + arrival.at_s - loop.time())
                tasks.create_task(send(arrival))


def _check_init(result: InvokeResult) -> None:
    """Raises CliError when it was the init that failed: it was then repeated, and failed again."""
    error = _decoded(result.payload)
    if not isinstance(error, dict):
        return
    kind, sentence = error.get("errorType"), f"the function cannot start: {error_message(result)}"
    if kind in NOT_THERE:
        raise ConfigurationError(sentence)
    if kind == "Extension.LaunchError" or error.get("requestId") == "":
        raise CliError(sentence)  # an error outside an init names its request


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error itself in a group of groups."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def line(result: InvokeResult) -> str:
    """One invocation as one line of JSON."""
    return json.dumps(
        {
            "request_id": result.request_id,
            "container_id": result.container_id,
            "status": result.status,
            "function_error": result.function_error,
            "duration_ms": round(result.duration_ms, 3),
            "cold": result.cold,
            "response": _decoded(result.payload),
        }
    )


def error_message(result: InvokeResult) -> str:
    """What the function's error says, in one line."""
    error = _decoded(result.payload)
    if not isinstance(error, dict):
        return str(error)
    words = [error.get("errorType"), error.get("errorMessage")]
    return ": ".join(str(word) for word in words if word).replace("\n", " ")


def _decoded(payload: bytes) -> Any:
    """The JSON value of a response; its text where it is none."""
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode(errors="replace")
