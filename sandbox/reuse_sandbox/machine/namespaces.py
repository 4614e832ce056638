"""A container's own view of files and its own network, where this user may have them."""

import contextlib
import os
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.errors import ConfigError
from reuse_sandbox.layer import Layer
from reuse_sandbox.machine import mounts
from reuse_sandbox.machine.mounts import CLONE_NEWNET, CLONE_NEWNS, OPT
from reuse_sandbox.machine.variables import RUNTIME_DIR

FILES, NETWORK = "files", "network"
KINDS = (FILES, NETWORK)
"""What may be asked for; a layer at /opt needs no asking."""

MOUNTS, NET = "mnt", "net"
FLAGS = {MOUNTS: CLONE_NEWNS, NET: CLONE_NEWNET}

HOSTS = "127.0.0.1 localhost sandbox.localdomain sandbox\n"


class Namespaces:
    """The namespaces of one container; raises `ConfigError` where they cannot be made.

    `tmp` is the folder that becomes /tmp where files were asked for, `layer` what becomes /opt,
    read-only as on Lambda; of the real /tmp the container sees only what lies in `visible`. A
    container without a network of its own has the machine's.
    """

    def __init__(
        self, kinds: Sequence[str], tmp: Path, layer: Path | None, visible: Sequence[Path]
    ) -> None:
        self._kinds = kinds
        self._tmp, self._layer, self._visible = str(tmp), layer, [str(path) for path in visible]
        self._files: dict[str, int] = {}
        self._failure: OSError | None = None
        # A thread may leave the namespaces of its process, and takes nobody with it.
        thread = threading.Thread(target=self._make, name="namespaces")
        thread.start()
        thread.join()
        if self._failure is not None:
            self.close()
            what = " and ".join(kinds) or "a layer at /opt"
            reason = self._failure.strerror or str(self._failure)
            raise ConfigError(f"Containers cannot have {what} of their own: {reason}.")

    def _make(self) -> None:
        try:
            if FILES in self._kinds or self._layer is not None:
                self._open(MOUNTS)
                self._mount()
            if NETWORK in self._kinds:
                self._open(NET)
                mounts.bring_loopback_up()
        except OSError as error:
            self._failure = error

    def _open(self, kind: str) -> None:
        """Makes a namespace of this kind; it lives as long as this, or a process in it, does."""
        mounts.leave(FLAGS[kind])
        self._files[kind] = os.open(f"/proc/thread-self/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC)

    def _mount(self) -> None:
        mounts.hide_mounts()
        if self._layer is not None:
            mounts.show_layer(self._layer)
        if FILES in self._kinds:
            mounts.show_tmp(self._tmp, self._visible)

    @property
    def has_network(self) -> bool:
        """Whether the container has a network of its own."""
        return NET in self._files

    def join(self) -> None:
        """Puts the calling process into all of them; for the time between fork and exec."""
        for kind, file in self._files.items():
            mounts.enter(file, FLAGS[kind])

    @contextlib.contextmanager
    def network(self) -> Iterator[None]:
        """What is connected or listens here is made inside; this thread is there meanwhile."""
        if not self.has_network:
            yield
            return
        outside = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            mounts.enter(self._files[NET], CLONE_NEWNET)
            try:
                yield
            finally:
                mounts.enter(outside, CLONE_NEWNET)
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


def hides_nothing(function: FunctionConfig, command: Sequence[str]) -> bool:
    """Whether a layer at /opt hides nothing that the function needs, such as its interpreter."""
    if not os.path.isdir(OPT):
        return False
    parts = [part for part in command if part.startswith("/")]
    needed = [sys.prefix, sys.base_prefix, function.python, str(function.folder), *parts]
    return not any(os.path.realpath(path).startswith(OPT + "/") for path in needed)


def visible_folders(function: FunctionConfig, layer: Layer | None) -> list[Path]:
    """What a container with a /tmp of its own sees of the real one, if it lies there."""
    folders = [function.folder, Path(sys.prefix), Path(sys.base_prefix), RUNTIME_DIR]
    folders.append(Path(function.python).parent.parent)
    folders += [layer.folder] if layer is not None else []
    return list(dict.fromkeys(path.resolve() for path in folders))
