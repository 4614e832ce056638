"""A container's own files and its own network, where somebody asks for them and may have them."""

import contextlib
import ctypes
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from reuse_sandbox.errors import ConfigError
from reuse_sandbox.machine import namespace_maker
from reuse_sandbox.machine.namespace_maker import CLONE_NEWNET, CLONE_NEWNS

FILES, NETWORK = "files", "network"
KINDS = {FILES: ("mnt", CLONE_NEWNS), NETWORK: ("net", CLONE_NEWNET)}

HOSTS = "127.0.0.1 localhost sandbox.localdomain sandbox\n"

_libc = ctypes.CDLL(None, use_errno=True)


class Namespaces:
    """The namespaces of one container; raises `ConfigError` where they cannot be made.

    `tmp` is the folder that becomes /tmp, `layer` what becomes /opt; of the real /tmp the container
    sees only what lies in `visible`. A container without a network of its own has none here.
    """

    def __init__(
        self, kinds: Sequence[str], tmp: Path, layer: Path | None, visible: Sequence[Path]
    ) -> None:
        self._files: dict[str, int] = {}
        self._maker = subprocess.Popen(
            [sys.executable, "-I", "-S", namespace_maker.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        wanted = {
            "files": FILES in kinds,
            "network": NETWORK in kinds,
            "tmp": str(tmp),
            "layer": str(layer) if layer is not None else None,
            "visible": [str(path) for path in visible],
        }
        try:
            self._open(kinds, wanted)
        finally:
            self._maker.communicate()

    @property
    def has_network(self) -> bool:
        """Whether the container has a network of its own."""
        return NETWORK in self._files

    def join(self) -> None:
        """Puts the calling process into all of them; for the time between fork and exec."""
        for kind, file in self._files.items():
            _enter(file, kind)

    @contextlib.contextmanager
    def network(self) -> Iterator[None]:
        """What is connected or listens here is made inside; this thread is there meanwhile."""
        if not self.has_network:
            yield
            return
        outside = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _enter(self._files[NETWORK], NETWORK)
            try:
                yield
            finally:
                _enter(outside, NETWORK)
        finally:
            os.close(outside)

    def new_socket(self) -> socket.socket:
        """A TCP socket inside."""
        with self.network():
            made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.setblocking(False)
        return made

    def bound(self, host: str, port: int) -> socket.socket:
        """A socket inside, bound to this address."""
        made = self.new_socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        return made

    def close(self) -> None:
        """Lets go of them; they end with the last process in them. May be called again."""
        while self._files:
            os.close(self._files.popitem()[1])

    def _open(self, kinds: Sequence[str], wanted: dict[str, object]) -> None:
        maker = self._maker
        if maker.stdin is None or maker.stdout is None:
            raise ConfigError("no pipe to what makes namespaces")
        maker.stdin.write(json.dumps(wanted) + "\n")
        maker.stdin.flush()
        said = maker.stdout.readline().strip()
        if said != "ready":
            raise ConfigError(
                f"Containers cannot have {' and '.join(kinds)} of their own: {said or 'it failed'}."
            )
        for kind in kinds:
            path = f"/proc/{maker.pid}/ns/{KINDS[kind][0]}"
            self._files[kind] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)


def write_hosts(folder: Path) -> None:
    """The names that Lambda's own file of hosts has, for all containers below this folder."""
    (folder / "hosts").write_text(HOSTS)


def obstacle() -> str | None:
    """Why this user cannot have namespaces; None where he can."""
    probe = Path("/")
    try:
        Namespaces([FILES, NETWORK], probe, None, []).close()
    except ConfigError as error:
        return str(error).partition(": ")[2].rstrip(".")
    return None


def _enter(file: int, kind: str) -> None:
    if _libc.setns(file, KINDS[kind][1]) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
