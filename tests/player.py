"""Plays a platform to one process of the extension: its APIs, its events, and nothing else.

A test says what happens and when; the extension under test is a real process. This is neither the
sandbox nor an emulator: it has no rules of its own and sends whatever the test wants, right or
wrong.
"""

import http.client
import json
import queue
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from tests.conftest import MS

PATIENCE = 10_000 * MS


class Player:
    """A platform with one extension.

    `subscribe_status` is what a subscription is answered with; unless `is_heard`, nobody holds the
    other end of the extension's stdout; unless `is_read`, somebody holds it and does not read.
    """

    def __init__(
        self,
        command: list[str],
        folder: Path,
        subscribe_status: int = 200,
        is_heard: bool = True,
        is_read: bool = True,
    ) -> None:
        self.command = command
        self.is_heard = is_heard
        self.is_read = is_read
        self.folder = folder
        self.subscribe_status = subscribe_status
        self.asked = queue.Queue()  # of what the extension has asked: ("register", body), ...
        self.answers = queue.Queue()  # for the `next` that is waiting
        self.lines = []
        self.errors = []
        self.process = None
        self.telemetry_address = None
        self._sender = None  # the connection to it
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> "Player":
        return self

    def __exit__(self, *_: object) -> None:
        if self._sender is not None:
            self._sender.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for thread in self._threads:
                thread.join()
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def start(self, **environment: str) -> "Player":
        """Start the extension; it has registered, subscribed and asked for its first event."""
        self.process = subprocess.Popen(
            self.command,
            env={
                "AWS_LAMBDA_RUNTIME_API": self.address,
                "AWS_LAMBDA_FUNCTION_NAME": "orders",
                "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
                "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
                "AWS_REGION": "eu-west-1",
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "TMPDIR": str(self.folder),
                **environment,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._threads = [_collecting(self.process.stderr, self.errors)]
        if not self.is_heard:
            self.process.stdout.close()
        elif self.is_read:
            self.read()
        return self

    def wait_for(self, what: str) -> object:
        """Wait until the extension asks for this; what it sent."""
        while True:
            asked, body = self.asked.get(timeout=PATIENCE)
            if asked == what:
                return body

    def ready(self) -> "Player":
        """Wait until the extension has asked for its first event."""
        self.wait_for("next")
        return self

    def invoke(self, request_id: str, **fields: object) -> None:
        """Answer the waiting `next` with INVOKE and wait until the extension has asked again."""
        event = {"eventType": "INVOKE", "deadlineMs": 0, "requestId": request_id, **fields}
        self.answers.put((200, json.dumps(event).encode()))
        self.wait_for("next")

    def shutdown(self, reason: str = "spindown", grace_ms: int = 2000) -> None:
        """Answer the waiting `next` with SHUTDOWN."""
        deadline_ms = int(time.time() * 1000) + grace_ms
        event = {"eventType": "SHUTDOWN", "shutdownReason": reason, "deadlineMs": deadline_ms}
        self.answers.put((200, json.dumps(event).encode()))

    def tell(self, *events: object) -> int:
        """Post a batch of telemetry; the status it was answered with."""
        return self.post(json.dumps(list(events)).encode())

    def post(self, body: bytes) -> int:
        """As Lambda does: in one piece, over a connection that is kept while it lasts."""
        head = f"POST / HTTP/1.1\r\nHost: sandbox\r\nContent-Length: {len(body)}\r\n\r\n"
        while True:
            connection, self._sender = self._sender, None
            is_old = connection is not None
            if not is_old:
                connection = http.client.HTTPConnection(*self.telemetry_address, timeout=PATIENCE)
                connection.connect()
            try:
                connection.sock.sendall(head.encode() + body)
                response = http.client.HTTPResponse(connection.sock, method="POST")
                response.begin()
                response.read()
            except (OSError, http.client.HTTPException):
                connection.close()
                if not is_old:
                    raise
                continue  # it had been closed meanwhile
            self._sender = connection
            return response.status

    def post_apart(self, body: bytes) -> int:
        """Over a connection of its own, the head before the body."""
        connection = http.client.HTTPConnection(*self.telemetry_address, timeout=PATIENCE)
        connection.request("POST", "/", body, {"Content-Type": "application/json"})
        status = connection.getresponse().status
        connection.close()
        return status

    def read(self) -> None:
        """Begin to read the extension's stdout, where it was not read from the start."""
        self._threads.append(_collecting(self.process.stdout, self.lines))

    def end(self) -> int:
        """Wait until the process has ended; its exit code."""
        code = self.process.wait(PATIENCE)
        for thread in self._threads:
            thread.join()
        return code

    def records(self, kind: str | None = None) -> list[dict]:
        """What was written so far, as JSON; of one kind if asked."""
        records = [json.loads(line) for line in list(self.lines)]
        return [record for record in records if kind in (None, record["record"])]

    def wait_for_records(self, count: int) -> list[dict]:
        """Wait until so many lines were written."""
        until = time.monotonic() + PATIENCE
        while len(self.lines) < count and time.monotonic() < until:
            time.sleep(2 * MS)
        return self.records()


def _collecting(stream: object, lines: list[str]) -> threading.Thread:
    thread = threading.Thread(target=_collect, args=(stream, lines), daemon=True)
    thread.start()
    return thread


def _collect(stream: object, lines: list[str]) -> None:
    lines.extend(line.decode().removesuffix("\n") for line in stream)


def _handler_of(player: Player) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            player.asked.put(("register", (dict(self.headers), self._body())))
            function = {
                "functionName": "orders",
                "functionVersion": "$LATEST",
                "handler": "app.handler",
            }
            header = ("Lambda-Extension-Identifier", "4f5c1e0a-0000-4000-8000-000000000001")
            self._answer(200, json.dumps(function).encode(), header)

        def do_PUT(self) -> None:
            body = self._body()
            uri = urlsplit(body["destination"]["URI"])
            player.telemetry_address = ("127.0.0.1", uri.port)
            player.asked.put(("subscribe", body))
            self._answer(player.subscribe_status, b'"OK"')

        def do_GET(self) -> None:
            player.asked.put(("next", None))
            status, body = player.answers.get()
            while status < 200:
                self.wfile.write(b"HTTP/1.1 %d Wait\r\nX-Y: z\r\n\r\n" % status)
                status, body = player.answers.get()
            self._answer(status, body)

        def _body(self) -> dict:
            return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

        def _answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self._headers_buffer.extend((b"\r\n", body))  # in one piece, as Lambda does
            self.flush_headers()

        def log_message(self, *_: object) -> None:
            pass

    return Handler
