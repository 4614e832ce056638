"""Three platforms behind one face: the sandbox, and AWS's emulator in both of its modes."""

import asyncio
import contextlib
import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from reuse_sandbox import FunctionConfig, Sandbox

from tests.conftest import MS
from tests.emulator import emulator

SANDBOX = "sandbox"
STANDARD = "emulator, standard"
MANAGED = "emulator, managed instances"
PLATFORMS = [SANDBOX, STANDARD, MANAGED]

PATIENCE_S = 20_000 * MS
PATH = "/2015-03-31/functions/{}/invocations"


@dataclass
class Answer:
    """What an invocation was answered with."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def value(self) -> object:
        return json.loads(self.body)


@dataclass
class Platform:
    """A running platform with one function, which is called `function`, and one container.

    `records` is a folder that function and extensions know by the variable RECORDS; `lines` gives
    what was logged.
    """

    name: str
    port: int
    records: Path
    end: Callable[[], None]
    lines: Callable[[], list[str]]

    def invoke(self, event: object, function: str = "function", **headers: str) -> Answer:
        """Invoke; again where a managed instance has not got its next process ready yet."""
        until = time.monotonic() + PATIENCE_S
        while True:
            answer = self._invoke(event, function, **headers)
            if b'"Runtime.Unavailable"' not in answer.body or time.monotonic() > until:
                return answer
            time.sleep(5 * MS)

    def _invoke(self, event: object, function: str, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        with contextlib.closing(connection):
            sent = {"Content-Type": "application/json", **headers}
            connection.request("POST", PATH.format(function), json.dumps(event), sent)
            response = connection.getresponse()
            return Answer(response.status, dict(response.headers), response.read())

    def recorded(self, name: str) -> list[dict]:
        """What the extension or function of this name recorded."""
        path = self.records / f"{name}.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()]


@contextlib.contextmanager
def platform(name: str, function: Path, layer: Path, folder: Path) -> Iterator[Platform]:
    """The platform of this name with a function's folder and a layer's; `folder` is a free one."""
    opened = _sandbox if name == SANDBOX else _emulator
    with opened(name, function, layer, folder) as running:
        yield running


@contextlib.contextmanager
def _emulator(name: str, function: Path, layer: Path, folder: Path) -> Iterator[Platform]:
    processes = 2 if name == MANAGED else 0
    with emulator(function, layer, folder, processes, RECORDS="/tmp") as running:
        yield Platform(
            name,
            running.port,
            folder / "tmp",
            running.end,
            lambda: running.written.read_text(errors="replace").splitlines(),
        )


@contextlib.contextmanager
def _sandbox(name: str, function: Path, layer: Path, folder: Path) -> Iterator[Platform]:
    records = folder / "records"
    records.mkdir()
    config = FunctionConfig(
        function,
        handler="app.handler",
        name="function",
        timeout_s=10,
        environment={"RECORDS": str(records)},
    )
    sandbox = Sandbox(config, layer=layer, data=folder / "data", concurrency=1)
    thread = _Thread()
    try:
        thread.run(sandbox.__aenter__())

        def lines() -> list[str]:
            (path,) = sandbox.log_folder.glob("*.jsonl")
            return [json.loads(line)["message"] for line in path.read_text().splitlines()]

        def end() -> None:
            thread.run(sandbox.__aexit__(None, None, None))

        yield Platform(name, urlsplit(sandbox.invoke_url).port, records, end, lines)
    finally:
        thread.run(sandbox.__aexit__(None, None, None))
        thread.close()


class _Thread:
    """An event loop in a thread, so that its platform can be spoken to as from outside."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()

    def run(self, work: object) -> object:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE_S)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
