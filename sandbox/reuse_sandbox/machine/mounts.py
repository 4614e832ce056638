"""What is mounted in a container's own namespaces: the layer at /opt, a /tmp, a loopback interface.

Everything here is called by a thread that has just left the namespaces of its process: what it
mounts and brings up is there for those alone who join it later.
"""

import ctypes
import fcntl
import os
import socket
import struct
from collections.abc import Sequence
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWNET = 0x40000000
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 0x1, 0x20, 0x1000, 0x4000, 0x40000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1

TMP, OPT, HOSTS = "/tmp", "/opt", "/etc/hosts"

libc = ctypes.CDLL(None, use_errno=True)


def leave(flags: int) -> None:
    """The calling thread gets namespaces of its own; raises OSError."""
    _check(libc.unshare(flags))


def enter(file: int, flag: int) -> None:
    """The calling thread, or process of one thread, joins a namespace; raises OSError."""
    _check(libc.setns(file, flag))


def hide_mounts() -> None:
    """What is mounted from now on is seen in this namespace alone."""
    _check(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))


def show_layer(layer: Path) -> None:
    """The layer is at /opt, and cannot be written to there."""
    _bind(str(layer), OPT)
    _check(libc.mount(None, OPT.encode(), None, MS_REMOUNT | MS_BIND | MS_RDONLY, None))


def show_tmp(tmp: str, visible: Sequence[str]) -> None:
    """`tmp` becomes /tmp; of the real /tmp only what is `visible` stays."""
    hidden = [path for path in visible if path == TMP or path.startswith(TMP + "/")]
    opened = {path: os.open(path, os.O_PATH) for path in hidden}
    hosts = os.path.join(os.path.dirname(tmp), "hosts")
    if os.path.exists(HOSTS) and os.path.exists(hosts):
        _bind(hosts, HOSTS)
    _bind(tmp, TMP)
    for path, file in opened.items():
        os.makedirs(path, exist_ok=True)
        _bind(f"/proc/thread-self/fd/{file}", path)
        os.close(file)
    if tmp.startswith(TMP + "/"):  # the name that TMPDIR has for it
        os.makedirs(tmp, exist_ok=True)
        _bind(TMP, tmp)


def bring_loopback_up() -> None:
    """A network of its own begins without any interface that is up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        name = b"lo".ljust(16, b"\0")
        answer = fcntl.ioctl(any_socket, SIOCGIFFLAGS, name + bytes(16))
        (flags,) = struct.unpack_from("H", answer, 16)
        request = name + struct.pack("H", flags | IFF_UP) + bytes(14)
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, request)


def _bind(source: str, target: str) -> None:
    """Shows what is at `source` at `target`, too."""
    _check(libc.mount(source.encode(), target.encode(), None, MS_BIND | MS_REC, None))


def _check(result: int) -> None:
    """Raises OSError where a call has failed."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
