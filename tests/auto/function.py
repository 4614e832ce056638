"""A function of the tests: its sources in a task root, run in a process of their own."""

import json
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reuse_cli.analysis.findings import findings

DRIVER = Path(__file__).with_name("driver.py")
NOBODY = "http://127.0.0.1:9"


@dataclass
class Ran:
    """What a run gave."""

    results: list[dict[str, Any]]
    slots: list[dict[str, Any]]
    stderr: str

    def found(self) -> list[tuple[str, str, int]]:
        """The doctor's findings: (kind, call site, count), sorted."""
        rows = [row_of(slot) for slot in self.slots]
        functions = [
            {
                "function_name": "app",
                "containers": 1,
                "invocations": len(self.results),
                "observed_s": 60,
                "memory_mb": 128,
                "architecture": "x86_64",
                "telemetry": "full",
                "runtime": "",
                "most_invocations": 0,
                "is_observed": True,
                "inits": 1,
                "failed_inits": 0,
            }
        ]
        found = findings(rows, functions)
        return sorted((row["kind"], row["call_site"], row["count"]) for row in found)

    def slot(self, kind: str) -> dict[str, Any]:
        """The only slot of a kind."""
        (slot,) = [slot for slot in self.slots if slot["kind"] == kind]
        return slot


def row_of(slot: dict[str, Any]) -> dict[str, Any]:
    """A slot of the page as a row of the doctor's question, which sums over containers."""
    return {
        "function_name": "app",
        "resource": slot["name"],
        "kind": slot["kind"],
        "call_site": slot["call_site"],
        "containers": 1,
        "builds_in_init": slot["builds_in_init"],
        "builds_in_invocations": slot["builds_in_invocations"],
        "build_ms": (slot["init_us"] + slot["invocations_us"]) / 1000,
        "recreated": slot["recreated"],
        "recreated_ms": slot["recreated_us"] / 1000,
        "hits": slot["hits"],
        "uses": slot["uses"],
    }


class Function:
    """Sources in a task root."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.root = folder / "task"
        self.tmp = folder / "tmp"
        self.root.mkdir()
        self.tmp.mkdir()
        self.environment = environment

    def write(self, name: str, source: str) -> None:
        """Put a file into the task root."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(source))

    def run(
        self,
        events: list[Any] | int = 5,
        *,
        mode: str = "on",
        handler: str = "app.handler",
        python: str = sys.executable,
        **environment: str,
    ) -> Ran:
        """Invoke the handler with these events, or with so many empty ones."""
        file = self.root.parent / "events.json"
        file.write_text(json.dumps([{}] * events if isinstance(events, int) else events))
        ran = subprocess.run(
            [python, str(DRIVER), mode, handler, str(file)],
            capture_output=True,
            text=True,
            check=False,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.tmp),
                "TMPDIR": str(self.tmp),
                "LAMBDA_TASK_ROOT": str(self.root),
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_REGION": "us-east-1",
                "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_ENDPOINT_URL": NOBODY,
                "AWS_MAX_ATTEMPTS": "1",
                "LAMBDA_REUSE_LOG_LEVEL": "DEBUG",
                **self.environment,
                **environment,
            },
        )
        assert ran.returncode == 0, ran.stderr
        read = json.loads(ran.stdout.splitlines()[-1])
        return Ran(read["results"], read["slots"], ran.stderr)
