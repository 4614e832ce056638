"""CloudWatch's StartLiveTail as a server on this machine: frames of an event stream, as AWS sends.

The format: https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html, read 2026-11-27.
"""

import json
import queue
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests import http_server

ARN = "arn:aws:logs:eu-west-1:123456789012:log-group:"


def frame(kind: str, name: str, payload: object) -> bytes:
    """One message: an `event` or an `exception` of this name."""
    texts = {
        ":message-type": kind, f":{kind}-type": name, ":content-type": "application/json"
    }  # fmt: skip
    headers = b"".join(
        struct.pack(">B", len(key))
        + key.encode()
        + struct.pack(">BH", 7, len(text))
        + text.encode()
        for key, text in texts.items()
    )
    body = json.dumps(payload).encode()
    prelude = struct.pack(">II", 16 + len(headers) + len(body), len(headers))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + body
    return message + struct.pack(">I", zlib.crc32(message))


def lines(*messages: str) -> bytes:
    """A session's update with these log lines."""
    results = [
        {"logGroupIdentifier": f"123456789012:{GROUP}", "logStreamName": "s", "message": message}
        for message in messages
    ]
    return frame("event", "sessionUpdate", {"sessionMetadata": {}, "sessionResults": results})


GROUP = "/aws/lambda/orders"


class Service:
    """What the service has: past events, and one list of frames for each session to come."""

    def __init__(self) -> None:
        self.url = ""
        self.past: list[str] = []
        self.sessions: queue.Queue[list[bytes]] = queue.Queue()
        self.asked: list[dict[str, Any]] = []
        self.over = threading.Event()

    def answer(self, target: str, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to a request that is no session."""
        if target == "DescribeLogGroups":
            group = {"logGroupName": GROUP, "arn": f"{ARN}{GROUP}:*", "logGroupArn": ARN + GROUP}
            return {"logGroups": [group] if GROUP.startswith(request["logGroupNamePrefix"]) else []}
        assert target == "FilterLogEvents", target
        return {"events": [{"message": message, "timestamp": 1} for message in self.past]}


@contextmanager
def serving() -> Iterator[Service]:
    """A server on a free port of loopback."""
    service = Service()

    class Handler(http_server.Handler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the function's configuration: there is none
            self.answer(
                404, "application/json", b"{}", {"x-amzn-ErrorType": "ResourceNotFoundException"}
            )

        def do_POST(self) -> None:
            request, target = json.loads(self.body()), self.action()
            if target != "StartLiveTail":
                body = json.dumps(service.answer(target, request)).encode()
                self.answer(200, http_server.AWS_JSON, body)
                return
            service.asked.append(request)
            self.send_response(200)
            self.send_header("Content-Type", "application/vnd.amazon.eventstream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            first = frame("event", "initial-response", {})
            for part in [first, *service.sessions.get()]:
                self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
                self.wfile.flush()
            service.over.wait()

    with http_server.serving(Handler, waits=False) as service.url:
        try:
            yield service
        finally:
            service.over.set()
            service.sessions.put([])
