"""Runs a function in the sandbox: sends it its events and tells the result of each."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from reuse_sandbox import InvokeResult, Sandbox

from reuse_cli.local.traffic import Arrival

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


async def drive(sandbox: Sandbox, arrivals: Iterable[Arrival], workers: int, tell: Tell) -> Outcome:
    """Send every event at its time, or, where it has none, when one of `workers` is free."""
    outcome = Outcome()
    free = asyncio.Semaphore(workers)
    started = asyncio.get_running_loop().time()

    async def send(arrival: Arrival) -> None:
        result = await sandbox.invoke(arrival.payload, wait=True)
        outcome.add(result)
        tell(result)

    async def send_in_turn(arrival: Arrival) -> None:
        try:
            await send(arrival)
        finally:
            free.release()

    async with asyncio.TaskGroup() as tasks:
        for arrival in arrivals:
            if arrival.at_s is None:
                await free.acquire()
                tasks.create_task(send_in_turn(arrival))
            else:
                await asyncio.sleep(started + arrival.at_s - asyncio.get_running_loop().time())
                tasks.create_task(send(arrival))
    return outcome


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
