"""AWS's own emulator of Lambda, as `sam local` starts it, in a world of its own.

The program is taken out of the wheel aws-sam-cli, checked by its sha256, and kept in build/. It has
two modes. In the standard one it serves the Runtime and Extensions APIs and answers the Telemetry
API with 202. With AWS_LAMBDA_MAX_CONCURRENCY set it plays a managed instance, and has AWS's own
telemetry publisher; functions run as a user without rights then.

It looks for extensions in /opt and for functions in /var/task and cannot be told otherwise, so it
gets private mount and process namespaces: nothing is written to the machine's folders, and when its
first process is gone, all are.
"""

import contextlib
import fcntl
import functools
import hashlib
import os
import platform
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import MS, ROOT

WHEEL = "aws-sam-cli==1.170.0"
MEMBER = "samcli/local/rapid/aws-lambda-rie-x86_64"
SHA256 = "6b1e686e62ab2baf5759c412c4864276ef2a88b094fca53ec070637ccba9b9a5"
FOLDER = ROOT / "build" / "emulator"
PATIENCE_S = 20_000 * MS

PYTHON = "/var/lang/bin/python3"
WORLD = r"""
set -e
mount --make-rprivate /
mkdir -p /opt "$TMP_FOLDER"
mount -t tmpfs -o mode=755 tmpfs /var
mkdir /var/task /var/lang /var/site /var/runtime
mount --bind "$LAYER" /opt
mount --bind "$FUNCTION" /var/task
mount --bind "$BASE" /var/lang
mount --bind "$SITE" /var/site
mkdir /var/emulator
cp "$EMULATOR" /var/emulator/rie
printf '#!/bin/sh\nexec %s -m awslambdaric "$_HANDLER"\n' "$PYTHON" > /var/runtime/bootstrap
chmod 755 /var/runtime/bootstrap /var/emulator/rie
mount --bind "$TMP_FOLDER" /tmp
cd /var/task
exec env -i "$@"
"""


@dataclass
class Emulator:
    """A running emulator; `written` is what it and all beside it write."""

    process: subprocess.Popen
    port: int
    written: Path

    def end(self) -> None:
        """End it as a container engine does, and wait for it."""
        if self.process.poll() is None:
            os.kill(self._first_process(), signal.SIGTERM)
            self.process.wait(PATIENCE_S)

    def _first_process(self) -> int:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return int(children.read_text().split()[0])


@functools.cache
def program() -> Path:
    """The emulator's program; the test is skipped where there is none for this machine."""
    if platform.machine() != "x86_64":
        pytest.skip("the pinned emulator is for x86_64")
    if os.geteuid() != 0 or not _has_namespaces():
        pytest.skip("the emulator needs namespaces, which this user may not make")
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / "aws-lambda-rie"
    with open(FOLDER / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            _download(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest == SHA256, f"{path} is not the emulator that these tests know"
    return path


def _has_namespaces() -> bool:
    return (
        subprocess.run(
            ["unshare", "-m", "-p", "-f", "mount", "--make-rprivate", "/"],
            capture_output=True,
            check=False,
        ).returncode
        == 0
    )


def _download(path: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", WHEEL]
    got = subprocess.run([*command, "-d", FOLDER], capture_output=True, text=True, check=False)
    if got.returncode != 0:
        pytest.skip(f"{WHEEL} cannot be had: {got.stderr.strip().splitlines()[-1:]}")
    (wheel,) = FOLDER.glob("aws_sam_cli-*.whl")
    with zipfile.ZipFile(wheel) as opened:
        data = opened.read(MEMBER)
    path.with_suffix(".new").write_bytes(data)
    path.with_suffix(".new").chmod(0o755)
    path.with_suffix(".new").rename(path)
    wheel.unlink()


@contextlib.contextmanager
def emulator(
    function: Path, layer: Path, folder: Path, max_concurrency: int = 0, **variables: str
) -> Iterator[Emulator]:
    """The emulator with the module `app` and its `handler`; managed where `max_concurrency` is set.

    `folder`: a free one; `folder`/tmp is its /tmp.
    """
    binary = program()
    function = _for_everyone(function, folder / "function")
    layer = _for_everyone(layer, folder / "layer")
    tmp = folder / "tmp"
    tmp.mkdir()
    tmp.chmod(0o1777)
    port, api_port = _free_ports(2)
    environment = {
        "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin:/bin",
        "LD_LIBRARY_PATH": "/var/lang/lib",
        "PYTHONPATH": "/var/site:/opt/python",
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_LAMBDA_FUNCTION_NAME": "function",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": "10",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "_HANDLER": "app.handler",
        **variables,
    }
    arguments = [
        "/var/emulator/rie",
        "--log-level", "info",
        "--runtime-interface-emulator-address", f"127.0.0.1:{port}",
        "--runtime-api-address", f"127.0.0.1:{api_port}",
    ]  # fmt: skip
    if max_concurrency:
        environment["AWS_LAMBDA_MAX_CONCURRENCY"] = str(max_concurrency)
    else:
        arguments += [PYTHON, "-m", "awslambdaric", "app.handler"]
    settings = [f"{name}={value}" for name, value in environment.items()]
    world = {
        "LAYER": layer,
        "FUNCTION": function,
        "BASE": Path(sys.base_prefix),
        "SITE": Path(sysconfig.get_path("purelib")),
        "EMULATOR": binary,
        "TMP_FOLDER": tmp,
        "PYTHON": PYTHON,
    }
    script = "".join(f"{name}={shlex.quote(str(value))}\n" for name, value in world.items())
    written = folder / "written.txt"
    with open(written, "wb") as output:
        process = subprocess.Popen(
            [
                *("unshare", "-m", "-p", "-f", "--kill-child", "--mount-proc"),
                *("bash", "-c", script + WORLD, "world", *settings, *arguments),
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    running = Emulator(process, port, written)
    try:
        _wait_until_it_listens(running)
        yield running
        running.end()
    finally:
        process.kill()
        process.wait()


def _for_everyone(folder: Path, target: Path) -> Path:
    """A copy that a user without rights can read and run."""
    shutil.copytree(folder, target)
    for path in [target, *target.rglob("*")]:
        path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
        if path.parent.name == "extensions":
            path.chmod(0o755)
    return target


def _free_ports(count: int) -> list[int]:
    """The emulator takes no port 0, so free ones are looked up just before."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [opened.getsockname()[1] for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports


def _wait_until_it_listens(running: Emulator) -> None:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", running.port)).close()
            return
        except OSError:
            text = running.written.read_text(errors="replace")
            assert running.process.poll() is None, text
            assert time.monotonic() < until, text
            time.sleep(5 * MS)
