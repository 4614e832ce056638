"""What throwaway extensions are made of: they record what they get. Standard library only."""

import http.client
import http.server
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

NAME = os.path.basename(sys.argv[0])
API = os.environ["AWS_LAMBDA_RUNTIME_API"]
JSON = {"Content-Type": "application/json"}
identifier = ""


def record(what: str, **more: Any) -> None:
    """Appends one line to the extension's record."""
    line = json.dumps({"what": what, "pid": os.getpid(), "at": time.monotonic(), **more})
    with open(os.path.join(os.environ["RECORDS"], NAME + ".jsonl"), "a") as file:
        file.write(line + "\n")


def call(
    method: str,
    path: str,
    body: object = None,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
) -> tuple[int, dict[str, str], Any]:
    """One request; -> status, headers, parsed body; what is not JSON as it is."""
    connection = http.client.HTTPConnection(API)
    content = None if body is None else json.dumps(body)
    sent = {"Lambda-Extension-Identifier": identifier} if identifier else {}
    connection.request(method, path, content, {**sent, **dict(headers)})
    response = connection.getresponse()
    text = response.read()
    connection.close()
    return response.status, dict(response.headers), parsed(text)


def parsed(text: bytes) -> Any:
    """The JSON value; the text where it is none, as in some of AWS's emulator's errors."""
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text.decode()


def register(*events: str, **headers: str) -> int:
    """Registers under the file's name."""
    global identifier
    sent = {"Lambda-Extension-Name": NAME, **headers}
    status, answered, body = call(
        "POST", "/2020-01-01/extension/register", {"events": events}, sent
    )
    identifier = answered.get("Lambda-Extension-Identifier", "")
    record("register", status=status, body=body, variables=sorted(os.environ))
    return status


def next_event() -> dict[str, Any]:
    """Waits for the next event and records it."""
    status, _, event = call("GET", "/2020-01-01/extension/event/next")
    record("event", status=status, event=event)
    return dict(event)


def take_all(_: object) -> int:
    """Takes every batch."""
    return 200


def subscribe(
    *types: str,
    schema: str = "2025-01-29",
    path: str = "",
    take: Callable[[object], int] = take_all,
    **buffering: int,
) -> int:
    """Listens for telemetry and subscribes; `take` answers the status for a batch."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), listener(take))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    uri = f"http://sandbox.localdomain:{server.server_address[1]}{path}"
    wanted = {
        "schemaVersion": schema,
        "types": types,
        "buffering": buffering,
        "destination": {"protocol": "HTTP", "URI": uri},
    }
    status, _, body = call("PUT", "/2022-07-01/telemetry", wanted, JSON)
    record("subscribe", status=status, body=body)
    return status


def listener(take: Callable[[object], int]) -> type[http.server.BaseHTTPRequestHandler]:
    """A handler that records each batch it takes."""

    class Listener(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            batch = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = take(batch)
            if status == 200:
                record("batch", batch=batch, path=self.path, host=self.headers["Host"])
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keeps quiet: the extension's output is the test's."""

    return Listener


def loop() -> None:
    """Serves events until SHUTDOWN."""
    while next_event()["eventType"] != "SHUTDOWN":
        pass
