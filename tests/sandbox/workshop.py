"""Makes throwaway functions, layers and extensions, and reads what they recorded."""

import json
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

from reuse_sandbox import FunctionConfig, Sandbox
from reuse_sandbox.logs import stream_name
from reuse_sandbox.machine.namespaces import obstacle

PROBE = Path(__file__).with_name("probe.py")
OWN = (
    "concurrency",
    "keep_alive_s",
    "port",
    "isolate",
    "provisioned",
    "proactive",
    "faults",
    "private",
    "seed",
    "clock",
    "frozen_clock",
)


def whole_lines(path: Path) -> list[str]:
    """The lines of a file that somebody may be writing to."""
    return path.read_text().rpartition("\n")[0].splitlines()


class Workshop:
    """One folder with a function, a layer, the extensions' records and the sandbox's data."""

    def __init__(self, folder: Path) -> None:
        self.function = folder / "function"
        self.layer = folder / "layer"
        self.data = folder / "data"
        self.records = folder / "records"
        for made in (self.function, self.layer / "extensions", self.records):
            made.mkdir(parents=True)

    @property
    def opt(self) -> Path:
        """Where a container finds the layer: at /opt, where this user may mount it there."""
        return Path("/opt") if obstacle() is None and Path("/opt").is_dir() else self.layer

    def write_function(self, source: str, file: str = "app.py") -> None:
        """Writes the function's module."""
        (self.function / file).write_text(dedent(source))

    def write_extension(self, source: str, name: str = "probe") -> Path:
        """Writes an extension in Python that has all of `probe.py` at hand."""
        library = self.layer / "probe"
        library.mkdir(exist_ok=True)
        shutil.copy(PROBE, library / "probe.py")
        path = self.layer / "extensions" / name
        head = f"#!{sys.executable} -IS\nimport sys\nsys.path.insert(0, {str(library)!r})\n"
        path.write_text(f"{head}from probe import *\n{dedent(source)}")
        path.chmod(0o755)
        return path

    def config(self, **settings: Any) -> FunctionConfig:
        """The function's configuration; its variables tell where to record."""
        variables = {"RECORDS": str(self.records), **settings.pop("environment", {})}
        settings = {"handler": "app.handler", "timeout_s": 20.0, **settings}
        return FunctionConfig(self.function, environment=variables, **settings)

    def sandbox(self, *, freeze: bool = True, **settings: Any) -> Sandbox:
        """A sandbox; those of `Sandbox` aside, settings are the function's."""
        own = {name: settings.pop(name) for name in OWN if name in settings}
        layer = self.layer if os.listdir(self.layer / "extensions") else None
        layer = settings.pop("layer", layer)
        config = self.config(**settings)
        return Sandbox(config, layer=layer, data=self.data, freeze=freeze, **own)

    @contextmanager
    def free_port(self) -> Iterator[int]:
        """A port that nobody listens at, held for the length of the block."""
        with socket.socket() as held:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind(("127.0.0.1", 0))
            yield held.getsockname()[1]

    def recorded(self, name: str = "probe") -> list[dict[str, Any]]:
        """What an extension or the function recorded, in order."""
        path = self.records / f"{name}.jsonl"
        return [json.loads(line) for line in whole_lines(path)] if path.exists() else []

    def events(self, name: str = "probe") -> list[dict[str, Any]]:
        """The events an extension got from `event/next`."""
        return [entry["event"] for entry in self.recorded(name) if entry["what"] == "event"]

    def told_to_end(self, name: str = "probe") -> bool:
        """Whether an extension has got SHUTDOWN."""
        return "SHUTDOWN" in [event["eventType"] for event in self.events(name)]

    def telemetry(self, name: str = "probe") -> list[dict[str, Any]]:
        """The telemetry events an extension got, in order."""
        batches = [entry["batch"] for entry in self.recorded(name) if entry["what"] == "batch"]
        return [event for batch in batches for event in batch]

    def logs(self) -> dict[str, list[str]]:
        """Every log stream with its messages."""
        streams = {}
        for path in sorted((self.data / "logs").glob("*/*.jsonl")):
            messages = [json.loads(line)["message"] for line in whole_lines(path)]
            streams[str(stream_name(path.name))] = messages
        return streams

    def logged(self, text: str) -> int:
        """How many messages of all streams begin so, so far."""
        return sum(line.startswith(text) for lines in self.logs().values() for line in lines)

    def log(self) -> list[str]:
        """The messages of the one log stream there is."""
        (messages,) = self.logs().values()
        return messages
