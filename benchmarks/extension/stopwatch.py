"""A platform with a stopwatch: one process of an extension, sent events, measured from outside.

Times are of the monotonic clock, which `launch` reads at exec; CPU is the scheduler's own account
(/proc/PID/task/*/schedstat, nanoseconds), the launcher's share taken off.
"""

import json
import os
import re
import selectors
import socket
import struct
import subprocess
import time
from pathlib import Path

PATIENCE_S = 20
IDENTIFIER = "4f5c1e0a-0000-4000-8000-000000000001"
FUNCTION = {"functionName": "orders", "functionVersion": "$LATEST", "handler": "app.handler"}


class Stopwatch:
    """One measured process. Use as a context manager; the process ends with it."""

    def __init__(
        self, launcher: Path, command: list[str], folder: Path, group: Path | None
    ) -> None:
        """`group`: a cgroup that the process is started in."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._held: socket.socket | None = None  # its `next` waits
        self._telemetry: socket.socket | None = None
        self.telemetry_port = 0
        self.output = folder / "output"
        read_end, write_end = os.pipe()
        environment = {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._listener.getsockname()[1]}",
            "AWS_LAMBDA_FUNCTION_NAME": "orders",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "PATH": os.environ["PATH"],
            "TMPDIR": str(folder),
        }
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(
                [
                    *("/bin/sh", "-c", _ENTER, "enter", str(group or ""), str(write_end)),
                    *(str(launcher), *command),
                ],
                pass_fds=[write_end],
                stdout=output,
                stderr=subprocess.DEVNULL,
                env=environment,
            )
        os.close(write_end)
        with open(read_end, "rb") as launched:
            self.exec_ns, self._launcher_cpu_ns = struct.unpack("qq", launched.read(16))

    def __enter__(self) -> "Stopwatch":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for opened in (self._held, self._telemetry, self._listener):
            if opened is not None:
                opened.close()
        self._selector.close()

    def until(self, what: str) -> int:
        """Serve until this was asked ("register", "telemetry" or "next"); the time, ns."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            for key, _ in self._selector.select(1):
                if key.fileobj is self._listener:
                    connection, _ = self._listener.accept()
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self._selector.register(connection, selectors.EVENT_READ)
                    continue
                asked = self._serve(key.fileobj)
                if asked and what in asked:
                    return time.monotonic_ns()
        raise TimeoutError(f"{self.process.args}: no {what}")

    def _serve(self, connection: socket.socket) -> str:
        request = _read_message(connection)
        if not request:
            self._selector.unregister(connection)
            connection.close()
            return ""
        path = request.split(b" ", 2)[1].decode()
        if "next" in path:
            self._held = connection
        elif "register" in path:
            _answer(
                connection, json.dumps(FUNCTION), f"Lambda-Extension-Identifier: {IDENTIFIER}\r\n"
            )
        else:
            self.telemetry_port = int(re.search(rb"localdomain:(\d+)", request)[1])
            _answer(connection, '"OK"')
        return path

    def tell(self, **event: object) -> None:
        """Answer the `next` that waits."""
        _answer(self._held, json.dumps(event))

    def invoke(self, request_id: str) -> None:
        """INVOKE, and wait until `next` is asked again."""
        self.tell(eventType="INVOKE", requestId=request_id, deadlineMs=0)
        self.until("next")

    def post(self, body: bytes) -> int:
        """Post a batch and wait for the answer; its status."""
        if self._telemetry is None:
            self._telemetry = socket.create_connection(("127.0.0.1", self.telemetry_port))
        head = f"POST / HTTP/1.1\r\nHost: sandbox\r\nContent-Length: {len(body)}\r\n\r\n"
        self._telemetry.sendall(head.encode() + body)
        return int(_read_message(self._telemetry).split(b" ", 2)[1])

    def shutdown(self) -> int:
        """SHUTDOWN; nanoseconds until the process has ended."""
        deadline_ms = int(time.time() * 1000) + 2000
        begun_ns = time.monotonic_ns()
        self.tell(eventType="SHUTDOWN", shutdownReason="spindown", deadlineMs=deadline_ms)
        self.process.wait(PATIENCE_S)
        return time.monotonic_ns() - begun_ns

    def cpu_ns(self) -> int:
        """CPU used since exec; the process's threads that have ended are not in it."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) - self._launcher_cpu_ns

    def settled_cpu_ns(self) -> int:
        """CPU used when the process has gone back to waiting."""
        last = -1
        while (now := self.cpu_ns()) != last:
            last = now
            time.sleep(0.002)
        return now

    def resident_kb(self, what: str = "VmRSS") -> int:
        """proc(5): VmRSS now, or VmHWM, the most so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{what}:\s+(\d+)", status)[1])


_ENTER = """
[ -z "$1" ] || echo $$ > "$1/cgroup.procs"
[ "$2" = 3 ] || eval "exec 3>&$2 $2>&-"
shift 2
exec "$@"
"""


def _answer(connection: socket.socket, body: str, headers: str = "") -> None:
    head = f"HTTP/1.1 200 OK\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    connection.sendall((head + body).encode())


def _read_message(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    found = re.search(rb"(?i)content-length: *(\d+)", head)
    missing = int(found[1]) - len(body) if found else 0
    while missing > 0:
        piece = connection.recv(65536)
        missing -= len(piece)
        data += piece
    return data
