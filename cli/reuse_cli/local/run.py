"""Sends a function in the sandbox its events, and gathers how the invocations end."""

import asyncio
from collections import Counter
from collections.abc import Callable

from reuse_sandbox import InvokeResult, Sandbox

from reuse_cli.errors import CliError, ConfigurationError, FunctionError
from reuse_cli.local.answers import error_message
from reuse_cli.local.events import Event
from reuse_cli.local.traffic import Traffic

NOT_THERE = (
    "Runtime.ImportModuleError",
    "Runtime.HandlerNotFound",
    "Runtime.MalformedHandlerName",
    "Runtime.InvalidEntrypoint",
)
"""Errors of an init that found no function to run."""
PACKAGES = (
    " (the function has the standard library, boto3 and what lies in its folder and its layers:"
    " pip install --target its folder, sam build, or --layer bring packages)"
)
HINTS = {
    "No module named": PACKAGES,
    "attempted relative import": (
        " (the file belongs to a package: name the folder above the package, as in"
        " FOLDER:PACKAGE.MODULE.FUNCTION)"
    ),
}
"""Part of an ImportModuleError's message -> what to do about it."""
EXITED = "Runtime.ExitError"
LOGS = " (lambda-reuse local logs shows what it printed)"

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
        """Whether one of the invocations failed."""
        return bool(self.errors)

    def __str__(self) -> str:
        """A sentence about the errors."""
        (message, _), *others = self.errors.most_common()
        failed = f"{self.errors.total()} of {_counted(self.invocations, 'invocation')} failed"
        more = f" (and {_counted(len(others), 'other error')})" if others else ""
        return f"{failed}: {message}{more}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


async def drive(sandbox: Sandbox, traffic: Traffic, tell: Tell) -> Outcome:
    """Send every event at its time, or, where it has none, when a worker is free.

    Raises CliError when the first invocation shows that the function cannot be initialized: the
    others would fail in the same way. What `tell` raises ends the run.
    """
    outcome = Outcome()
    try:
        await _send_all(sandbox, traffic, tell, outcome)
    except BaseExceptionGroup as group:
        raise _first(group) from None
    return outcome


async def _send_all(sandbox: Sandbox, traffic: Traffic, tell: Tell, outcome: Outcome) -> None:
    loop = asyncio.get_running_loop()
    free, started = asyncio.Semaphore(traffic.workers), loop.time()

    async def send(event: Event) -> None:
        result = await sandbox.invoke(event.payload, tenant=event.tenant, wait=True)
        outcome.add(result)
        if result.init_failed:
            raise cannot_start(error_message(result))
        tell(result)

    async def send_in_turn(event: Event) -> None:
        try:
            await send(event)
        finally:
            free.release()

    async with asyncio.TaskGroup() as tasks:
        for event in traffic.events:
            if event.at_s is None:
                await free.acquire()
                if loop.time() - started >= traffic.duration_s:
                    break
                tasks.create_task(send_in_turn(event))
            elif event.at_s >= traffic.duration_s:
                break
            else:
                await asyncio.sleep(started + event.at_s - loop.time())
                tasks.create_task(send(event))


def cannot_start(message: str) -> CliError:
    """What to say of a function whose init failed, and failed again when it was repeated."""
    missing = (hint for part, hint in HINTS.items() if part in message)
    hint = next(missing, "") if NOT_THERE[0] in message else LOGS if EXITED in message else ""
    is_there = not any(kind in message for kind in NOT_THERE)
    kind = FunctionError if is_there else ConfigurationError
    return kind(f"the function cannot start: {message}{hint}")


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error itself in a group of groups."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
