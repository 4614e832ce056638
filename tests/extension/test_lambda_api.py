"""The connection to Lambda's API, with the other end of it in the test's hand."""

import json
import socket

import pytest
from reuse_extension import interpreter
from reuse_extension.lambda_api import MAX_PAUSE_MS, ApiError, LambdaApi

HOST = "127.0.0.1:9001"
INVOKE = b'{"eventType":"INVOKE","requestId":"one"}'


def answer(body: bytes = b"{}", status: bytes = b"200 OK", headers: bytes = b"") -> bytes:
    """An HTTP response."""
    size = str(len(body)).encode()
    return (
        b"HTTP/1.1 " + status + b"\r\n" + headers + b"Content-Length: " + size + b"\r\n\r\n" + body
    )


class Platform:
    """Lambda's end: what it will answer, connection by connection, and what it was asked."""

    def __init__(self) -> None:
        self.ends: list[socket.socket] = []
        self.prepared: list[bytes] = []
        self.is_there = True
        self.ticks = 0

    def connect(self, _host: str, _port: int) -> socket.socket:
        if not self.is_there:
            raise ConnectionRefusedError(111, "Connection refused")
        own, other = socket.socketpair()
        other.setblocking(False)
        self.ends.append(own)
        if self.prepared:
            own.send(self.prepared.pop(0))
        return other

    def asked(self) -> list[str]:
        """The request lines on the newest connection, and their bodies."""
        text = self.ends[-1].recv(65536, socket.MSG_DONTWAIT).decode()
        return [line for line in text.split("\r\n") if line]


@pytest.fixture
def platform(monkeypatch):
    found = Platform()
    monkeypatch.setattr(interpreter, "connect", found.connect)
    monkeypatch.setattr(interpreter, "ticks_ms", lambda: found.ticks)
    yield found
    for end in found.ends:
        end.close()


@pytest.fixture
def api(platform):
    found = LambdaApi(HOST, interpreter.Poller(), None)
    yield found
    found.close()


def registered(platform: Platform, api: LambdaApi) -> LambdaApi:
    """The API once Lambda has given an identifier; the request is read."""
    platform.prepared.append(answer(headers=b"Lambda-Extension-Identifier: id-1\r\n"))
    api.register("lambda-reuse", ["INVOKE", "SHUTDOWN"])
    platform.asked()
    return api


def test_registering_gives_what_lambda_says_of_the_function(platform, api):
    """And the identifier that every later request carries."""
    function = {"functionName": "orders", "functionVersion": "7"}
    platform.prepared.append(
        answer(json.dumps(function).encode(), headers=b"Lambda-Extension-Identifier: id-1\r\n")
    )

    assert api.register("lambda-reuse", ["SHUTDOWN"]) == function

    lines = platform.asked()
    assert lines[0] == "POST /2020-01-01/extension/register HTTP/1.1"
    assert "Lambda-Extension-Name: lambda-reuse" in lines
    assert json.loads(lines[-1]) == {"events": ["SHUTDOWN"]}
    assert b"Lambda-Extension-Identifier: id-1" in api.next_request


@pytest.mark.parametrize("body", [b"", b"[]", b"no", b"\xff"])
def test_a_function_that_is_not_described_has_no_fields(platform, api, body):
    platform.prepared.append(answer(body, headers=b"Lambda-Extension-Identifier: id-1\r\n"))

    assert api.register("lambda-reuse", []) == {}


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (answer(b"too many", b"403 Forbidden"), "refused to register lambda-reuse: 403 too many"),
        (answer(), "refused to register lambda-reuse: 200"),
        (answer(b"\xff", b"500 Oh"), "an answer that is not text"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "does not speak HTTP"),
    ],
)
def test_a_refusal_says_why(platform, api, response, message):
    """The error has the status or the reason why an answer was not understood."""
    platform.prepared.append(response)

    with pytest.raises(ApiError, match=message):
        api.register("lambda-reuse", [])


def test_nobody_at_the_address(platform, api):
    """The error names the address."""
    platform.is_there = False

    with pytest.raises(ApiError, match=f"nobody answers at {HOST}"):
        api.register("lambda-reuse", [])


def test_an_address_without_a_port(platform):
    with pytest.raises(ApiError, match="nobody answers at localhost"):
        LambdaApi("localhost", interpreter.Poller(), None).register("lambda-reuse", [])


def test_a_connection_that_ends_without_an_answer(platform, api, monkeypatch):
    monkeypatch.setattr(interpreter, "send", lambda *_: platform.ends[-1].close() or True)

    with pytest.raises(ApiError, match="closed the connection"):
        api.register("lambda-reuse", [])


def test_a_request_that_does_not_go_out(platform, api, monkeypatch):
    monkeypatch.setattr(interpreter, "send", lambda *_: False)

    with pytest.raises(ApiError, match="broke"):
        api.register("lambda-reuse", [])


def test_an_answer_that_only_says_wait_is_passed_over(platform, api):
    """RFC 9110, 15.2."""
    wait = b"HTTP/1.1 102 Processing\r\n\r\n"
    platform.prepared.append(wait + answer(headers=b"Lambda-Extension-Identifier: id-1\r\n"))

    assert api.register("lambda-reuse", []) == {}


@pytest.mark.parametrize("status", [200, 202, 400])
def test_the_subscription_is_for_platform_events_at_the_port(platform, api, status):
    registered(platform, api)
    platform.ends[-1].send(answer(b"", b"%d X" % status))

    assert api.subscribe(4711) == status

    lines = platform.asked()
    body = json.loads(lines[-1])
    assert lines[0] == "PUT /2022-07-01/telemetry HTTP/1.1"
    assert body["types"] == ["platform"]
    assert body["destination"] == {"protocol": "HTTP", "URI": "http://sandbox.localdomain:4711/"}


def test_a_subscription_without_an_answer_is_given_up(platform, api):
    """And what may still come is not taken for the answer to `next`."""
    registered(platform, api)
    platform.ends[-1].send(b"HTTP/1.1 200")
    platform.ends[-1].shutdown(socket.SHUT_WR)

    assert api.subscribe(4711) == 0
    assert api.socket is None


def test_next_is_asked_once_until_its_answer_comes(platform, api):
    registered(platform, api)
    api.ask_next()
    api.ask_next()
    asked = platform.asked()
    nothing = api.receive(None)
    platform.ends[-1].send(answer(INVOKE))

    assert [line for line in asked if "HTTP/1.1" in line] == [
        "GET /2020-01-01/extension/event/next HTTP/1.1"
    ]
    assert nothing is None
    assert api.receive(None) == {"eventType": "INVOKE", "requestId": "one"}
    assert not api.is_asked


def test_an_event_in_pieces_is_one_event(platform, api):
    registered(platform, api)
    api.ask_next()
    calm = [api.is_calm]
    whole = answer(INVOKE)
    events = []
    for piece in (whole[:20], whole[20:-5], whole[-5:]):
        platform.ends[-1].send(piece)
        events.append(api.receive(None))
        calm.append(api.is_calm)

    assert events == [None, None, {"eventType": "INVOKE", "requestId": "one"}]
    assert calm == [True, False, False, False]


def test_a_connection_that_lambda_closes_is_opened_again(platform, api):
    """With an answer that says so, the event counts all the same."""
    registered(platform, api)
    api.ask_next()
    platform.ends[-1].send(answer(INVOKE, headers=b"Connection: close\r\n"))
    event = api.receive(None)
    api.ask_next()

    assert event["requestId"] == "one"
    assert len(platform.ends) == 2


@pytest.mark.parametrize(
    "response", [answer(b"{}", b"500 Oh"), answer(b"{}"), answer(b"nonsense"), b"SSH\r\n\r\n"]
)
def test_after_an_answer_that_is_none_next_is_asked_on_another_connection(platform, api, response):
    registered(platform, api)
    api.ask_next()
    platform.ends[-1].send(response)
    event = api.receive(None)
    api.ask_next()

    assert event is None
    assert (api.is_asked, len(platform.ends)) == (True, 2)


def test_failures_in_a_row_are_asked_again_ever_later(platform, api):
    """At once after the first; an event ends the row."""
    registered(platform, api)
    api.ask_next()
    waits = []
    for _ in range(9):
        platform.ends[-1].send(answer(b"{}", b"500 Oh"))
        api.receive(None)
        waits.append(api.wait_ms())
        platform.ticks += api.wait_ms()
        api.ask_next()
    platform.ends[-1].send(answer(INVOKE))
    api.receive(None)

    assert waits == [0, 10, 30, 70, 150, 310, 630, MAX_PAUSE_MS, MAX_PAUSE_MS]
    assert api.wait_ms() == 0


def test_before_the_pause_is_over_nothing_is_asked(platform, api):
    registered(platform, api)
    platform.is_there = False
    api.close()
    api.ask_next()
    api.ask_next()
    platform.is_there = True
    api.ask_next()
    asked_early = api.is_asked
    platform.ticks += api.wait_ms()
    api.ask_next()

    assert (asked_early, api.is_asked, api.wait_ms()) == (False, True, None)


class Native:
    """Stands for the native reader: any message is an INVOKE."""

    def read_message(self, received, size, is_response):
        return bytes(received[:size]) if is_response and size else None

    def read_invoke(self, body):
        return "from-native" if body.endswith(INVOKE) else None


def test_a_usual_event_is_read_by_the_native_reader_and_next_asked_again(platform):
    """Before the event is handed on: an invocation ends for Lambda when `next` is asked."""
    api = registered(platform, LambdaApi(HOST, interpreter.Poller(), Native()))
    api.ask_next()
    platform.asked()
    platform.ends[-1].send(answer(INVOKE))
    event = api.receive(None)

    assert event == {"eventType": "INVOKE", "requestId": "from-native"}
    assert api.is_asked
    assert platform.asked()[0].startswith("GET /2020-01-01/extension/event/next")
    api.close()


def test_what_the_native_reader_does_not_know_is_read_here(platform):
    api = registered(platform, LambdaApi(HOST, interpreter.Poller(), Native()))
    api.ask_next()
    platform.ends[-1].send(answer(b'{"eventType":"SHUTDOWN"}'))

    assert api.receive(None) == {"eventType": "SHUTDOWN"}
    api.close()


def test_a_broken_hold_asks_on_another_connection(platform, api):
    """The native loop could not ask `next` again."""
    registered(platform, api)
    api.ask_next()

    assert api.receive(interpreter.BROKEN) is None
    api.ask_next()
    assert (api.is_asked, len(platform.ends)) == (True, 2)
