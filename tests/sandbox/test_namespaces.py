"""Files and a network of a container's own."""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from reuse_sandbox import ConfigError, FunctionConfig
from reuse_sandbox.machine import isolation as isolation_module
from reuse_sandbox.machine.isolation import isolation
from reuse_sandbox.machine.namespaces import Namespaces, hides_nothing, obstacle

from tests.sandbox.leftovers import Leftovers
from tests.sandbox.workshop import Workshop

WHY_NOT = obstacle()
needs_rights = pytest.mark.skipif(bool(WHY_NOT), reason=f"no namespaces here: {WHY_NOT}")

WRITING = """
    import os, socket
    def handler(event, context):
        with open("/tmp/mine", "a") as file:
            file.write("x")
        with open("/tmp/mine") as file:
            return [file.read(), os.path.exists(os.environ["TMPDIR"] + "/mine"), os.getcwd(),
                    sorted(os.listdir("/opt")), socket.gethostbyname("sandbox.localdomain")]
"""


@needs_rights
async def test_files(workshop: Workshop, leftovers: Leftovers) -> None:
    """Each container has its own /tmp, which stays from one invocation to the next."""
    workshop.write_function(WRITING)
    (workshop.layer / "python").mkdir()
    settings = {"private": ["files"], "concurrency": 2, "layer": workshop.layer}
    async with workshop.sandbox(**settings) as sandbox:
        first, second = await asyncio.gather(sandbox.invoke(), sandbox.invoke())
        third = await sandbox.invoke()

    rest = [True, str(workshop.function), ["extensions", "python"], "127.0.0.1"]
    assert first.value == second.value == ["x", *rest]
    assert third.value == ["xx", *rest]
    assert not Path("/tmp/mine").exists()


@needs_rights
async def test_the_layer_lies_at_opt(workshop: Workshop, leftovers: Leftovers) -> None:
    """Without being asked for; it can be read there and not written to, and /tmp is as it was."""
    workshop.write_function("""
        import os
        def handler(event, context):
            try:
                open("/opt/new", "w")
            except OSError as error:
                return [error.strerror, sorted(os.listdir("/opt")), os.path.exists(event)]
    """)
    workshop.write_extension(
        'record("path", path=sys.argv[0]); register("INVOKE", "SHUTDOWN"); loop()'
    )
    seen = sorted(os.listdir(workshop.layer))
    async with workshop.sandbox(concurrency=2) as sandbox:
        results = await asyncio.gather(
            *(sandbox.invoke(json.dumps(str(workshop.records)).encode()) for _ in range(2))
        )

    assert [result.value for result in results] == [["Read-only file system", seen, True]] * 2
    assert {e["path"] for e in workshop.recorded() if e["what"] == "path"} == {
        "/opt/extensions/probe"
    }
    assert not Path("/opt/extensions/probe").exists()


def test_a_layer_that_would_hide_the_interpreter(tmp_path: Path) -> None:
    """Stays where it is: an interpreter, a command or a function below /opt would be gone."""
    (tmp_path / "link").symlink_to("/opt")
    function = FunctionConfig(tmp_path, "app.handler")
    below = [
        replace(function, python="/opt/python/bin/python3"),
        replace(function, python=str(tmp_path / "link" / "bin" / "python3")),
    ]

    assert hides_nothing(function, [sys.executable, "bootstrap.py"]) is Path("/opt").is_dir()
    assert not any(hides_nothing(other, []) for other in below)
    assert not hides_nothing(function, ["/opt/node/bin/node", "index.mjs"])


@needs_rights
async def test_network(workshop: Workshop, leftovers: Leftovers) -> None:
    """Each container has the API at Lambda's port; its network ends with it."""
    workshop.write_function("""
        import os, socket
        def handler(event, context):
            with socket.socket() as listener:
                listener.bind(("127.0.0.1", 4243))
                listener.listen()
                try:
                    socket.create_connection(("127.0.0.1", int(os.environ["OUTSIDE"])), timeout=1)
                except ConnectionRefusedError:
                    return [os.environ["AWS_LAMBDA_RUNTIME_API"], "refused"]
    """)
    workshop.write_extension(
        'register("INVOKE", "SHUTDOWN"); subscribe("platform", timeoutMs=25); loop()'
    )
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    outside = server.sockets[0].getsockname()[1]
    environment = {"OUTSIDE": str(outside)}
    async with workshop.sandbox(
        private=["network"], concurrency=2, environment=environment
    ) as sandbox:
        results = await asyncio.gather(sandbox.invoke(), sandbox.invoke())
    server.close()

    assert [result.value for result in results] == [["127.0.0.1:9001", "refused"]] * 2
    starts = [event for event in workshop.telemetry() if event["type"] == "platform.start"]
    assert len(starts) == 2


@needs_rights
async def test_tcp_telemetry_reaches_a_private_network(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """By the other protocol, too."""
    workshop.write_function("def handler(event, context): pass")
    workshop.write_extension("""
        import socket, threading
        register("INVOKE", "SHUTDOWN")
        listener = socket.create_server(("127.0.0.1", 0))
        def take():
            while True:
                connection, _ = listener.accept()
                for line in connection.makefile():
                    record("line", event=json.loads(line))
        threading.Thread(target=take, daemon=True).start()
        destination = {"protocol": "TCP", "port": listener.getsockname()[1]}
        body = {"schemaVersion": "2022-12-13", "types": ["platform"], "destination": destination,
                "buffering": {"timeoutMs": 25}}
        call("PUT", "/2022-07-01/telemetry", body)
        loop()
    """)
    async with workshop.sandbox(private=["network"]) as sandbox:
        await sandbox.invoke()

    assert [e for e in workshop.recorded() if e["what"] == "line"]


@needs_rights
async def test_a_container_that_cannot_be_made(
    workshop: Workshop, leftovers: Leftovers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function in a folder that is gone meanwhile: one sentence, nothing left."""
    workshop.write_function("def handler(event, context): pass")
    async with workshop.sandbox(private=["files"]) as sandbox:
        os.rename(workshop.function, workshop.function.with_name("moved"))
        with pytest.raises(ConfigError, match="Containers cannot have files of their own: No such"):
            await sandbox.invoke()


def test_what_cannot_be(workshop: Workshop) -> None:
    """One sentence."""
    with pytest.raises(ConfigError, match="files or network"):
        workshop.sandbox(private=["clock"])


def test_without_rights() -> None:
    """The reason is given, by the sandbox and by `local doctor`."""
    code = "from reuse_sandbox.machine.namespaces import obstacle; print(obstacle())"
    command = [sys.executable, "-c", code]
    if WHY_NOT is None:
        command = ["setpriv", "--bounding-set=-sys_admin", *command]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Operation not permitted" in done.stdout


def test_they_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the option that asks for them, or why not."""
    monkeypatch.setattr(isolation_module, "obstacle", lambda: None)
    how = {step.step: (step.available, step.how) for step in isolation()}
    assert how["network"] == (True, "a namespace, with --private network")
    monkeypatch.setattr(
        "reuse_sandbox.machine.isolation.obstacle", lambda: "Operation not permitted"
    )
    how = {step.step: (step.available, step.how) for step in isolation()}
    assert how["network"] == (False, "no namespace can be made: Operation not permitted")


@needs_rights
def test_closing_twice(tmp_path: Path) -> None:
    """Does nothing more."""
    before = len(os.listdir("/proc/self/fd"))
    namespaces = Namespaces(["files", "network"], tmp_path, None, [])
    namespaces.close()
    namespaces.close()
    assert len(os.listdir("/proc/self/fd")) == before
