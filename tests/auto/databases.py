"""Real database servers on loopback, each test session's own."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import MS


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 20_000 * MS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(20 * MS)
        else:
            return


def program(name: str) -> str | None:
    """A program of PostgreSQL or redis, in the PATH or where Debian puts it."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which(name) or next(
        (str(folder / name) for folder in folders if (folder / name).exists()), None
    )


@contextmanager
def redis_server() -> Iterator[int]:
    """The port of a redis server that keeps nothing."""
    port = free_port()
    server = subprocess.Popen(
        [str(program("redis-server")), "--port", str(port), "--save", "", "--bind", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()


@contextmanager
def postgres_server() -> Iterator[int]:
    """The port of a PostgreSQL server whose user `postgres` needs no password."""
    port = free_port()
    user = _user()
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    data = str(folder / "data")
    initdb = [str(program("initdb")), "-D", data, "-U", "postgres", "--auth=trust", "--no-sync"]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, user=user, cwd=folder)
    settings = ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-k", str(folder)]
    server = subprocess.Popen(
        [str(program("postgres")), "-D", data, "-p", str(port), *settings],
        stderr=subprocess.DEVNULL,
        user=user,
        cwd=folder,
    )
    try:
        wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> str | None:
    """PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return None
    names = [entry.pw_name for entry in pwd.getpwall()]
    return "postgres" if "postgres" in names else "nobody"


@contextmanager
def mysql_server() -> Iterator[int]:
    """The port of a MariaDB server with the user `function`, whose password is `secret`."""
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="my"))
    own = ["--no-defaults", f"--datadir={folder}", "--user=root"]
    subprocess.run(
        [str(program("mariadb-install-db")), *own, "--auth-root-authentication-method=normal"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    accounts = folder / "accounts.sql"
    accounts.write_text("create user function@'%' identified by 'secret';\n")
    server = subprocess.Popen(
        [
            *(str(program("mariadbd")), *own, f"--port={port}", "--bind-address=127.0.0.1"),
            *(f"--socket={folder / 'socket'}", f"--init-file={accounts}", "--skip-name-resolve"),
        ],
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)
