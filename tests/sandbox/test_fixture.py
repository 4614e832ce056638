"""The fixture `lambda_sandbox`, and the example that shows it."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from reuse_sandbox import ConfigError, FunctionNotFound, MockClock, PortTaken
from reuse_sandbox.testing import RunningSandbox

from tests.conftest import ROOT
from tests.sandbox.caller import lambda_client
from tests.sandbox.leftovers import Leftovers
from tests.sandbox.workshop import Workshop

EXAMPLE = ROOT / "examples" / "tested_extension"

Open = Callable[..., RunningSandbox]


def test_invocations_and_logs(
    workshop: Workshop, leftovers: Leftovers, lambda_sandbox: Open
) -> None:
    """What is sent, what comes back, and what was logged, the platform's lines included."""
    workshop.write_function("""
        def handler(event, context):
            print("got", event)
            return event["n"] + 1
    """)
    sandbox = lambda_sandbox(workshop.function, "app.handler", memory_mb=256, concurrency=2)
    one = sandbox.invoke({"n": 1})
    others = sandbox.invoke_all({"n": n} for n in range(2, 6))
    sandbox.end()
    sandbox.end()

    assert [result.value for result in (one, *others)] == [2, 3, 4, 5, 6]
    logs = sandbox.logs()
    assert {result.container_id for result in (one, *others)} == set(logs)
    lines = [line for log in logs.values() for line in log]
    assert sum(line.startswith("got") for line in lines) == 5
    assert sum("Memory Size: 256 MB" in line for line in lines) == 5
    with pytest.raises(RuntimeError, match="not running"):
        sandbox.invoke({"n": 1})


def test_layer_and_extensions(
    workshop: Workshop, leftovers: Leftovers, lambda_sandbox: Open, tmp_path: Path
) -> None:
    """Both are there; the layer itself is not touched."""
    workshop.write_extension('register("SHUTDOWN"); loop()', name="mine")
    mine = shutil.move(workshop.layer / "extensions" / "mine", tmp_path / "mine")
    other = workshop.write_extension('register("INVOKE", "SHUTDOWN"); loop()', name="theirs")
    workshop.write_function("def handler(event, context): pass")
    sandbox = lambda_sandbox(
        workshop.function,
        "app.handler",
        layer=workshop.layer,
        extensions=[mine],
        environment={"RECORDS": str(workshop.records)},
    )
    sandbox.invoke()
    sandbox.end()

    assert [event["eventType"] for event in workshop.events("mine")] == ["SHUTDOWN"]
    assert [event["eventType"] for event in workshop.events("theirs")] == ["INVOKE", "SHUTDOWN"]
    assert os.listdir(workshop.layer / "extensions") == [other.name]


def test_minutes_pass_at_once(
    workshop: Workshop, leftovers: Leftovers, lambda_sandbox: Open
) -> None:
    """With a clock for it; another one says that it cannot."""
    workshop.write_function("def handler(event, context): pass")
    sandbox = lambda_sandbox(workshop.function, "app.handler", clock=MockClock())
    first = sandbox.invoke()
    sandbox.jump(600)
    second = sandbox.invoke()
    ordinary = lambda_sandbox(workshop.function, "app.handler")

    assert first.container_id != second.container_id
    with pytest.raises(TypeError, match="MockClock"):
        ordinary.jump(600)


def test_boto3(workshop: Workshop, leftovers: Leftovers, lambda_sandbox: Open) -> None:
    """As an endpoint."""
    workshop.write_function("def handler(event, context): return event")
    sandbox = lambda_sandbox(workshop.function, "app.handler", name="orders")
    assert (sandbox.invoke().value, sandbox.invoke(None).value) == ({}, None)
    client = lambda_client(sandbox.url)
    assert client.invoke(FunctionName="orders", Payload=b"7")["Payload"].read() == b"7"
    client.close()


def test_what_cannot_be(workshop: Workshop, leftovers: Leftovers, lambda_sandbox: Open) -> None:
    """The sandbox's own error, where the sandbox is asked for."""
    with pytest.raises(FunctionNotFound):
        lambda_sandbox(workshop.function / "gone", "app.handler")
    with pytest.raises(ConfigError):
        lambda_sandbox(workshop.function, "app.handler", memory_mb=1)
    with pytest.raises(TypeError):
        lambda_sandbox(workshop.function, "app.handler", colour="red")
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(PortTaken):
        lambda_sandbox(workshop.function, "app.handler", port=taken.getsockname()[1])


@pytest.mark.slow
def test_the_example(tmp_path: Path) -> None:
    """It passes as its user would run it."""
    folder = shutil.copytree(EXAMPLE, tmp_path / "example")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_log_shipper.py"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "6 passed" in done.stdout
