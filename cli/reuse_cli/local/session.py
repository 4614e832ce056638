"""A sandbox as the command line asks for it: prepared, used once, and what is left afterwards."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from reuse_cli.errors import CliError, UsageError
from reuse_cli.local.layers import lay_out
from reuse_cli.local.local_run import LocalRun
from reuse_cli.local.run import cannot_start
from reuse_cli.local.settings import Interpreter, configure, describe, require_sandbox
from reuse_cli.sources.runs import DATA, new_run, remove_if_empty

if TYPE_CHECKING:
    from reuse_sandbox import FunctionConfig, InvokeResult, Sandbox

Result = TypeVar("Result")
Warn = Callable[[str], None]
Use = Callable[["Sandbox"], Coroutine[None, None, Result]]


class Terminated(CliError):  # noqa: N818 - it is no error
    """SIGTERM has ended the run, in order."""

    exit_code = 143


class Session:
    """One run of the sandbox; `data` is where its records are, None before it has begun.

    `warn` is given sentences about what is not as on Lambda, or not as the user may think.
    """

    def __init__(self, run: LocalRun, warn: Warn) -> None:
        self.data: Path | None = None
        self._run = run
        self._warn = warn
        self._sandbox = require_sandbox()

    def use(
        self,
        use: "Use[Result]",
        *,
        port: int = 0,
        answered: "Callable[[InvokeResult], None] | None" = None,
    ) -> Result:
        """Open the sandbox, use it, end it; what `use` gave.

        `answered` is given the result of each invocation through the Invoke API. Raises CliError,
        KeyboardInterrupt after Ctrl-C, and Terminated after SIGTERM, each when the containers have
        ended.
        """
        from reuse_sandbox import run

        with self.ready(port=port, answered=answered) as opened:
            return run(self._live(opened, use))

    @contextmanager
    def ready(
        self, *, port: int = 0, answered: "Callable[[InvokeResult], None] | None" = None
    ) -> "Iterator[Callable[[], Sandbox]]":
        """What makes the sandbox; its failures are sentences, and nothing of it is left behind.

        Raises as `use` does.
        """
        sandbox = self._sandbox
        with closing(sandbox.TemporaryFolder()) as folder:
            opened = self._prepare(folder.path, port, answered)
            try:
                yield opened
            except asyncio.CancelledError:
                raise Terminated("ended by SIGTERM") from None
            except sandbox.InitFailed as error:
                raise cannot_start(str(error)) from error
            except (sandbox.ConfigError, sandbox.BadRequest) as error:
                raise UsageError(str(error)) from error
            except sandbox.SandboxError as error:
                raise CliError(str(error)) from error
            finally:
                self._remove_if_empty()

    def _prepare(
        self, folder: Path, port: int, answered: "Callable[[InvokeResult], None] | None"
    ) -> "Callable[[], Sandbox]":
        run = self._run
        interpreter = Interpreter.of(run.python)
        function = describe(run, interpreter)
        made = configure(run, function, interpreter, folder / "task")
        self._tell(made, function.warnings)
        layer = lay_out(run, function.layers, folder / "opt", self._warn)
        self.data = run.data or _new_run(made.name)
        return lambda: self._sandbox.Sandbox(
            made,
            layer=layer,
            data=self.data,
            concurrency=run.concurrency,
            keep_alive_s=run.keep_alive_s,
            freeze=run.freezes,
            isolate=run.is_limited,
            port=port,
            answered=answered,
            is_prompt=run.is_served,
            **run.mode.sandbox,
        )

    async def _live(self, opened: "Callable[[], Sandbox]", use: "Use[Result]") -> Result:
        end_in_order()
        async with opened() as sandbox:
            await asyncio.sleep(self._run.mode.lead_s)
            return await use(sandbox)

    def _tell(self, made: "FunctionConfig", warnings: list[str]) -> None:
        for warning in warnings:
            self._warn(f"{made.name}: {warning}")
        if not self._run.is_limited:
            how = (
                "" if self._run.memory_mb or self._run.template else f" (--memory {made.memory_mb}"
            )
            how += " does)" if how else ""
            self._warn(f"{made.name}: the memory size of {made.memory_mb} MB is not enforced{how}")
            return
        lacking = [step for step in self._sandbox.isolation() if step.step == "memory limit"]
        if not all(step.available for step in lacking):
            self._warn(
                f"{made.name}: the memory size of {made.memory_mb} MB is not enforced:"
                f" {lacking[0].how}"
            )

    def _remove_if_empty(self) -> None:
        if self.data is None or self._run.data is not None:
            return
        remove_if_empty(self.data)
        if not self.data.exists():
            self.data = None


def end_in_order() -> None:
    """SIGTERM cancels the task that calls this."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def _new_run(function: str) -> Path:
    try:
        return new_run(Path(DATA), function)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CliError(f"the records cannot be written to {DATA}: {reason}") from error
