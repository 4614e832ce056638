"""HTTP servers on this machine, for one block of a test."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

AWS_JSON = "application/x-amz-json-1.1"


class Handler(BaseHTTPRequestHandler):
    """Reads whole bodies, sends whole answers, and prints nothing."""

    def body(self) -> bytes:
        """The body of the request."""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def action(self) -> str:
        """The action that a client of AWS's JSON protocol asks for."""
        return self.headers.get("X-Amz-Target", "").rpartition(".")[2]

    def answer(
        self, status: int, kind: str, body: bytes, headers: Mapping[str, str] | None = None
    ) -> None:
        """Send a response."""
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Type": kind}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler], *, waits: bool = True) -> Iterator[str]:
    """The address of a server on a free port.

    `waits`: whether the end of the block waits for requests that are being answered.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = not waits
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
