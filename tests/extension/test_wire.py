"""Bytes become messages, however they arrive; what is not HTTP is refused and nothing else is."""

import http.client
import http.server
import io
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reuse_extension import wire

MAX_BODY = 100

CHUNKED = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"

REQUESTS = {
    "with a length": (
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nHost: a\r\n\r\nhello",
        (b"hello", True),
    ),
    "without a body": (b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n", (b"", True)),
    "of HTTP/1.0": (b"GET /x HTTP/1.0\r\n\r\n", (b"", False)),
    "of HTTP/1.0, kept open": (
        b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n",
        (b"", True),
    ),
    "closing": (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", (b"", False)),
    "in chunks": (
        CHUNKED + b"5;a=b\r\nhello\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n",
        (b"helloabc", True),
    ),
    "too large": (
        b"POST / HTTP/1.1\r\nContent-Length: 200\r\n\r\n" + b"x" * 200,
        (None, True),
    ),
    "too large in chunks": (
        b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
        b"40\r\n" + b"x" * 64 + b"\r\n" + b"40\r\n" + b"x" * 64 + b"\r\n0\r\n\r\n",
        (None, True),
    ),
    "after empty lines": (b"\r\n\r\nGET / HTTP/1.1\r\n\r\n", (b"", True)),
}

RESPONSES = {
    "with a length": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", (b"ab", True)),
    "without a reason": (b"HTTP/1.0 200\r\nContent-Length: 2\r\n\r\nab", (b"ab", False)),
    "until the end": (b"HTTP/1.1 200 OK\r\n\r\nabc", (b"abc", True)),
    "without content": (b"HTTP/1.1 204 No Content\r\n\r\n", (b"", True)),
}

NOT_HTTP = {
    "garbage": b"garbage\r\n\r\n",
    "another protocol": b"GET / GOPHER/1.0\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\nHost\r\n\r\n",
    "a header with blanks": b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    "a signed length": b"POST / HTTP/1.1\r\nContent-Length: +5\r\n\r\n",
    "an empty length": b"POST / HTTP/1.1\r\nContent-Length: \r\n\r\n",
    "a length of many digits": b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 16 + b"\r\n\r\n",
    "a hexadecimal length": b"POST / HTTP/1.1\r\nContent-Length: ff\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
    "a chunk of no size": CHUNKED + b"xyz\r\n",
    "a chunk that is longer": CHUNKED + b"1\r\nabc",
    "a line without an end": b"\x00" * (wire.MAX_HEAD + 1),
    "a chunk size without an end": CHUNKED + b"0" * (wire.MAX_HEAD + 1),
}


def read(data: bytes, step: int, reads_responses: bool = False) -> list[wire.Message]:
    reader = wire.Reader(MAX_BODY, reads_responses)
    messages = []
    for at in range(0, len(data), step):
        messages += reader.feed(data[at : at + step])
    return messages + reader.end()


def reported(messages: list[wire.Message]) -> list[tuple]:
    return [(message.body, message.keeps_open) for message in messages]


@pytest.mark.parametrize("step", [1, 2, 7, 10_000])
@pytest.mark.parametrize("name", REQUESTS)
def test_requests_are_read_in_any_pieces(name, step):
    """One request, however it was cut on its way."""
    data, expected = REQUESTS[name]

    assert reported(read(data, step)) == [expected]


@pytest.mark.parametrize("step", [1, 3, 10_000])
@pytest.mark.parametrize("name", RESPONSES)
def test_responses_are_read_in_any_pieces(name, step):
    """With a length, in chunks, or until the connection ends."""
    data, expected = RESPONSES[name]

    assert reported(read(data, step, reads_responses=True)) == [expected]


@given(st.lists(st.sampled_from(sorted(REQUESTS)), max_size=5), st.integers(1, 400))
def test_requests_may_follow_each_other_in_one_piece(names, step):
    """Several on one connection, none lost, none mixed up."""
    data = b"".join(REQUESTS[name][0] for name in names)

    assert reported(read(data, step)) == [REQUESTS[name][1] for name in names]


@pytest.mark.parametrize("step", [1, 10_000])
@pytest.mark.parametrize("name", NOT_HTTP)
def test_what_is_not_http_is_refused(name, step):
    """By one error, whatever is wrong with it."""
    with pytest.raises(wire.WireError):
        read(NOT_HTTP[name], step)


@pytest.mark.parametrize("step", [1, 10_000])
def test_whole_messages_before_what_is_not_http_are_given_out(step):
    """However the bytes arrive; then nothing more is read."""
    data, request = next(iter(REQUESTS.values()))
    reader = wire.Reader(MAX_BODY, reads_responses=False)
    messages = []
    bad = data + b"\x16\x03\x01 this is not HTTP\r\n\r\n"
    for at in range(0, len(bad), step):
        try:
            messages += reader.feed(bad[at : at + step])
        except wire.WireError:
            break

    assert reported(messages) == [request]
    assert reader.is_broken
    with pytest.raises(wire.WireError):
        reader.feed(data)
    assert reader.end() == []


def test_a_response_with_another_status_line_is_refused():
    with pytest.raises(wire.WireError):
        read(b"HTTP/2 200 OK\r\n\r\n", 100, reads_responses=True)


@given(st.binary(max_size=300), st.integers(1, 50), st.booleans())
def test_any_bytes_are_read_or_refused(data, step, reads_responses):
    """Nothing else is ever raised, and what is held is bounded."""
    reader = wire.Reader(MAX_BODY, reads_responses)
    try:
        for at in range(0, len(data), step):
            reader.feed(data[at : at + step])
            assert reader.buffered <= MAX_BODY + wire.MAX_HEAD
    except wire.WireError:
        pass


def test_what_is_held_is_known():
    """For the listener, which limits what all connections hold together."""
    reader = wire.Reader(MAX_BODY, reads_responses=False)

    reader.feed(b"POST / HTTP/1.1\r\nContent-Length: 90\r\n\r\n" + b"x" * 30)
    assert reader.buffered == 30

    reader.feed(b"x" * 60 + b"POST")
    assert reader.buffered == 4


def test_an_expectation_is_known():
    """A peer may wait for 100 Continue before it sends a large body."""
    reader = wire.Reader(MAX_BODY, reads_responses=False)

    reader.feed(b"POST / HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")

    assert reader.wants_continue


def test_the_standard_library_reads_our_requests():
    """As an independent reader of HTTP."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def __init__(self, data: bytes) -> None:
            self.rfile = io.BytesIO(data)
            self.raw_requestline = self.rfile.readline()
            self.parse_request()

    data = wire.request("PUT", "/a/b", "host:1", [("X-Name", "value")], '{"a": "é"}')
    request = Handler(data)

    assert (request.command, request.path, request.headers["Host"]) == ("PUT", "/a/b", "host:1")
    assert request.headers["X-Name"] == "value"
    assert request.rfile.read(int(request.headers["Content-Length"])) == '{"a": "é"}'.encode()


def test_we_read_the_requests_of_the_standard_library():
    """As an independent writer, in chunks and with a length."""
    sent = []

    class Socket:
        def sendall(self, data: bytes) -> None:
            sent.append(bytes(data))

    connection = http.client.HTTPConnection("localhost")
    connection.sock = Socket()
    connection.request("POST", "/", b"hello")
    connection._HTTPConnection__state = "Idle"
    connection.request("POST", "/", iter([b"hel", b"lo"]), encode_chunked=True)

    assert [body for body, _ in reported(read(b"".join(sent), 5))] == [b"hello", b"hello"]


def test_we_read_the_responses_of_the_standard_library():
    """Of its server, over a real connection."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"until the end")

        def log_message(self, *_: object) -> None:
            pass

    import socket

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        with socket.create_connection(server.server_address) as connection:
            connection.sendall(wire.request("GET", "/", "localhost", [], ""))
            data = b"".join(iter(lambda: connection.recv(7), b""))

    assert reported(read(data, 5, reads_responses=True)) == [(b"until the end", False)]


def test_a_body_may_come_byte_by_byte():
    """More pieces than are kept apart; between messages nothing is held."""
    body = bytes(range(256)) * 3
    reader = wire.Reader(1000, reads_responses=False)
    messages = []
    for byte in b"POST / HTTP/1.1\r\nContent-Length: 768\r\n\r\n" + body:
        messages += reader.feed(bytes([byte]))

    assert [message.body for message in messages] == [body]
    assert reader.is_between


@pytest.mark.parametrize("status", [b"100", b"103", b"204", b"304"])
def test_answers_without_a_body_end_with_their_head(status):
    """RFC 9112, 6.3: whatever their headers say."""
    data = b"HTTP/1.1 %s X\r\nContent-Length: 5\r\n\r\n" % status

    messages = read(data + b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 7, True)

    assert [message.body for message in messages] == [b"", b"ok"]
