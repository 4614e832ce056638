"""Makes the namespaces of one container: files, network, or both of its own.

The sandbox starts this file as a program (`python -I -S namespace_maker.py`) with what it wants as
JSON in the first line of standard input. When all is mounted it says `ready`, and waits for the
end of its input: meanwhile the sandbox opens the namespaces, which live from then on as long as the
sandbox or a process in them does, and with them every mount.
"""

import ctypes
import fcntl
import json
import os
import socket
import struct
import sys

CLONE_NEWNS = 0x00020000
CLONE_NEWNET = 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1

TMP, OPT, HOSTS = "/tmp", "/opt", "/etc/hosts"

libc = ctypes.CDLL(None, use_errno=True)


def check(result: int, what: str) -> None:
    """Raises OSError where a call has failed."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def bind(source: str, target: str) -> None:
    """Shows what is at `source` at `target`, too."""
    flags = MS_BIND | MS_REC
    check(libc.mount(source.encode(), target.encode(), None, flags, None), f"mount {target}")


def make_files_private(tmp: str, layer: "str | None", visible: "list[str]") -> None:
    """`tmp` becomes /tmp, the layer /opt; of the real /tmp only what is `visible` stays."""
    check(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "mount /")
    hidden = [path for path in visible if path == TMP or path.startswith(TMP + "/")]
    opened = {path: os.open(path, os.O_PATH) for path in hidden}
    if layer is not None and os.path.isdir(OPT):
        bind(layer, OPT)
    hosts = os.path.join(os.path.dirname(tmp), "hosts")
    if os.path.exists(HOSTS) and os.path.exists(hosts):
        bind(hosts, HOSTS)
    bind(tmp, TMP)
    for path, file in opened.items():
        os.makedirs(path, exist_ok=True)
        bind(f"/proc/self/fd/{file}", path)
    if tmp.startswith(TMP + "/"):  # the name that TMPDIR has for it
        os.makedirs(tmp, exist_ok=True)
        bind(TMP, tmp)


def bring_loopback_up() -> None:
    """A network of its own begins without any interface that is up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        name = b"lo".ljust(16, b"\0")
        answer = fcntl.ioctl(any_socket, SIOCGIFFLAGS, name + bytes(16))
        (flags,) = struct.unpack_from("H", answer, 16)
        request = name + struct.pack("H", flags | IFF_UP) + bytes(14)
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, request)


def say(sentence: str) -> None:
    """Tells the sandbox."""
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def main() -> None:
    """Does as it is told."""
    wanted = json.loads(sys.stdin.readline())
    flags = (CLONE_NEWNS if wanted["files"] else 0) | (CLONE_NEWNET if wanted["network"] else 0)
    try:
        check(libc.unshare(flags), "unshare")
        if wanted["files"]:
            make_files_private(wanted["tmp"], wanted["layer"], wanted["visible"])
        if wanted["network"]:
            bring_loopback_up()
    except OSError as error:
        say(error.strerror or str(error))
        return
    say("ready")
    sys.stdin.read()


if __name__ == "__main__":
    main()
