"""A sandbox for tests that are no coroutines: it lives in a thread of its own.

The fixture `lambda_sandbox` (in `reuse_sandbox.pytest_plugin`) opens them and ends them.
"""

import asyncio
import json
import shutil
import threading
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from reuse_sandbox.clock import MockClock
from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.event_loop import run
from reuse_sandbox.logs import stream_name
from reuse_sandbox.results import InvokeResult
from reuse_sandbox.sandbox import Sandbox

Result = TypeVar("Result")

EMPTY: dict[str, object] = {}
FUNCTION_SETTINGS = frozenset(field.name for field in fields(FunctionConfig))


class RunningSandbox:
    """A sandbox that runs from `with` to its end, or until `end` is called.

    `folder` takes the logs and the layer that is put together. `extensions` are executables that
    are started beside the function under their file names, besides what lies in `layer`. Of the
    settings those that `FunctionConfig` knows are the function's, the others the sandbox's own.
    """

    def __init__(
        self,
        folder: Path,
        function: Path,
        handler: str,
        *,
        extensions: Sequence[Path] = (),
        layer: Path | None = None,
        **settings: Any,
    ) -> None:
        own = {name: settings.pop(name) for name in set(settings) - FUNCTION_SETTINGS}
        config = FunctionConfig(Path(function), handler, **settings)
        self._data = folder / "data"
        opt = _layer(folder / "opt", layer, extensions) if extensions else layer
        self._sandbox = Sandbox(config, layer=opt, data=self._data, **own)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None
        self._opened = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._live, name="lambda-sandbox", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._opened.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end()

    @property
    def url(self) -> str:
        """The Invoke API's address: `endpoint_url` for boto3."""
        return self._sandbox.invoke_url

    def invoke(self, event: object = EMPTY, **options: Any) -> InvokeResult:
        """Invoke the function with a JSON value, {} by default; options as of `Sandbox.invoke`.

        Returns when the container can take the next invocation. An error of the function is a
        result.
        """
        return self._call(self._sandbox.invoke(json.dumps(event).encode(), **options))

    def invoke_all(self, events: Iterable[object], **options: Any) -> list[InvokeResult]:
        """Invoke the function with all events at once, each as soon as a container is free."""

        async def invoke_all() -> list[InvokeResult]:
            payloads = [json.dumps(event).encode() for event in events]
            calls = [self._sandbox.invoke(body, wait=True, **options) for body in payloads]
            return await asyncio.gather(*calls)

        return self._call(invoke_all())

    def jump(self, seconds: float) -> None:
        """Let so many seconds pass at once, for a sandbox with `clock=MockClock()`.

        Idle containers end, pauses are over, timeouts are reached; raises TypeError where the
        sandbox has another clock.
        """

        async def jump() -> None:
            clock = self._sandbox.clock
            if not isinstance(clock, MockClock):
                raise TypeError("only a sandbox with clock=MockClock() can jump")
            clock.jump(seconds)

        self._call(jump())

    def logs(self) -> dict[str, list[str]]:
        """Container id -> the messages in its log so far; whole after `end`."""
        found = {}
        for path in sorted(self._sandbox.log_folder.glob("*.jsonl")):
            lines = path.read_text().rpartition("\n")[0].splitlines()
            found[str(stream_name(path.name))] = [json.loads(line)["message"] for line in lines]
        return found

    def end(self) -> None:
        """End all containers as Lambda does; may be called again."""
        if self._loop is not None and self._over is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure

    def _call(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        if self._loop is None or not self._thread.is_alive():
            coroutine.close()
            raise RuntimeError("the sandbox is not running")
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def _live(self) -> None:
        try:
            run(self._run())
        except BaseException as error:
            self._failure = error
        finally:
            self._opened.set()

    async def _run(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        async with self._sandbox:
            self._opened.set()
            await self._over.wait()


def _layer(folder: Path, layer: Path | None, extensions: Sequence[Path]) -> Path:
    """A layer folder with the extensions, and what another layer has."""
    if layer is not None:
        shutil.copytree(layer, folder)
    (folder / "extensions").mkdir(parents=True, exist_ok=True)
    for extension in extensions:
        copy = folder / "extensions" / Path(extension).name
        shutil.copy(extension, copy)
        copy.chmod(0o755)
    return folder
