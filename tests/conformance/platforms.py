"""Four platforms behind one face: the sandbox and AWS's emulator, each in two modes."""

import contextlib
import http.client
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from reuse_sandbox.testing import RunningSandbox

from tests.conftest import MS
from tests.emulator import emulator

SANDBOX = "sandbox, on demand"
SANDBOX_MANAGED = "sandbox, managed instances"
STANDARD = "emulator, standard"
MANAGED = "emulator, managed instances"
PLATFORMS = [SANDBOX, SANDBOX_MANAGED, STANDARD, MANAGED]

PROCESSES = 2  # of the function, on managed instances

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
    opened = _sandbox if name.startswith("sandbox") else _emulator
    with opened(name, function, layer, folder) as running:
        yield running


@contextlib.contextmanager
def _emulator(name: str, function: Path, layer: Path, folder: Path) -> Iterator[Platform]:
    processes = PROCESSES if is_managed(name) else 0
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
    managed = {
        "init_type": "lambda-managed-instances",
        "max_concurrency": PROCESSES,
        "log_format": "JSON",
    }
    settings = {
        "name": "function",
        "timeout_s": 10,
        "environment": {"RECORDS": str(records)},
        "layer": layer,
        "concurrency": 1,
        **(managed if is_managed(name) else {}),
    }
    with RunningSandbox(folder, function, "app.handler", **settings) as sandbox:

        def lines() -> list[str]:
            (messages,) = sandbox.logs().values()
            return messages

        yield Platform(name, urlsplit(sandbox.url).port, records, sandbox.end, lines)


def is_managed(name: str) -> bool:
    """Whether the platform of this name is one of managed instances."""
    return name in {SANDBOX_MANAGED, MANAGED}
