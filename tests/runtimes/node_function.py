"""Runs a function of Node.js in the sandbox, under this project's runtime client or under AWS's."""

import asyncio
import json
import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from reuse_sandbox import FunctionConfig, InvokeResult, Sandbox

from tests.runtimes import aws_node_client

PLATFORM_LINES = ("INIT_START", "INIT_REPORT", "START ", "END ", "REPORT ", "Executing '")
LINE = re.compile(r"[-0-9]{10}T[:.0-9]{12}Z\t(\S+)\t([A-Z]+)\t(.*)", re.DOTALL)

needs_node = pytest.mark.skipif(not shutil.which("node"), reason="there is no node")
both_clients = pytest.mark.parametrize(
    "aws_client", [pytest.param(False, id="ours"), pytest.param(True, id="aws")]
)


@dataclass
class Run:
    """What came of a function's invocations."""

    results: list[InvokeResult] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    @property
    def values(self) -> list[Any]:
        """The answers, as text where they are not JSON; of an error its type and its message."""
        return [self.shown(result) for result in self.results]

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Level and text of what the function and its runtime logged in the text format."""
        found = [LINE.fullmatch(message) for message in self.messages]
        return [(match[2], match[3].replace("\r", "\n")) for match in found if match]

    @staticmethod
    def shown(result: InvokeResult) -> Any:
        if result.function_error:
            return [result.value["errorType"], result.value["errorMessage"]]
        try:
            return result.value
        except ValueError:
            return result.payload.decode()


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def run_function(folder: Path, files: dict[str, str], **settings: Any) -> Run:
    """Writes the function and sends it the events, one after the other."""
    return asyncio.run(_run(folder, files, **settings))


async def _run(
    folder: Path,
    files: dict[str, str],
    *,
    events: tuple[Any, ...] = ({},),
    handler: str = "app.handler",
    runtime: str = "nodejs20.x",
    aws_client: bool = False,
    layer: Path | None = None,
    client_context: str = "",
    tenant: str = "",
    **settings: Any,
) -> Run:
    function = folder / "function"
    write(function, files)
    environment = dict(settings.pop("environment", {}))
    if aws_client:
        wrapper = folder / "wrapper"
        wrapper.write_text(aws_node_client.wrapper())
        wrapper.chmod(0o755)
        environment["AWS_LAMBDA_EXEC_WRAPPER"] = str(wrapper)
    config = FunctionConfig(
        function,
        handler,
        runtime=runtime,
        environment=environment,
        **{"timeout_s": 20.0, **settings},
    )
    run = Run()
    async with Sandbox(config, layer=layer, data=folder / "data", concurrency=1) as sandbox:
        for event in events:
            payload = json.dumps(event).encode()
            run.results.append(
                await sandbox.invoke(payload, client_context=client_context, tenant=tenant)
            )
    for log in sorted(sandbox.log_folder.glob("*.jsonl"), key=os.path.getmtime):
        for line in log.read_text().splitlines():
            message = json.loads(line)["message"]
            if not message.startswith(PLATFORM_LINES):
                run.messages.append(message)
    return run
