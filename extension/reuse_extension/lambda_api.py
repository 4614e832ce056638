"""What the extension asks of Lambda: register, subscribe and next, one function a request.

Extensions API 2020-01-01 and Telemetry API 2022-07-01 (Lambda developer guide), over one
connection that is kept open. `next` has no timeout: the process may be frozen for hours in it.
"""

import json

from . import interpreter, wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

BUFFERING_MS = 1000
"""How long the platform may hold telemetry back. Others ask for 25 ms because they wait for an
invocation's end; nothing here waits for it, and fewer posts cost less."""
MAX_ANSWER = 256 * 1024
"""Bytes of an answer; Lambda's have a few hundred."""
ANSWER_MS = 2000
"""How long the answer to the subscription is waited for."""
MAX_PAUSE_MS = 1000
"""Between attempts to ask `next` while Lambda answers none of them."""


class ApiError(Exception):
    """Lambda did not answer, or not as documented."""


def register_request(host: str, name: str, events: "list[str]") -> bytes:
    """Register under the name of the executable for these events."""
    return wire.request(
        "POST",
        "/2020-01-01/extension/register",
        host,
        [("Lambda-Extension-Name", name), ("Content-Type", "application/json")],
        json.dumps({"events": events}),
    )


def subscribe_request(host: str, identifier: str, port: int) -> bytes:
    """Ask for the platform's events. Not for `extension`: it would feed our own lines back."""
    return wire.request(
        "PUT",
        "/2022-07-01/telemetry",
        host,
        [("Lambda-Extension-Identifier", identifier), ("Content-Type", "application/json")],
        '{"schemaVersion":"2025-01-29","types":["platform"],'
        '"buffering":{"maxItems":1000,"maxBytes":262144,"timeoutMs":' + str(BUFFERING_MS) + "},"
        '"destination":{"protocol":"HTTP","URI":"http://sandbox.localdomain:' + str(port) + '/"}}',
    )


def next_request(host: str, identifier: str) -> bytes:
    """Wait for the next event."""
    return wire.request(
        "GET",
        "/2020-01-01/extension/event/next",
        host,
        [("Lambda-Extension-Identifier", identifier)],
        "",
    )


class LambdaApi:
    """The connection to Lambda's API."""

    def __init__(self, address: str, poller: "interpreter.Poller", native: "Any") -> None:
        """`address`: the value of AWS_LAMBDA_RUNTIME_API, host:port; `native`: as in `Listener`."""
        self._host = address
        self._native = native
        self.next_request = b""
        """What asks `next`, once registered."""
        self._poller = poller
        self._reader = wire.Reader(MAX_ANSWER, reads_responses=True)
        self._identifier = ""
        self.socket: "Any" = None
        self.is_asked = False
        """Whether a `next` is waiting for its answer."""
        self._pause_ms = 0
        self._ask_at_ticks = 0

    def register(self, name: str, events: "list[str]") -> "dict[str, Any]":
        """Register; what Lambda answers about the function. Raises ApiError."""
        answer = self._call(register_request(self._host, name, events), None)
        identifier = answer.headers.get(b"lambda-extension-identifier")
        if answer.start[1] != b"200" or identifier is None:
            raise ApiError(
                "Lambda refused to register " + name + ": " + _shown(answer.start[1], answer.body)
            )
        self._identifier = identifier.decode()
        self.next_request = next_request(self._host, self._identifier)
        return _object(answer.body)

    def subscribe(self, port: int) -> int:
        """Ask for telemetry to this port; the status, 0 where there was no answer.

        200 is yes, 202 a platform without telemetry; anything else is not worth more than going
        on without.
        """
        try:
            request = subscribe_request(self._host, self._identifier, port)
            return int(self._call(request, ANSWER_MS).start[1])
        except (ApiError, ValueError):
            self.close()
            return 0

    def ask_next(self) -> None:
        """Send `next`, unless one is waiting for its answer or the last one failed a moment ago."""
        if self.is_asked or interpreter.ticks_ms() < self._ask_at_ticks:
            return
        try:
            self._open()
            self.is_asked = interpreter.send(self.socket, self.next_request)
        except (OSError, ValueError):
            self.is_asked = False
        if not self.is_asked:
            self._fail()

    def wait_ms(self) -> "int | None":
        """How long until `ask_next` is to be called; None while its answer is awaited."""
        return None if self.is_asked else max(0, self._ask_at_ticks - interpreter.ticks_ms())

    @property
    def is_calm(self) -> bool:
        """Whether `next` is asked, and nothing of its answer has come yet."""
        return self.is_asked and self._reader.is_between

    def receive(self, size: "int | None") -> "dict[str, Any] | None":
        """The event that `next` has brought, or None for nothing yet and for failures.

        `size`: bytes that have been received already, BROKEN where `next` could not be asked again;
        None to receive. Where the event is a usual INVOKE, `next` has been asked again.
        """
        if size == interpreter.BROKEN:
            self._fail()
            return None
        if size is None:
            size = interpreter.receive_size(self.socket)
        if size is None:
            return None
        event = self._usual(size)
        return self._read(interpreter.received_bytes(size)) if event is None else event

    def _usual(self, size: int) -> "dict[str, Any] | None":
        """An INVOKE that came in one piece; None where it is not that."""
        if self._native is None or not self._reader.is_between:
            return None
        body = self._native.read_message(interpreter.received, size, True)
        request_id = None if body is None else self._native.read_invoke(body)
        if request_id is None:
            return None
        self.is_asked = False
        self._pause_ms = 0
        self.ask_next()
        return {"eventType": "INVOKE", "requestId": request_id}

    def _read(self, data: bytes) -> "dict[str, Any] | None":
        try:
            messages = self._reader.feed(data) if data else self._reader.end()
        except wire.WireError:
            messages, data = [], b""
        answers = [message for message in messages if not message.start[1].startswith(b"1")]
        if answers:
            self.is_asked = False
            event = _object(answers[0].body)
            if not data or not answers[0].keeps_open:
                self.close()
            if answers[0].start[1] == b"200" and "eventType" in event:
                self._pause_ms = 0
                return event
        if answers or not data:
            self._fail()
        return None

    def _fail(self) -> None:
        """Lambda did not answer as documented: ask again, on a new connection, but not at once."""
        self.close()
        self._ask_at_ticks = interpreter.ticks_ms() + self._pause_ms
        self._pause_ms = min(self._pause_ms * 2 + 10, MAX_PAUSE_MS)

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        self.is_asked = False
        if self.socket is not None:
            self._poller.remove(self.socket)
            self.socket.close()
            self.socket = None

    def _open(self) -> None:
        if self.socket is None:
            host, _, port = self._host.rpartition(":")
            self.socket = interpreter.connect(host, int(port))
            self._reader = wire.Reader(MAX_ANSWER, reads_responses=True)
            self._poller.add(self.socket)

    def _call(self, request: bytes, milliseconds: "int | None") -> "wire.Message":
        """Send a request and wait for its answer. Raises ApiError."""
        try:
            self._open()
        except (OSError, ValueError):
            raise ApiError("nobody answers at " + self._host) from None
        if not interpreter.send(self.socket, request):
            raise ApiError("the connection to Lambda's API broke")
        while True:
            if self.socket not in self._poller.wait(milliseconds):
                raise ApiError("Lambda's API does not answer")
            data = interpreter.receive(self.socket)
            try:
                messages = self._reader.feed(data) if data else self._reader.end()
            except wire.WireError:
                raise ApiError("Lambda's API does not speak HTTP") from None
            for message in messages:
                if not message.start[1].startswith(b"1"):
                    if not data or not message.keeps_open:
                        self.close()
                    return message
            if data == b"":
                raise ApiError("Lambda's API closed the connection")


def _object(body: "bytes | None") -> "dict[str, Any]":
    """The JSON object in a body; an empty one where there is none."""
    try:
        value = json.loads((body or b"").decode())
    except Exception:
        return {}
    return value if isinstance(value, dict) else {}


def _shown(status: bytes, body: "bytes | None") -> str:
    try:
        return status.decode() + " " + (body or b"")[:300].decode().strip()
    except UnicodeError:
        return "an answer that is not text"
